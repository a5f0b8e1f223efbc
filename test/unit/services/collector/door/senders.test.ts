import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Proofs } from '../../../../../services/collector/door/proofs.ts';
import {
  type Admission,
  admit,
  createSender,
  hashToken,
  type SenderRule,
  tokensIn,
} from '../../../../../services/collector/door/senders.ts';

const SHA256 = `${'AB:'.repeat(31)}AB`;
const RULES: readonly SenderRule[] = [
  { name: 'prod', clusters: ['prod-*'], hasOidc: false },
  { name: 'spo', clusters: ['*'], sources: ['spo', 'falco'], hasOidc: false },
  {
    name: 'mtls',
    clusters: ['prod-eu'],
    certificates: ['*.agents.example', 'CN*'],
    hasOidc: false,
  },
  { name: 'pinned', clusters: ['prod-eu'], certificates: [`sha256:${SHA256}`], hasOidc: false },
  { name: 'gke', clusters: ['gke'], sources: ['pubsub'], hasOidc: true },
];
const KNOWN = [
  { sender: 'prod', hash: hashToken('one') },
  { sender: 'prod', hash: hashToken('two') },
  { sender: 'spo', hash: hashToken('three') },
  { sender: 'spo', hash: hashToken('two') },
];
const NO_PROOF: Proofs = { tokens: [], certificate: undefined, verifiedSenders: [] };

function decide(proofs: Partial<Proofs>, source: string, cluster: string): Admission {
  return admit(RULES.map(createSender), KNOWN, { ...NO_PROOF, ...proofs }, { source, cluster });
}

const certificate = (names: readonly string[], sha256 = 'CD') => ({
  certificate: { names, sha256 },
});

describe('a sender', () => {
  it.each<[string, Partial<Proofs>, string, Admission]>([
    ['no proof', {}, 'audit/prod-eu', { kind: 'unknown' }],
    ['a wrong token', { tokens: ['four'] }, 'audit/prod-eu', { kind: 'unknown' }],
    ['its token', { tokens: ['one'] }, 'audit/prod-eu', { kind: 'admitted', senderId: 'prod' }],
    [
      'its second token',
      { tokens: ['x', 'two'] },
      'audit/prod-eu',
      { kind: 'admitted', senderId: 'prod' },
    ],
    ['another cluster', { tokens: ['one'] }, 'audit/dev', { kind: 'forbidden', senderId: 'prod' }],
    ['another source', { tokens: ['three'] }, 'audit/dev', { kind: 'forbidden', senderId: 'spo' }],
    ['a token of two', { tokens: ['two'] }, 'spo/dev', { kind: 'admitted', senderId: 'spo' }],
    [
      'a name',
      certificate(['n1.agents.example']),
      'audit/prod-eu',
      { kind: 'admitted', senderId: 'mtls' },
    ],
    ['another name', certificate(['agents.example']), 'audit/prod-eu', { kind: 'unknown' }],
    [
      'a fingerprint',
      certificate([], SHA256.toLowerCase()),
      'audit/prod-eu',
      { kind: 'admitted', senderId: 'pinned' },
    ],
    [
      'a name like a fingerprint',
      certificate([`sha256:${SHA256}`]),
      'audit/prod-eu',
      { kind: 'unknown' },
    ],
    [
      'a name like one in one piece',
      certificate([`sha256${'ab'.repeat(32)}`]),
      'audit/prod-eu',
      { kind: 'unknown' },
    ],
    [
      'a wrong token with a good certificate',
      { tokens: ['x'], ...certificate(['CNx']) },
      'audit/prod-eu',
      { kind: 'admitted', senderId: 'mtls' },
    ],
    [
      'what an issuer vouched for',
      { verifiedSenders: ['gke'] },
      'pubsub/gke',
      { kind: 'admitted', senderId: 'gke' },
    ],
    [
      'that for another source',
      { verifiedSenders: ['gke'] },
      'audit/gke',
      { kind: 'forbidden', senderId: 'gke' },
    ],
  ])('with %s', (_, proofs, target, admission) => {
    const [source = '', cluster = ''] = target.split('/');
    expect(decide(proofs, source, cluster)).toStrictEqual(admission);
  });

  it('is nobody for any token that is not written down', () => {
    fc.assert(
      fc.property(fc.string(), (token) => {
        fc.pre(!['one', 'two', 'three'].includes(token));
        expect(decide({ tokens: [token] }, 'audit', 'prod-eu')).toStrictEqual({ kind: 'unknown' });
      }),
    );
  });
});

it('tokens stand one in a line', () => {
  expect(tokensIn(' a b \r\n\n\tc\n')).toStrictEqual(['a b', 'c']);
  expect(tokensIn('\n \n')).toStrictEqual([]);
});
