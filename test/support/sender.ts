/**
 * Owns: a sender that behaves like a kube-apiserver, only faster: every answer but 2xx, and no
 * answer at all, makes it post the same bytes again.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 200;
const ATTEMPTS = 300;

/** Posts until it is accepted. `address` is asked for each attempt: the receiver may have moved. */
export async function deliver(
  address: () => string,
  cluster: string,
  body: Buffer,
  source = 'audit',
): Promise<void> {
  let last: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const url = `${address()}/v1/${source}/${cluster}?timeout=30s`;
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
      await answer.arrayBuffer();
      if (answer.ok) return;
      last = answer.status;
    } catch (error) {
      last = error;
    }
    await sleep(RETRY_MS);
  }
  throw new Error(`Not accepted in ${ATTEMPTS} attempts`, { cause: last });
}

/** Waits until `settled` says so; throws after `deadlineMs` with what it said last. */
export async function eventually<T>(
  look: () => Promise<T>,
  settled: (seen: T) => boolean,
  deadlineMs: number,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (settled(seen)) return seen;
    if (Date.now() > end)
      throw new Error(`Not settled in ${deadlineMs} ms: ${JSON.stringify(seen)}`);
    await sleep(RETRY_MS);
  }
}
