/**
 * Owns: how a request ended, at the end of its sentence.
 */
import type { Parts } from '../audit-parts.ts';
import { text } from '../fields.ts';
import { quoted } from './quoted.ts';

const MAX_MESSAGE_CHARS = 200;
/** What the server's answer already says, or the sentence before it. */
const PLAIN_CODES = new Set([401, 404, 409]);

/** `NotFound` as `not found`; a reason that is no word of the API server is left out. */
function words(reason: string | undefined): string {
  if (reason === undefined || !/^[A-Za-z]{1,40}$/.test(reason)) return '';
  return ` ${reason.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}`;
}

const REASONS: ReadonlyMap<number, string> = new Map([
  ...([
    [400, ' bad request'],
    [404, ' not found'],
    [405, ' method not allowed'],
    [409, ' conflict'],
    [410, ' gone'],
  ] as const),
  ...([
    [422, ' invalid'],
    [429, ' too many requests'],
    [500, ' internal error'],
    [503, ' service unavailable'],
    [504, ' timeout'],
  ] as const),
]);

/** Last of all, so that nothing follows what may be anybody's words. */
function detail({ decision, status }: Parts, code: number): string {
  if (decision === 'forbid' || PLAIN_CODES.has(code)) return '';
  const message = text(status?.['message']);
  return message === undefined || message === '' ? '' : `: ${quoted(message, MAX_MESSAGE_CHARS)}`;
}

function failure(parts: Parts, code: number): string {
  if (code === 401) return 'refused (401)';
  if (code === 403) return `refused (403)${detail(parts, code)}`;
  const why = words(text(parts.status?.['reason'])) || (REASONS.get(code) ?? '');
  return `failed (${code}${why})${detail(parts, code)}`;
}

export function resultOf(parts: Parts): string {
  const { code, stage } = parts;
  if (code === undefined) {
    return stage === 'RequestReceived' ? 'no answer yet' : 'answer not known';
  }
  if (code >= 400) return failure(parts, code);
  if (stage === 'ResponseStarted') return 'started';
  // A way into a pod answers when it opens; that it is complete means that it was closed.
  return code === 101 ? 'ended' : 'allowed';
}
