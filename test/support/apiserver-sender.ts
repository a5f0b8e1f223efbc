/**
 * Owns: senders that repeat as a kube-apiserver's audit webhook was seen to (its own recordings):
 * five attempts per batch, waits of 10 s × 1.5 with jitter between them, 429 and 503 with
 * Retry-After repeated inside an attempt for as long as its 30 s last, byte-identical bodies, each
 * batch by itself, connections kept. All times are divided by `haste`. What five attempts did not
 * bring is dropped, as the real one does.
 * Does not own: how fast batches come (steadily), what they hold.
 */
import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const ATTEMPTS = 5;
const FIRST_WAIT_MS = 10_000;
const GROWTH = 1.5;
const JITTER = 0.2;
const ATTEMPT_MS = 30_000;

export interface ApiserverOptions {
  readonly cluster: string;
  /** Base URL; asked for each post, so that repeats can go to another replica. */
  address(): string;
  /** 2: all waits and time-outs are half of the real ones. */
  readonly haste: number;
  /** Tells of each answer or failure, for graphs and assertions. */
  onAnswer?(answer: Answer): void;
}

export interface Answer {
  /** HTTP status, or the code of what failed. */
  readonly said: number | string;
  readonly retryAfter: string | undefined;
  readonly tookMs: number;
  readonly atMs: number;
}

export interface Apiserver {
  /** Begins to deliver a batch; returns at once. */
  send(body: Buffer): void;
  /** Resolves when every batch was accepted or dropped. */
  idle(): Promise<void>;
  /** SHA-256 (hex) of each body that was answered 2xx. */
  readonly accepted: ReadonlySet<string>;
  readonly dropped: ReadonlySet<string>;
  readonly answers: readonly Answer[];
  close(): void;
}

export function bodyHash(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

export function startApiserver(options: ApiserverOptions): Apiserver {
  const accepted = new Set<string>();
  const dropped = new Set<string>();
  const answers: Answer[] = [];
  const underWay = new Set<Promise<void>>();
  const agent = new Agent({ keepAlive: true });
  const note = (answer: Answer): Answer => {
    answers.push(answer);
    options.onAnswer?.(answer);
    return answer;
  };

  /** One attempt: posts again while it is told when to, and there is time left. */
  const attempt = async (body: Buffer): Promise<boolean> => {
    const endMs = Date.now() + ATTEMPT_MS / options.haste;
    for (;;) {
      const answer = note(await post(options, agent, body, endMs - Date.now()));
      if (isAccepted(answer)) return true;
      const waitMs = retryAfterMs(answer, options.haste);
      if (waitMs === undefined || Date.now() + waitMs >= endMs) return false;
      await sleep(waitMs);
    }
  };

  const deliver = async (body: Buffer): Promise<void> => {
    let waitMs = FIRST_WAIT_MS / options.haste;
    for (let tried = 1; tried <= ATTEMPTS; tried++) {
      if (await attempt(body)) {
        accepted.add(bodyHash(body));
        return;
      }
      if (tried < ATTEMPTS) await sleep(waitMs * (1 + Math.random() * JITTER));
      waitMs *= GROWTH;
    }
    dropped.add(bodyHash(body));
  };

  return {
    send(body) {
      const work = deliver(body).finally(() => underWay.delete(work));
      underWay.add(work);
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    accepted,
    dropped,
    answers,
    close: () => agent.destroy(),
  };
}

function isAccepted({ said }: Answer): boolean {
  return typeof said === 'number' && said >= 200 && said < 300;
}

/** Undefined: this attempt is over. Only 429 and 503 are repeated inside one. */
function retryAfterMs({ retryAfter, said }: Answer, haste: number): number | undefined {
  if (said !== 429 && said !== 503) return undefined;
  const seconds = Number(retryAfter);
  return retryAfter === undefined || Number.isNaN(seconds) ? undefined : (seconds * 1000) / haste;
}

function post(
  { address, cluster }: ApiserverOptions,
  agent: Agent,
  body: Buffer,
  timeoutMs: number,
): Promise<Answer> {
  const atMs = Date.now();
  const ended = (said: number | string, retryAfter?: string): Answer => ({
    said,
    retryAfter,
    atMs,
    tookMs: Date.now() - atMs,
  });
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, */*',
      'user-agent': 'Go-http-client/1.1',
      'accept-encoding': 'gzip',
      'content-length': String(body.length),
    };
    const url = `${address()}/v1/audit/${cluster}?timeout=30s`;
    const posted = request(url, { method: 'POST', agent, headers }, (reply) => {
      reply.resume();
      reply.once('end', () => resolve(ended(reply.statusCode ?? 0, reply.headers['retry-after'])));
      reply.once('error', () => resolve(ended('broken answer')));
    });
    const late = setTimeout(() => posted.destroy(new Error('deadline')), Math.max(1, timeoutMs));
    posted.once('close', () => clearTimeout(late));
    posted.once('error', (error: NodeJS.ErrnoException) => {
      resolve(ended(error.code ?? error.message));
    });
    posted.end(body);
  });
}

/** Hands out batches at a steady pace, in turn to each of the senders, until the signal aborts. */
export async function steadily(
  senders: readonly { readonly server: Apiserver; readonly bodies: Iterator<Buffer> }[],
  perSecond: number,
  signal: AbortSignal,
): Promise<void> {
  const startMs = Date.now();
  for (let given = 0; !signal.aborted; ) {
    const due = Math.floor(((Date.now() - startMs) / 1000) * perSecond);
    for (; given < due; given++) {
      for (const { bodies, server } of senders) {
        const next = bodies.next();
        if (!next.done) server.send(next.value);
      }
    }
    await sleep(1000 / perSecond, undefined, { signal }).catch(() => undefined);
  }
}

/** The events of recorded bodies as batches of `size`, in the form that the webhook sends. */
export function* batchesOf(bodies: readonly Buffer[], size: number): Generator<Buffer> {
  for (const body of bodies) {
    const list = JSON.parse(body.toString('utf8')) as { items: unknown[] };
    for (let from = 0; from < list.items.length; from += size) {
      const items = list.items.slice(from, from + size);
      yield Buffer.from(`${JSON.stringify({ ...list, items })}\n`);
    }
  }
}
