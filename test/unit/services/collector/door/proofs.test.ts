import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  alternativeNames,
  certificateOf,
  isJwt,
  tokensOf,
} from '../../../../../services/collector/door/proofs.ts';
import { makeCertificate } from '../../../../support/certificates.ts';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('tokens of a request', () => {
  it.each<[string, Record<string, string | string[]>, string[]]>([
    ['none', {}, []],
    ['bearer', { authorization: 'Bearer t0k' }, ['t0k']],
    ['in any case', { authorization: 'bEARER t0k' }, ['t0k']],
    ['password of Basic, with colons', { authorization: basic('user:pa:ss') }, ['pa:ss']],
    ['Basic without a password', { authorization: basic('user') }, []],
    ['an empty password', { authorization: basic('user:') }, []],
    ['no scheme', { authorization: 't0k' }, []],
    ['another scheme', { authorization: 'Digest t0k' }, []],
    ['Firehose', { 'x-amz-firehose-access-key': 'k' }, ['k']],
    ['both', { authorization: 'Bearer t', 'x-amz-firehose-access-key': 'k' }, ['t', 'k']],
    ['twice the same header', { 'x-amz-firehose-access-key': ['a', 'b'] }, []],
    ['far too long', { authorization: `Bearer ${'x'.repeat(9000)}` }, []],
  ])('%s', (_, headers, tokens) => {
    expect(tokensOf(headers)).toStrictEqual(tokens);
  });

  it('may look like a JWT', () => {
    expect(isJwt('eyJh.eyJp.c2ln')).toBe(true);
    expect(isJwt('eyJh.eyJp.')).toBe(false);
    expect(isJwt('plain')).toBe(false);
  });
});

describe('names of a certificate', () => {
  it.each<[string, string[]]>([
    ['DNS:a.example, URI:spiffe://x/y, IP Address:127.0.0.1', ['a.example', 'spiffe://x/y']],
    ['DNS:"a, DNS:admin"', ['a, DNS:admin']],
    ['URI:"u\\"v, DNS:admin", DNS:b', ['u"v, DNS:admin', 'b']],
    ['DNS:"unended', ['']],
    ['email:a@b, DirName:/CN=x', []],
    ['', []],
    ['nonsense', []],
  ])('%s', (text, names) => {
    expect(alternativeNames(text)).toStrictEqual(names);
  });

  it('are read from a real one, and none hides in another', () => {
    const { cert } = makeCertificate({ name: 'x, CN=admin', dns: ['a, DNS:admin'], uri: 'u:v' });
    const { names, sha256 } = certificateOf(new X509Certificate(cert));
    expect(names).toStrictEqual(['x, CN=admin', 'localhost', 'a, DNS:admin', 'u:v']);
    expect(sha256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it('of a name with a line break are one name', () => {
    const { cert } = makeCertificate({ name: 'x\nCN=admin' });
    expect(certificateOf(new X509Certificate(cert)).names).toStrictEqual([
      ...['x\nCN=admin', 'localhost'],
    ]);
  });
});
