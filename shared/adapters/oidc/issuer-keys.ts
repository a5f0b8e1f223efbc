/**
 * Owns: an issuer's public keys: where they are, fetched in bounded time, and kept.
 * Sources: OpenID Connect Discovery 1.0 §4 (where), RFC 7517 (keys).
 */
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';

export interface IssuerKeys {
  readonly issuer: string;
  /** Undefined: the issuer says where. */
  readonly jwksUri: string | undefined;
}

const FETCH_TIMEOUT_MS = 5_000;
const KEPT_MS = 3_600_000;
/** An unknown key id makes them be fetched again, but no more often: anybody can send one. */
const COOLDOWN_MS = 30_000;
const MAX_DISCOVERY_CHARS = 256 * 1024;

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Keys come over https; over http only from this machine. */
function trustedUrl(text: string): URL {
  const url = new URL(text);
  const isTrusted =
    url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!isTrusted) throw new Error('The keys of an issuer are not fetched over plain HTTP');
  return url;
}

async function discover(issuer: string): Promise<URL> {
  const place = trustedUrl(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const response = await fetch(place, { redirect: 'error', signal });
  if (response.status !== 200) throw new Error(`Discovery answered ${response.status}`);
  const text = await response.text();
  if (text.length > MAX_DISCOVERY_CHARS) throw new Error('Discovery answered too much');
  const document = JSON.parse(text) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
  if (document.issuer !== issuer) throw new Error('Discovery is of another issuer');
  return trustedUrl(String(document.jwks_uri));
}

function remoteKeys(url: URL): JWTVerifyGetKey {
  return createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: KEPT_MS,
    cooldownDuration: COOLDOWN_MS,
  });
}

/** Finds the key of a token. Whatever goes wrong on the way there is thrown as it is. */
export function createIssuerKeys({ issuer, jwksUri }: IssuerKeys): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const open = (): Promise<JWTVerifyGetKey> => {
    if (keys === undefined) {
      const url = jwksUri === undefined ? discover(issuer) : Promise.resolve(trustedUrl(jwksUri));
      keys = url.then(remoteKeys);
      keys.catch(() => {
        keys = undefined; // The next token asks again; this one's caller is told.
      });
    }
    return keys;
  };
  return async (header, token) => (await open())(header, token);
}
