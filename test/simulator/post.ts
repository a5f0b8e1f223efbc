/**
 * Owns: posting a simulation to a running podwitness as its senders would: in their order, as fast as
 * it is told, again where it was not taken.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterFiles } from './simulate.ts';
import type { Post } from './delivery/posts.ts';

const TRIES = 60;
const LONGEST_WAIT_MS = 5000;
const TELL_EVERY_MS = 5000;

export interface Posting {
  readonly url: string;
  /** So many times faster than it happened; 0: at once. */
  readonly speed: number;
  say(text: string): void;
}

/** An API server's batch has items without kind and version; other senders write lines. */
function bodyOf({ lines, source }: Post, files: ClusterFiles['files']): string {
  const texts = lines.map((line) => files[source][line - 1] ?? '');
  if (source !== 'audit') return texts.map((text) => `${text}\n`).join('');
  const items = texts.map((text) =>
    text.replace('"kind":"Event","apiVersion":"audit.k8s.io/v1",', ''),
  );
  return `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items.join(',')}]}\n`;
}

async function postOne(url: string, post: Post, body: string): Promise<void> {
  const type = post.source === 'spo' ? 'application/x-ndjson' : 'application/json';
  for (let i = 0; i < TRIES; i++) {
    const answer = await fetch(`${url.replace(/\/$/, '')}/v1/${post.source}/${post.cluster}`, {
      ...{ method: 'POST', body, headers: { 'content-type': type } },
    });
    await answer.arrayBuffer();
    if (answer.ok) return;
    if (answer.status !== 503 && answer.status !== 429) {
      throw new Error(`${url} answered ${answer.status} to a body of ${post.source}`);
    }
    await sleep(Math.min(LONGEST_WAIT_MS, 1000 * Number(answer.headers.get('retry-after') ?? 1)));
  }
  throw new Error(`${url} did not take a body in ${TRIES} tries`);
}

export async function postAll(clusters: readonly ClusterFiles[], posting: Posting): Promise<void> {
  const filesOf = new Map(clusters.map(({ cluster, files }) => [cluster, files]));
  const posts = clusters.flatMap((cluster) => cluster.posts);
  if (clusters.length > 1) posts.sort((a, b) => a.at - b.at);
  const first = posts[0]?.at ?? 0;
  const started = performance.now();
  let told = started;
  for (const [i, post] of posts.entries()) {
    const due = posting.speed === 0 ? 0 : (post.at - first) / posting.speed;
    const wait = started + due - performance.now();
    if (wait > 1) await sleep(wait);
    const files = filesOf.get(post.cluster);
    if (files !== undefined) await postOne(posting.url, post, bodyOf(post, files));
    if (performance.now() - told < TELL_EVERY_MS) continue;
    told = performance.now();
    posting.say(`${i + 1} of ${posts.length} bodies, ${new Date(post.at).toISOString()}`);
  }
  posting.say(`${posts.length} bodies posted`);
}
