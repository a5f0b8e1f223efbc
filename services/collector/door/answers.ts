/**
 * Owns: what a sender is told, by how its request ended. Pure. docs/architecture.md has the table
 * of what each sender makes of it.
 *
 * 503 with Retry-After is the one answer after which every sender comes again (design: ADR 0008);
 * what is final has another code, and all of it is written so that nobody takes it for "later".
 */
import type { DoorRefusal } from '../../../shared/ports/telemetry.ts';

export type Ending =
  | { readonly kind: 'taken'; readonly records: number }
  | { readonly kind: 'refused'; readonly reason: DoorRefusal; readonly text: string }
  /** Nobody is there to be told. */
  | { readonly kind: 'gone' };

export interface Addressee {
  readonly source: string;
  /** Firehose's, which wants it back. */
  readonly requestId: string;
  readonly nowMs: number;
  readonly retryAfterSeconds: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const STATUS: Readonly<Record<DoorRefusal, number>> = {
  no_such_source: 404,
  bad_request: 400,
  bad_headers: 431,
  unknown_sender: 401,
  not_allowed: 403,
  too_large: 413,
  no_room: 503,
  too_slow: 503,
  stopping: 503,
  log_unavailable: 503,
  issuer_unavailable: 503,
  bug: 503,
};

export function statusOf(reason: DoorRefusal): number {
  return STATUS[reason];
}

function headersOf(status: number, retryAfterSeconds: number): Readonly<Record<string, string>> {
  if (status === 503) return { 'retry-after': String(retryAfterSeconds) };
  if (status === 401) return { 'www-authenticate': 'Bearer, Basic realm="podwitness"' };
  return {};
}

/** Source of Firehose's form: Amazon Data Firehose, HTTP endpoint delivery specifications. */
export function answerOf(ending: Exclude<Ending, { kind: 'gone' }>, to: Addressee): Answer {
  const status = ending.kind === 'taken' ? 200 : STATUS[ending.reason];
  const headers = headersOf(status, to.retryAfterSeconds);
  if (to.source === 'firehose') {
    const error = ending.kind === 'taken' ? {} : { errorMessage: ending.text };
    return { status, headers, body: { requestId: to.requestId, timestamp: to.nowMs, ...error } };
  }
  const body = ending.kind === 'taken' ? { accepted: ending.records } : { error: ending.text };
  return { status, headers, body };
}
