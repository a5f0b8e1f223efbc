/**
 * Owns: how what the sources wrote comes to podwitness: batches, retries, what is sent twice, what
 * is late, and in which order.
 */
import type { Delivery } from '../options.ts';
import { MINUTE, SECOND } from '../moments.ts';
import type { Random } from '../random.ts';

export type Source = 'audit' | 'spo' | 'falco';

/** A body: which lines of which file, when. */
export interface Post {
  readonly at: number;
  readonly source: Source;
  readonly cluster: string;
  /** From 1, of the source's file. */
  readonly lines: readonly number[];
}

/** A line of a file and when its source had it ready. */
export interface Ready {
  readonly at: number;
  /** What is batched by itself: an API server, a node. */
  readonly sender: string;
}

export interface Habits {
  readonly cluster: string;
  readonly late: number;
  readonly duplicates: number;
  readonly delivery: Delivery;
}

const BATCH = 400;
const WAIT: Readonly<Record<Source, number>> = { audit: 30 * SECOND, spo: 5 * SECOND, falco: 0 };
const RETRIES = [10, 15, 22, 34].map((s) => s * SECOND);

interface Open {
  readonly from: number;
  readonly lines: number[];
}

function batches(
  source: Source,
  ready: readonly Ready[],
): { readonly at: number; readonly lines: number[] }[] {
  const open = new Map<string, Open>();
  const done: { at: number; lines: number[] }[] = [];
  for (const [i, { at, sender }] of ready.entries()) {
    let batch = open.get(sender);
    if (batch !== undefined && (batch.from + WAIT[source] < at || batch.lines.length >= BATCH)) {
      done.push({ at: Math.min(batch.from + WAIT[source], at), lines: batch.lines });
      batch = undefined;
    }
    if (batch === undefined) {
      batch = { from: at, lines: [] };
      open.set(sender, batch);
    }
    batch.lines.push(i + 1);
  }
  for (const { from, lines } of open.values()) done.push({ at: from + WAIT[source], lines });
  return done;
}

/** How long until a body is taken: sometimes only after retries. */
function delay(source: Source, random: Random): number {
  const network = random.between(20, 400);
  if (source !== 'audit' || !random.chance(0.03)) return network;
  return network + RETRIES.slice(0, random.int(1, 4)).reduce((sum, wait) => sum + wait, 0);
}

function byArrival(
  source: Source,
  ready: readonly Ready[],
  habits: Habits,
  random: Random,
): Post[] {
  const { cluster } = habits;
  return batches(source, ready).flatMap(({ at, lines }) => {
    const isLate = source !== 'audit' && random.chance(habits.late);
    const came = at + delay(source, random) + (isLate ? random.between(0.5, 4) * MINUTE : 0);
    const post: Post = { at: came, source, cluster, lines };
    // It was stored, and the answer was lost: the same body again.
    const again = { ...post, at: came + random.between(1, 40) * SECOND };
    return random.chance(habits.duplicates) ? [post, again] : [post];
  });
}

function single(post: Post): Post[] {
  return post.lines.map((line) => ({ ...post, lines: [line] }));
}

/** All bodies of a cluster in the order in which they come. */
export function makePosts(
  sources: Readonly<Record<Source, readonly Ready[]>>,
  habits: Habits,
  random: Random,
): readonly Post[] {
  const names: readonly Source[] = ['audit', 'spo', 'falco'];
  const posts = names.flatMap((name) => byArrival(name, sources[name], habits, random.fork(name)));
  if (habits.delivery === 'grouped') return posts;
  const ofOrder = random.fork('order');
  const placed =
    habits.delivery === 'arrival'
      ? posts
      : posts
          .flatMap(single)
          .map((post) => ({ ...post, at: post.at + ofOrder.between(0, 4 * MINUTE) }));
  return placed.sort((a, b) => a.at - b.at);
}
