/**
 * Owns: how a record says that it was appended again for a dead letter: two headers, so that it works
 * for every topic, whatever its values are. They do not travel on to outputs.
 */
import type { Headers } from '../ports/log.ts';

const OF = 'podwitness-replay-of';
const ATTEMPT = 'podwitness-attempt';
const ID = /^[A-Za-z0-9_-]{27}$/;
const WHOLE = /^\d{1,6}$/;

export interface Replay {
  /** Id of the dead letter. */
  readonly of: string;
  /** Which try this is; the first replay is the second try. */
  readonly attempt: number;
}

export function replayHeaders({ attempt, of }: Replay): Headers {
  return { [OF]: of, [ATTEMPT]: String(attempt) };
}

/** What the headers say, if they say it as `replayHeaders` does: any producer can set them. */
export function readReplay(headers: Headers): Replay | undefined {
  const of = headers[OF];
  const attempt = headers[ATTEMPT];
  if (of === undefined || !ID.test(of)) return undefined;
  if (attempt === undefined || !WHOLE.test(attempt)) return undefined;
  return { of, attempt: Math.max(2, Number(attempt)) };
}
