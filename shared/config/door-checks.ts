/**
 * Owns: what must hold between the keys of the front door: who reaches it, and who may send.
 */
import { type Check, type Conflict, conflictIf, isLoopback } from './conflict.ts';
import type { ConfigValues } from './schema.ts';

const listening: Check = ({ http }) =>
  conflictIf(
    !isLoopback(http.host) && http.tls.certFile === undefined && !http.allowPlainHttpBeyondLoopback,
    'http.host',
    'other machines would reach this address over plain HTTP: set http.tls.certFile and ' +
      'http.tls.keyFile, or listen on 127.0.0.1 behind a proxy that ends TLS, or set ' +
      'http.allowPlainHttpBeyondLoopback to true',
  );

/**
 * What is wrong with a front door that anybody can write through. Of no concern to the other workers,
 * which listen for health and metrics alone, so it is the collector that asks.
 */
export function anonymousDoor({ collector, http }: ConfigValues): string | undefined {
  const isOpen = collector.senders.length === 0 && !collector.allowAnonymousBeyondLoopback;
  return isOpen && !isLoopback(http.host)
    ? `collector.senders: whoever reaches ${http.host} could write: name the senders, or set ` +
        'collector.allowAnonymousBeyondLoopback to true'
    : undefined;
}

const httpTls: Check = ({ http: { tls } }) => [
  ...conflictIf(
    (tls.certFile === undefined) !== (tls.keyFile === undefined),
    tls.certFile === undefined ? 'http.tls.keyFile' : 'http.tls.certFile',
    'https needs both http.tls.certFile and http.tls.keyFile',
  ),
  ...conflictIf(
    tls.clientCaFile !== undefined && tls.certFile === undefined,
    'http.tls.clientCaFile',
    'has no effect without TLS: set http.tls.certFile and http.tls.keyFile too, or take this out',
  ),
];

const senders: Check = ({ collector, http }) =>
  collector.senders.flatMap(({ certificates, name, oidc, tokenFiles }, index) => {
    const key = `collector.senders[${index}] (${name})`;
    const problem = (condition: boolean, message: string): readonly Conflict[] =>
      conflictIf(condition, 'collector.senders', `${key} ${message}`);
    return [
      ...problem(
        certificates === undefined && oidc === undefined && tokenFiles === undefined,
        'can not prove itself: give it tokenFiles, certificates or oidc',
      ),
      ...problem(
        certificates !== undefined && http.tls.clientCaFile === undefined,
        'has certificates, but nobody is asked for one: set http.tls.clientCaFile',
      ),
      ...problem(
        collector.senders.slice(0, index).some((other) => other.name === name),
        'has the name of another: records would not say which of them it was',
      ),
      ...problem(
        oidc !== undefined && [oidc.issuer, oidc.jwksUri].some(isFetchedReadably),
        'would have the issuer’s keys fetched over plain HTTP: use https',
      ),
    ];
  });

function isFetchedReadably(text: string | undefined): boolean {
  if (text === undefined) return false;
  const { hostname, protocol } = new URL(text);
  return protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname));
}

export const DOOR_CHECKS: readonly Check[] = [listening, httpTls, senders];
