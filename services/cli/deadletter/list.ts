/**
 * Owns: one line for each dead letter, however often its replay failed again.
 */
import type { DeadLetter } from '../../../schemas/generated/avro.ts';
import { plainLength } from '../../../shared/domain/sealing/seal.ts';
import { type LetterFilter, matches, placeOf } from './letters.ts';

/** A letter without its bytes. */
export interface Summary extends Omit<DeadLetter, 'bytes'> {
  readonly byteCount: number;
  /** When it was rejected for the first time, and for the last. */
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface Listing {
  /** The newest that were asked for, newest first. */
  readonly letters: readonly Summary[];
  /** Of how many, as far as letters of one id were not too far apart to be known as one. */
  readonly matched: number;
}

function summaryOf({ bytes, ...letter }: DeadLetter): Summary {
  const { receivedAt } = letter;
  return { ...letter, byteCount: plainLength(bytes), firstAt: receivedAt, lastAt: receivedAt };
}

interface Group {
  summary: Summary;
  readonly places: Set<string>;
}

/** More places than anybody tries by hand. */
const MAX_PLACES = 100;

function joined({ places, summary }: Group, letter: DeadLetter): Summary {
  const next = summaryOf(letter);
  return {
    ...next,
    attempts: Math.max(places.size, summary.attempts, next.attempts),
    firstAt: Math.min(summary.firstAt, next.firstAt),
    lastAt: Math.max(summary.lastAt, next.lastAt),
  };
}

/** Holds no more than `limit` summaries at a time: whoever can send, can send a lot of garbage. */
export async function listLetters(
  letters: AsyncIterable<DeadLetter>,
  filter: LetterFilter,
  limit: number,
): Promise<Listing> {
  const groups = new Map<string, Group>();
  let matched = 0;
  for await (const letter of letters) {
    if (!matches(letter, filter)) continue;
    const known = groups.get(letter.id);
    if (known === undefined) matched++;
    const group = known ?? { summary: summaryOf(letter), places: new Set<string>() };
    if (group.places.size < MAX_PLACES) group.places.add(placeOf(letter));
    if (known !== undefined) group.summary = joined(group, letter);
    // Put last again: what is cut off at the limit is the one that is quiet for longest.
    groups.delete(letter.id);
    groups.set(letter.id, group);
    const [oldest] = groups.keys();
    if (groups.size > limit && oldest !== undefined) groups.delete(oldest);
  }
  const newestFirst = [...groups.values()].map(({ summary }) => summary).reverse();
  return { letters: newestFirst, matched };
}
