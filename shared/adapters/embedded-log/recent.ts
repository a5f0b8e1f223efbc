/**
 * Owns: the chunks that were written last, in memory, so that consumers that keep up do not read
 * (and LevelDB does not unpack) what has just been written.
 * Does not own: anything durable; it may forget any chunk at any time.
 */
import type { Partition } from './partition.ts';

export interface Chunk {
  readonly base: bigint;
  readonly count: number;
  readonly bytes: Buffer;
}

export class RecentChunks {
  readonly #maxBytes: number;
  readonly #byPartition = new Map<Partition, Map<bigint, Chunk>>();
  /** Oldest first. */
  readonly #order = new Map<Chunk, Partition>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Called once the chunk is durable. */
  add(partition: Partition, chunk: Chunk): void {
    const chunks = this.#byPartition.get(partition) ?? new Map<bigint, Chunk>();
    this.#byPartition.set(partition, chunks.set(chunk.base, chunk));
    this.#order.set(chunk, partition);
    this.#bytes += chunk.bytes.length;
    for (const [oldest, owner] of this.#order) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#order.delete(oldest);
      this.#byPartition.get(owner)?.delete(oldest.base);
      this.#bytes -= oldest.bytes.length;
    }
  }

  /** Chunks from the one that begins at `base` on, until `maxBytes` are passed; maybe none. */
  page(partition: Partition, base: bigint, maxBytes: number): readonly Chunk[] {
    const chunks = this.#byPartition.get(partition);
    const page: Chunk[] = [];
    let bytes = 0;
    let next = chunks?.get(base);
    while (next !== undefined) {
      page.push(next);
      bytes += next.bytes.length;
      if (bytes > maxBytes) break;
      next = chunks?.get(next.base + BigInt(next.count));
    }
    return page;
  }
}
