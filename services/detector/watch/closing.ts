/**
 * Owns: how events about sources and senders name them; closing what is open when one is forgotten.
 */
import type { Held, SubjectKind } from './model.ts';
import { type About, tellEnd, type Turn } from './turn.ts';
import { sentence, things, whence } from './wording.ts';

export function aboutOf({ key, subject: { cluster, sender, source } }: Held): About {
  return { cluster, source, key, ...(sender === null ? {} : { sender }) };
}

/** In this order, whatever order they began in. */
const KINDS: readonly SubjectKind[] = ['silent', 'falling', 'late', 'skew'];

/** Ends all that is open: nobody waits for it any more. */
export function closeAll(turn: Turn, held: Held, timeMs: number, reason: string): void {
  const { cluster, open, sender, source } = held.subject;
  const about = aboutOf(held);
  for (const kind of KINDS) {
    const episode = open[kind];
    if (episode === undefined) continue;
    const what = sentence(`${things(source)}${whence(cluster, sender)}`);
    const message = `${what} are no longer waited for: nothing came for a long time, or too many senders are watched`;
    tellEnd(turn, { about, kind, episode }, { timeMs, reason, message });
  }
}
