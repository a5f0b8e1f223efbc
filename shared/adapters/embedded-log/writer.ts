/**
 * Owns: every write to the log: requests that arrive while a sync runs share the next one (group
 * commit), nothing is acknowledged before its sync, and offsets are given in the order of arrival.
 * Does not own: what a request must fulfil (open.ts checks appends, lane.ts commits), the bytes of a
 * batch (compose.ts).
 */
import type { Logger } from '../../ports/telemetry.ts';
import { compose, endOf, type WriteRequest } from './compose.ts';
import type { Level } from './database.ts';
import type { RecentChunks } from './recent.ts';
import { writeTrouble } from './trouble.ts';

interface Pending {
  readonly request: WriteRequest;
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** A batch is copied as a whole by LevelDB; one larger request goes alone. */
const BATCH_BYTES = 16 * 1024 * 1024;

export interface WriterParts {
  readonly level: Level;
  readonly recent: RecentChunks;
  readonly now: () => number;
  readonly logger: Logger | undefined;
  /** A write failed: whoever has a change under way must look again what is durable. */
  readonly onFailure: () => void;
  /** Resolves when writing may go on; what it throws is why it never will. */
  readonly mend: () => Promise<void>;
}

export class Writer {
  readonly #parts: WriterParts;
  readonly #queue: Pending[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #failure: Error | undefined;
  #mended: Promise<void> | undefined;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Bytes of records that wait for a sync or are in one. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Why nothing can be written now. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves when writing may go on, rejects when it never will; undefined: it may. */
  get mended(): Promise<void> | undefined {
    return this.#mended;
  }

  /**
   * Resolves once all of the request is durable and visible. Rejects when nothing of it is, or,
   * after a write that failed, all of it may be: then `onFailure` was called before.
   */
  submit(request: WriteRequest): Promise<void> {
    if (this.#failure !== undefined) return this.#refusal(request);
    return new Promise((resolve, reject) => {
      const bytes = request.records.reduce((sum, placed) => sum + placed.bytes, 0);
      this.#queuedBytes += bytes;
      this.#queue.push({ request, bytes, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is queued or in flight. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // One turn later, so that what is submitted in the same turn shares a batch.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#take();
      await this.#write(batch);
      this.#queuedBytes -= batch.reduce((sum, pending) => sum + pending.bytes, 0);
    }
    this.#running = undefined;
  }

  #take(): Pending[] {
    let bytes = 0;
    let count = 0;
    for (const pending of this.#queue) {
      bytes += pending.bytes;
      if (count > 0 && bytes > BATCH_BYTES) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #write(batch: readonly Pending[]): Promise<void> {
    const admitted = batch.filter((pending) => this.#admits(pending));
    if (admitted.length === 0) return;
    const { ops, written } = compose(
      admitted.map(({ request }) => request),
      this.#parts.now(),
    );
    try {
      await this.#parts.level.batch(ops, { sync: true });
    } catch (error) {
      await this.#fail(error, admitted);
      return;
    }
    for (const [partition, chunks] of written) {
      for (const chunk of chunks) this.#parts.recent.add(partition, chunk);
      const last = chunks.at(-1);
      if (last !== undefined) partition.advance(endOf(last));
    }
    for (const pending of admitted) pending.resolve();
  }

  /** Tells all who wait, so that senders can be told, and comes back when the log is mended. */
  async #fail(error: unknown, admitted: readonly Pending[]): Promise<void> {
    this.#failure = writeTrouble(error);
    this.#parts.logger?.error({ err: error }, 'The log can not be written');
    const waiting = this.#queue.splice(0);
    this.#queuedBytes -= waiting.reduce((sum, pending) => sum + pending.bytes, 0);
    this.#parts.onFailure();
    this.#mended = this.#parts.mend();
    for (const pending of [...admitted, ...waiting]) pending.reject(this.#failure);
    try {
      await this.#mended;
      this.#failure = undefined;
      this.#mended = undefined;
    } catch (fatal) {
      this.#failure = fatal as Error;
      this.#parts.logger?.error({ err: fatal }, 'The log can not be mended');
    }
  }

  async #refusal(request: WriteRequest): Promise<void> {
    request.check?.();
    throw this.#failure as Error;
  }

  #admits(pending: Pending): boolean {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      pending.request.check?.();
      return true;
    } catch (error) {
      pending.reject(error);
      return false;
    }
  }
}
