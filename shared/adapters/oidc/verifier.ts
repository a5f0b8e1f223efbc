/**
 * Owns: whether a token of OpenID Connect proves one of the configured senders, as Pub/Sub's push
 * sends it. Sources: RFC 7519, RFC 7515; Google, "Authenticate push subscriptions": signature,
 * issuer, audience, expiry, `email` with `email_verified`.
 */
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { createIssuerKeys } from './issuer-keys.ts';

export interface OidcSender {
  readonly name: string;
  readonly issuer: string;
  readonly audience: string;
  readonly email: string;
  readonly jwksUri?: string | undefined;
}

export interface OidcVerdict {
  /** Names of the senders that it proves. */
  readonly senders: readonly string[];
  /** Why nothing could be said of it now; undefined: something was. */
  readonly trouble: string | undefined;
}

export interface OidcVerifier {
  verify(token: string): Promise<OidcVerdict>;
}

const CLOCK_SKEW_SECONDS = 30;
const NOBODY: OidcVerdict = { senders: [], trouble: undefined };

interface Group {
  readonly issuer: string;
  readonly keys: JWTVerifyGetKey;
  readonly senders: readonly OidcSender[];
}

function groupsOf(senders: readonly OidcSender[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const sender of senders) {
    const { issuer, jwksUri } = sender;
    const id = JSON.stringify([issuer, jwksUri]);
    const group = groups.get(id);
    const keys = group?.keys ?? createIssuerKeys({ issuer, jwksUri });
    groups.set(id, { issuer, keys, senders: [...(group?.senders ?? []), sender] });
  }
  return [...groups.values()];
}

/** What the token says of its issuer, unproved: keys are fetched for no other. */
function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined; // No token.
  }
}

/** The issuer could not be asked, or answered nonsense: the token may be good all the same. */
function isIssuersFault(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  return (
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === errors.JOSEError.code
  );
}

function proves(claims: JWTPayload, { audience, email }: OidcSender): boolean {
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  const isItsEmail = claims['email'] === email && claims['email_verified'] === true;
  return isItsEmail && audiences.includes(audience);
}

async function verifyIn(group: Group, token: string, nowMs: number): Promise<OidcVerdict> {
  try {
    const { payload } = await jwtVerify(token, group.keys, {
      issuer: group.issuer,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'aud', 'email'],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: new Date(nowMs),
    });
    const proved = group.senders.filter((sender) => proves(payload, sender));
    return { senders: proved.map(({ name }) => name), trouble: undefined };
  } catch (error) {
    if (!isIssuersFault(error)) return NOBODY;
    return { senders: [], trouble: error instanceof Error ? error.message : 'no answer' };
  }
}

export function createOidcVerifier(
  senders: readonly OidcSender[],
  now: () => number,
): OidcVerifier {
  const groups = groupsOf(senders);
  return {
    async verify(token) {
      const issuer = claimedIssuer(token);
      const asked = groups.filter((group) => group.issuer === issuer);
      const verdicts = await Promise.all(asked.map((group) => verifyIn(group, token, now())));
      return {
        senders: verdicts.flatMap((verdict) => verdict.senders),
        trouble: verdicts.find(({ trouble }) => trouble !== undefined)?.trouble,
      };
    },
  };
}
