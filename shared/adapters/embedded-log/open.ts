/**
 * Owns: the port `Log` on one local directory, in one process, on LevelDB (classic-level).
 *
 * Every append and every commit is part of one synced LevelDB batch, so it is durable and visible
 * as a whole or not at all. Lane state is kept beside the records, keyed; the changelog topic must
 * exist and have as many partitions as the input (so that one setup serves both adapters) but holds
 * no records here: `read` of it ends at once.
 */
import type {
  Consumer,
  ConsumerOptions,
  LaneHandler,
  Log,
  LogRecord,
  OutRecord,
  PartitionPosition,
  ReadOptions,
  TopicSpec,
  TopicStatus,
} from '../../ports/log.ts';
import type { Room } from '../../ports/room.ts';
import type { Failpoint, Logger } from '../../ports/telemetry.ts';
import { assemble } from './assemble.ts';
import { openDatabase } from './database.ts';
import { type Engine, place } from './engine.ts';
import { Groups } from './groups.ts';
import { Member } from './member.ts';
import type { Partition } from './partition.ts';
import { readTopic } from './reader.ts';
import { trimAll } from './retention.ts';
import { closed, notNow } from './trouble.ts';

export interface EmbeddedLogOptions {
  /** A folder of this log alone; made when it is missing. */
  readonly directory: string;
  readonly failpoint?: Failpoint;
  readonly logger?: Logger;
  /** Milliseconds since the epoch; decides ages for retention, nothing else. */
  readonly now?: () => number;
  readonly trimIntervalMs?: number;
  /** Appends are refused with TransientError while this many bytes wait for the disk. */
  readonly maxQueuedBytes?: number;
  /** Of the disk: appends are refused when it is short, commits when it is spent. */
  readonly room?: Room;
  /** Shortens the topics' retention. */
  readonly maxAgeMs?: number;
  /** Of the folder's files. What is needed stays, and appends are refused instead. */
  readonly maxBytes?: number;
  /** How long what a group has not processed is kept while nobody of it is here. */
  readonly groupAbsentMs?: number;
  /** Told why the log can not be written, and (undefined) that it can again. */
  readonly onTrouble?: (reason: string | undefined) => void;
}

const TRIM_INTERVAL_MS = 15_000;
const MAX_QUEUED_BYTES = 256 * 1024 * 1024;
/** As long as Kafka keeps the offsets of a group that is gone. */
const GROUP_ABSENT_MS = 7 * 86_400_000;

/** Opens the log; see openDatabase for the errors. */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<Log> {
  const now = options.now ?? Date.now;
  const level = await openDatabase(options.directory);
  try {
    const closing = new AbortController();
    const engine = await assemble(level, options, { now, closing: closing.signal });
    return new EmbeddedLog(engine, closing, { ...options, now });
  } catch (error) {
    await level.close();
    throw error;
  }
}

class EmbeddedLog implements Log {
  readonly #engine: Engine;
  readonly #closing: AbortController;
  readonly #options: EmbeddedLogOptions & { readonly now: () => number };
  readonly #groups: Groups;
  readonly #members = new Set<Member>();
  readonly #trimTimer: NodeJS.Timeout;
  #trimming: Promise<void> = Promise.resolve();
  /** Larger than it may be, and nothing can be deleted. */
  #isFull = false;
  #ensuring: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(
    engine: Engine,
    closing: AbortController,
    options: EmbeddedLogOptions & { readonly now: () => number },
  ) {
    this.#engine = engine;
    this.#closing = closing;
    this.#options = options;
    this.#groups = new Groups(engine, options.groupAbsentMs ?? GROUP_ABSENT_MS);
    engine.onFailure = () => this.#groups.restart();
    const trim = () => this.#trim(options.now());
    this.#trimTimer = setInterval(trim, options.trimIntervalMs ?? TRIM_INTERVAL_MS).unref();
  }

  async append(records: readonly OutRecord[]): Promise<void> {
    this.#checkOpen();
    const placed = place(this.#engine.topics, records);
    if (placed.length === 0) return;
    const refusal = this.#refusal();
    if (refusal !== undefined) throw notNow(refusal);
    await this.#engine.writer.submit({ records: placed, ops: [] });
  }

  /** Why nothing more is taken now. */
  #refusal(): string | undefined {
    const { room, writer } = this.#engine;
    const { maxQueuedBytes = MAX_QUEUED_BYTES } = this.#options;
    if (writer.queuedBytes > maxQueuedBytes) return 'the log takes less than is appended';
    if (room.isShort()) return 'the disk is nearly full';
    if (this.#isFull) return 'the log is as large as it may be, and all of it is still needed';
    return undefined;
  }

  async consume(options: ConsumerOptions, handler: LaneHandler): Promise<Consumer> {
    if (this.#closed !== undefined) throw closed();
    const group = this.#groups.of(options);
    const onEnd = (ended: Member) => this.#members.delete(ended);
    const member = new Member({ engine: this.#engine, group, options, handler, onEnd });
    this.#members.add(member);
    group.join(member);
    return member;
  }

  read(options: ReadOptions): AsyncIterable<LogRecord> {
    this.#checkOpen();
    return readTopic(this.#engine, options);
  }

  async positions(group: string, topic: string): Promise<readonly PartitionPosition[]> {
    this.#checkOpen();
    return this.#engine.topics.get(topic).partitions.map((partition) => ({
      partition: partition.index,
      committed: this.#engine.offsets.get(group, partition),
      end: partition.end,
    }));
  }

  ensureTopics(specs: readonly TopicSpec[]): Promise<readonly TopicStatus[]> {
    const ensured = this.#ensuring.then(() => this.#ensure(specs));
    this.#ensuring = ensured.catch(() => undefined);
    return ensured;
  }

  async reviewTopics(specs: readonly TopicSpec[]): Promise<readonly TopicStatus[]> {
    await this.#ensuring;
    this.#checkOpen();
    return specs.map((spec) => this.#engine.topics.review(spec));
  }

  async #ensure(specs: readonly TopicSpec[]): Promise<readonly TopicStatus[]> {
    this.#checkOpen();
    const { topics, writer } = this.#engine;
    const statuses: TopicStatus[] = [];
    for (const spec of specs) {
      statuses.push(await topics.ensure(spec, (op) => writer.submit({ records: [], ops: [op] })));
    }
    return statuses;
  }

  async ping(): Promise<void> {
    this.#checkOpen();
    const { failure } = this.#engine.writer;
    if (failure !== undefined) throw failure;
    const refusal = this.#refusal();
    if (refusal !== undefined) throw notNow(refusal);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearInterval(this.#trimTimer);
    // Handlers may still append while they finish the batch in hand.
    await Promise.all([...this.#members].map((member) => member.stop()));
    this.#closing.abort();
    await Promise.all([this.#engine.writer.idle(), this.#trimming, this.#ensuring]);
    await this.#engine.level.close();
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw closed();
  }

  #trim(nowMs: number): void {
    const { directory, maxAgeMs = Infinity, maxBytes = Infinity } = this.#options;
    const needed = (partition: Partition) => this.#groups.needed(partition, nowMs);
    this.#trimming = this.#trimming
      .then(async () => {
        const policy = { directory, maxAgeMs, maxBytes, needed };
        this.#setFull(!(await trimAll(this.#engine, nowMs, policy)));
      })
      .catch((error: unknown) => {
        // Nothing is lost; ping and the next write say what is wrong with the folder.
        this.#engine.logger?.warn({ err: error }, 'Retention could not be applied');
      });
  }

  #setFull(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    const { logger } = this.#engine;
    if (isFull) logger?.error({}, 'The log has reached its size with what is still needed');
    else logger?.info({}, 'The log has room again');
  }
}
