/**
 * Owns: W3C trace context in record headers: which headers travel on from input to output.
 * Source: W3C Trace Context, https://www.w3.org/TR/trace-context/.
 */
import type { Headers } from '../ports/log.ts';

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const ZERO_ID = /^00-(0{32}-|[0-9a-f]{32}-0{16})/;
/** The specification's least length that must be carried on. */
const MAX_TRACESTATE_CHARS = 512;

function validTraceparent(value: string | undefined): value is string {
  return value !== undefined && TRACEPARENT.test(value) && !ZERO_ID.test(value);
}

/** The trace headers of `headers` that are valid; nothing else. */
export function traceHeaders(headers: Readonly<Record<string, string | undefined>>): Headers {
  const { traceparent, tracestate } = headers;
  if (!validTraceparent(traceparent)) return {};
  if (tracestate === undefined || tracestate.length > MAX_TRACESTATE_CHARS) return { traceparent };
  return { traceparent, tracestate };
}

/** A new sampled trace; `random` gives that many random bytes. */
export function newTrace(random: (bytes: number) => Buffer): Headers {
  return { traceparent: `00-${random(16).toString('hex')}-${random(8).toString('hex')}-01` };
}
