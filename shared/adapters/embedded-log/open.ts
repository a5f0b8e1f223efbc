/**
 * Owns: the port `Log` on one local directory, in one process, on LevelDB (classic-level).
 *
 * Every append and every commit is part of one synced LevelDB batch, so it is durable and visible
 * as a whole or not at all. Lane state is kept beside the records, keyed; the changelog topic must
 * exist and have as many partitions as the input (so that one setup serves both adapters) but holds
 * no records here: `read` of it ends at once.
 */
import { FatalError, TransientError } from '../../errors/fault.ts';
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
import type { Failpoint, Logger } from '../../ports/telemetry.ts';
import { openDatabase } from './database.ts';
import { type Engine, place } from './engine.ts';
import { Group } from './group.ts';
import { Member } from './member.ts';
import { Offsets } from './offsets.ts';
import type { Partition } from './partition.ts';
import { readTopic } from './reader.ts';
import { trimAll } from './retention.ts';
import { RecentChunks } from './recent.ts';
import { Topics } from './topics.ts';
import { closed } from './trouble.ts';
import { Writer } from './writer.ts';

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
}

const TRIM_INTERVAL_MS = 10 * 60_000;
const MAX_QUEUED_BYTES = 256 * 1024 * 1024;
const RECENT_BYTES = 32 * 1024 * 1024;
const RETRY_AFTER_MS = 1000;

/** Opens the log; see openDatabase for the errors. */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<Log> {
  const now = options.now ?? Date.now;
  const level = await openDatabase(options.directory);
  try {
    const closing = new AbortController();
    const recent = new RecentChunks(RECENT_BYTES);
    const engine: Engine = {
      level,
      topics: await Topics.load(level),
      offsets: await Offsets.load(level),
      writer: new Writer({ level, recent, now, logger: options.logger }),
      recent,
      failpoint: options.failpoint ?? (() => undefined),
      logger: options.logger,
      closing: closing.signal,
    };
    return new EmbeddedLog(engine, closing, { ...options, now });
  } catch (error) {
    await level.close();
    throw error;
  }
}

class EmbeddedLog implements Log {
  readonly #engine: Engine;
  readonly #closing: AbortController;
  readonly #maxQueuedBytes: number;
  readonly #groups = new Map<
    string,
    { readonly options: ConsumerOptions; readonly group: Group }
  >();
  readonly #members = new Set<Member>();
  readonly #trimTimer: NodeJS.Timeout;
  #trimming: Promise<void> = Promise.resolve();
  #ensuring: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(
    engine: Engine,
    closing: AbortController,
    options: EmbeddedLogOptions & { readonly now: () => number },
  ) {
    this.#engine = engine;
    this.#closing = closing;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? MAX_QUEUED_BYTES;
    const trim = () => this.#trim(options.now());
    this.#trimTimer = setInterval(trim, options.trimIntervalMs ?? TRIM_INTERVAL_MS).unref();
  }

  async append(records: readonly OutRecord[]): Promise<void> {
    this.#checkOpen();
    const placed = place(this.#engine.topics, records);
    if (placed.length === 0) return;
    const { writer } = this.#engine;
    if (writer.queuedBytes > this.#maxQueuedBytes) {
      throw new TransientError('the log takes less than is appended', {
        code: 'log_unavailable',
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    await writer.submit({ records: placed, ops: [] });
  }

  async consume(options: ConsumerOptions, handler: LaneHandler): Promise<Consumer> {
    if (this.#closed !== undefined) throw closed();
    const group = this.#groupOf(options);
    const onEnd = (ended: Member) => this.#members.delete(ended);
    const member = new Member({ engine: this.#engine, group, options, handler, onEnd });
    this.#members.add(member);
    group.join(member);
    return member;
  }

  #groupOf(options: ConsumerOptions): Group {
    const { topics } = this.#engine;
    const topic = topics.get(options.topic);
    if (options.changelogTopic !== undefined) {
      const changelog = topics.get(options.changelogTopic).spec;
      if (changelog.partitions !== topic.spec.partitions) {
        throw new FatalError(`${changelog.name} has not as many partitions as ${options.topic}`, {
          code: 'missing_topic',
        });
      }
    }
    const name = JSON.stringify([options.group, options.topic]);
    const known = this.#groups.get(name) ?? { options, group: new Group(topic) };
    this.#groups.set(name, known);
    return known.group;
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
    this.#trimming = this.#trimming
      .then(() => trimAll(this.#engine, nowMs, (partition) => this.#needed(partition)))
      .catch((error: unknown) => {
        // Nothing is lost; ping and the next write say what is wrong with the folder.
        this.#engine.logger?.warn({ err: error }, 'Retention could not be applied');
      });
  }

  /** What the groups that are joined now have not processed must stay. */
  #needed(partition: Partition): bigint {
    let needed = partition.end;
    for (const { options, group } of this.#groups.values()) {
      if (group.size === 0 || options.topic !== partition.topic.spec.name) continue;
      const committed = this.#engine.offsets.get(options.group, partition);
      if (committed < needed) needed = committed;
    }
    return needed;
  }
}
