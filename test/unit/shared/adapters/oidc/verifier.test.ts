/**
 * Tokens of OpenID Connect against an issuer on this machine, which answers as the test says.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createOidcVerifier,
  type OidcSender,
} from '../../../../../shared/adapters/oidc/verifier.ts';

const NOW_MS = 1_800_000_000_000;
const AUDIENCE = 'https://podwitness.example/v1/pubsub/gke';
const EMAIL = 'push@project.iam.gserviceaccount.com';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let keys: Keys;
let others: Keys;
let server: Server;
let issuer: string;
/** How often each path was asked, and what is answered there. */
const asked: string[] = [];
let answers: Record<string, readonly [status: number, body: unknown]>;

beforeAll(async () => {
  [keys, others] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const [status, body] = answers[path] ?? [404, {}];
    response.writeHead(status, { location: '/keys' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(async () => {
  asked.length = 0;
  const key = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  answers = {
    '/.well-known/openid-configuration': [200, { issuer, jwks_uri: `${issuer}/keys` }],
    '/keys': [200, { keys: [key] }],
  };
});

const sender = (rest: Partial<OidcSender> = {}): OidcSender => ({
  ...{ name: 'gke', issuer, audience: AUDIENCE, email: EMAIL },
  ...rest,
});
const verifier = (...senders: readonly OidcSender[]) => createOidcVerifier(senders, () => NOW_MS);

interface Wanted {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly secondsLeft?: number;
  readonly kid?: string;
  readonly signedBy?: Keys;
}

function token({ claims = {}, kid = 'k1', secondsLeft = 600, signedBy = keys }: Wanted = {}) {
  const now = NOW_MS / 1000;
  const all = { iss: issuer, aud: AUDIENCE, email: EMAIL, email_verified: true, ...claims };
  const jwt = new SignJWT({ iat: now, exp: now + secondsLeft, ...all });
  return jwt.setProtectedHeader({ alg: 'RS256', kid }).sign(signedBy.privateKey);
}

describe('a token', () => {
  it('proves the sender whose audience and address it has', async () => {
    const two = verifier(
      sender(),
      sender({ name: 'other', audience: 'x' }),
      sender({ name: 'same' }),
    );
    expect(await two.verify(await token())).toStrictEqual({
      ...{ senders: ['gke', 'same'], trouble: undefined },
    });
    expect(await two.verify(await token({ claims: { aud: ['y', 'x'] } }))).toMatchObject({
      senders: ['other'],
    });
    // The keys are fetched once for all.
    expect(asked).toStrictEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it.each<[string, () => Promise<string>]>([
    ['for another audience', () => token({ claims: { aud: 'x' } })],
    ['of another address', () => token({ claims: { email: 'x' } })],
    ['whose address nobody verified', () => token({ claims: { email_verified: false } })],
    ['whose address is verified in words', () => token({ claims: { email_verified: 'true' } })],
    ['that has ended', () => token({ secondsLeft: -31 })],
    ['that never ends', () => token({ claims: { exp: undefined } })],
    ['not yet begun', () => token({ claims: { nbf: NOW_MS / 1000 + 60 } })],
    ['of another issuer', () => token({ claims: { iss: 'https://accounts.google.com' } })],
    ['of another’s key', () => token({ signedBy: others })],
    ['of a key that is unknown', () => token({ kid: 'k2' })],
    ['that is none', async () => 'a.b.c'],
  ])('proves nobody: %s', async (_, make) => {
    expect(await verifier(sender()).verify(await make())).toStrictEqual({
      ...{ senders: [], trouble: undefined },
    });
  });

  it('may have ended just now: clocks differ', async () => {
    expect(await verifier(sender()).verify(await token({ secondsLeft: -20 }))).toMatchObject({
      senders: ['gke'],
    });
  });

  it('is not signed with what everybody knows', async () => {
    const [, payload] = (await token()).split('.');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'none', kid: 'k1' })}.${payload}.AA`;
    const secret = new TextEncoder().encode(await exportSPKI(keys.publicKey));
    const claims = { iss: issuer, aud: AUDIENCE, email: EMAIL, email_verified: true };
    const symmetric = await new SignJWT({ ...claims, exp: NOW_MS / 1000 + 600 })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(secret);
    for (const forged of [unsigned, symmetric]) {
      expect(await verifier(sender()).verify(forged)).toStrictEqual({
        ...{ senders: [], trouble: undefined },
      });
    }
  });
});

describe('an issuer', () => {
  it.each<[string, () => void]>([
    [
      'whose keys are away',
      () => {
        answers['/keys'] = [500, {}];
      },
    ],
    [
      'whose keys are nonsense',
      () => {
        answers['/keys'] = [200, { keys: 'x' }];
      },
    ],
    [
      'that sends elsewhere',
      () => {
        answers['/keys'] = [302, {}];
      },
    ],
    [
      'whose discovery is away',
      () => {
        answers['/.well-known/openid-configuration'] = [503, {}];
      },
    ],
    [
      'whose discovery sends elsewhere',
      () => {
        answers['/.well-known/openid-configuration'] = [302, {}];
      },
    ],
    [
      'whose discovery is of another',
      () => {
        answers['/.well-known/openid-configuration'] = [
          200,
          { issuer: 'x', jwks_uri: `${issuer}/keys` },
        ];
      },
    ],
    [
      'whose keys would come over the open network',
      () => {
        answers['/.well-known/openid-configuration'] = [
          200,
          { issuer, jwks_uri: 'http://192.0.2.1/k' },
        ];
      },
    ],
  ])('%s says nothing of the token, and is asked again', async (_, spoil) => {
    const good = { ...answers };
    const one = verifier(sender());
    spoil();
    const verdict = await one.verify(await token());
    expect(verdict.senders).toStrictEqual([]);
    expect(verdict.trouble).toBeTypeOf('string');
    answers = good;
    expect(await one.verify(await token())).toMatchObject({ senders: ['gke'] });
  });

  it('is not asked about tokens of others, and not for each key that somebody makes up', async () => {
    const one = verifier(sender({ jwksUri: `${issuer}/keys` }));
    await one.verify(await token({ claims: { iss: 'https://evil.example' } }));
    expect(asked).toStrictEqual([]);
    await one.verify(await token());
    for (let time = 0; time < 20; time++) await one.verify(await token({ kid: `k-${time}` }));
    expect(asked).toStrictEqual(['/keys']);
  });
});
