/**
 * Owns: who a request is from, and what that sender may write to. Pure.
 * Does not own: reading tokens from files (main.ts), verifying tokens of OpenID Connect (oidc).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { anyOf, type Wildcard } from '../../../shared/domain/wildcard.ts';
import type { Certificate, Proofs } from './proofs.ts';

/** One entry of `collector.senders`. */
export interface SenderRule {
  readonly name: string;
  readonly clusters: readonly string[];
  readonly sources?: readonly string[] | undefined;
  readonly certificates?: readonly string[] | undefined;
  /** It proves itself by a token of an OpenID Connect issuer. */
  readonly hasOidc: boolean;
}

export interface Sender {
  readonly name: string;
  readonly hasOidc: boolean;
  ownsCertificate(certificate: Certificate): boolean;
  mayWrite(source: string, cluster: string): boolean;
}

/** SHA-256 of a token, and whose it is. Texts of one length are compared in constant time. */
export interface TokenHash {
  readonly sender: string;
  readonly hash: Buffer;
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** Lines of a file of tokens, without white space around them. */
export function tokensIn(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const FINGERPRINT = /^sha256:/i;

/** `sha256:AB:CD…` in one spelling; names stay as they are. */
function certificatePattern(pattern: string): string {
  return FINGERPRINT.test(pattern) ? pattern.replaceAll(':', '').toLowerCase() : pattern;
}

function certificateMatcher(patterns: readonly string[]): (certificate: Certificate) => boolean {
  const fingerprints = patterns.filter((pattern) => FINGERPRINT.test(pattern));
  const isFingerprint = anyOf(fingerprints.map(certificatePattern));
  const isName: Wildcard = anyOf(patterns.filter((pattern) => !FINGERPRINT.test(pattern)));
  return ({ names, sha256 }) =>
    isFingerprint(`sha256${sha256.replaceAll(':', '').toLowerCase()}`) || names.some(isName);
}

export function createSender(rule: SenderRule): Sender {
  const isCluster = anyOf(rule.clusters);
  const ownsCertificate = certificateMatcher(rule.certificates ?? []);
  const { name, hasOidc, sources } = rule;
  return {
    name,
    hasOidc,
    ownsCertificate,
    mayWrite: (source, cluster) =>
      (sources === undefined || sources.includes(source)) && isCluster(cluster),
  };
}

/** Names of the senders to whom one of `tokens` belongs. Compares all with all, always. */
export function ownersOf(
  tokens: readonly string[],
  known: readonly TokenHash[],
): ReadonlySet<string> {
  const owners = new Set<string>();
  for (const token of tokens) {
    const hash = hashToken(token);
    for (const candidate of known) {
      if (timingSafeEqual(hash, candidate.hash)) owners.add(candidate.sender);
    }
  }
  return owners;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly senderId: string }
  /** It has proved to be `senderId`, who may not write there. */
  | { readonly kind: 'forbidden'; readonly senderId: string }
  | { readonly kind: 'unknown' };

/** What `proofs` are worth for writing to this source and cluster. The first that may, does. */
export function admit(
  senders: readonly Sender[],
  known: readonly TokenHash[],
  proofs: Proofs,
  target: { readonly source: string; readonly cluster: string },
): Admission {
  const owners = ownersOf(proofs.tokens, known);
  const proved = senders.filter(
    (sender) =>
      owners.has(sender.name) ||
      proofs.verifiedSenders.includes(sender.name) ||
      (proofs.certificate !== undefined && sender.ownsCertificate(proofs.certificate)),
  );
  const allowed = proved.find((sender) => sender.mayWrite(target.source, target.cluster));
  if (allowed !== undefined) return { kind: 'admitted', senderId: allowed.name };
  const [first] = proved;
  return first === undefined ? { kind: 'unknown' } : { kind: 'forbidden', senderId: first.name };
}
