/**
 * Owns: asking a request for its proofs: headers, the client's certificate, tokens that an issuer
 * vouches for. Does not own: what they are worth (senders.ts).
 */
import type { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import { type Certificate, certificateOf, isJwt, tokensOf } from '../proofs.ts';
import { type Admission, admit, type Sender, type TokenHash } from '../senders.ts';
import type { Target } from '../target.ts';

export interface GateParts {
  /** None: whoever can reach the address may send. */
  readonly senders: readonly Sender[];
  /** As they are now: files are read again. */
  tokens(): readonly TokenHash[];
  /** Asks the issuer, where one is configured. */
  verify(
    token: string,
  ): Promise<{ readonly senders: readonly string[]; readonly trouble: string | undefined }>;
}

export type Entry = Admission | { readonly kind: 'unavailable'; readonly trouble: string };
export type Gate = (request: FastifyRequest, target: Target) => Promise<Entry>;

type MaybeTls = Partial<Pick<TLSSocket, 'authorized' | 'getPeerX509Certificate'>>;

/** The certificate of a connection, if an authority of ours signed it. Read once for each. */
function createCertificates(): (request: FastifyRequest) => Certificate | undefined {
  const read = new WeakMap<object, Certificate>();
  return ({ raw: { socket } }) => {
    const tls = socket as MaybeTls;
    if (tls.authorized !== true) return undefined;
    const known = read.get(socket);
    if (known !== undefined) return known;
    const x509 = tls.getPeerX509Certificate?.();
    if (x509 === undefined) return undefined;
    const certificate = certificateOf(x509);
    read.set(socket, certificate);
    return certificate;
  };
}

export function createGate(parts: GateParts): Gate {
  const { senders } = parts;
  const certificateFor = createCertificates();
  const usesOidc = senders.some(({ hasOidc }) => hasOidc);
  return async (request, target) => {
    if (senders.length === 0) return { kind: 'admitted', senderId: '' };
    const tokens = tokensOf(request.headers);
    const shown = { tokens, certificate: certificateFor(request), verifiedSenders: [] };
    const entry = admit(senders, parts.tokens(), shown, target);
    const jwt = usesOidc ? tokens.find(isJwt) : undefined;
    if (entry.kind === 'admitted' || jwt === undefined) return entry;
    const { senders: verifiedSenders, trouble } = await parts.verify(jwt);
    if (verifiedSenders.length === 0 && trouble !== undefined) {
      return { kind: 'unavailable', trouble };
    }
    return admit(senders, parts.tokens(), { ...shown, verifiedSenders }, target);
  };
}
