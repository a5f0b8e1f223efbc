/**
 * Owns: which topics there are, their settings, and where each of their partitions ends.
 */
import { FatalError } from '../../errors/fault.ts';
import type { TopicSpec, TopicStatus } from '../../ports/log.ts';
import { decodeEntry } from './chunk-index.ts';
import { type Level, lastEntry, readPage, scanRange, type WriteOp } from './database.ts';
import { KIND, kindRange, nameKey, offsetKey, offsetOf } from './keys.ts';
import { Partition, type Topic } from './partition.ts';
import { damaged, missingTopic } from './trouble.ts';

interface StoredTopic {
  readonly id: number;
  readonly spec: TopicSpec;
}

export class Topics {
  readonly #byName = new Map<string, Topic>();
  #lastId = 0;

  static async load(level: Level): Promise<Topics> {
    const topics = new Topics();
    for await (const [, value] of scanRange(level, kindRange(KIND.topic))) {
      const stored = parseStored(value);
      const topic = topics.#add(stored);
      for (let index = 0; index < stored.spec.partitions; index += 1) {
        topic.partitions.push(await loadPartition(level, topic, index));
      }
    }
    return topics;
  }

  /**
   * Takes what is on disk for the truth about the ends: a write that failed may be there as a whole.
   * Throws FatalError `data_dir_damaged` where something is gone that was durable.
   */
  async reloadEnds(level: Level): Promise<void> {
    for (const topic of this.#byName.values()) {
      for (const partition of topic.partitions) {
        const { end } = await loadPartition(level, topic, partition.index);
        if (end > partition.end) partition.advance(end);
        // Retention leaves the last chunk: an end that went back is a loss.
        else if (end < partition.end) {
          throw damaged(`${topic.spec.name}/${partition.index} ends at ${end} now`);
        }
      }
    }
  }

  all(): IterableIterator<Topic> {
    return this.#byName.values();
  }

  /** Throws FatalError `missing_topic`. */
  get(name: string): Topic {
    const topic = this.#byName.get(name);
    if (topic === undefined) throw missingTopic(name);
    return topic;
  }

  /** What `ensure` would do. */
  review(spec: TopicSpec): TopicStatus {
    checkSpec(spec);
    const topic = this.#byName.get(spec.name);
    if (topic === undefined) return { name: spec.name, state: 'created' };
    if (topic.spec.partitions !== spec.partitions) return conflict(topic.spec, spec);
    const detail = difference(topic.spec, spec);
    if (detail === '') return { name: spec.name, state: 'unchanged' };
    return { name: spec.name, state: 'changed', detail };
  }

  /** Makes or changes one topic through `write`; see Log.ensureTopics. */
  async ensure(spec: TopicSpec, write: (op: WriteOp) => Promise<void>): Promise<TopicStatus> {
    const status = this.review(spec);
    const topic = this.#byName.get(spec.name);
    if (topic === undefined) {
      const stored = { id: this.#lastId + 1, spec };
      await write(storedOp(stored));
      const made = this.#add(stored);
      for (let i = 0; i < spec.partitions; i += 1)
        made.partitions.push(new Partition(made, i, 0n, 0n));
    } else if (status.state === 'changed') {
      await write(storedOp({ id: topic.id, spec }));
      topic.spec = spec;
    }
    return status;
  }

  #add({ id, spec }: StoredTopic): Topic & { partitions: Partition[] } {
    const topic = { id, spec, partitions: [] as Partition[] };
    this.#byName.set(spec.name, topic);
    this.#lastId = Math.max(this.#lastId, id);
    return topic;
  }
}

function checkSpec({ name, partitions }: TopicSpec): void {
  if (name !== '' && Number.isInteger(partitions) && partitions > 0) return;
  throw new FatalError(`topic "${name}" can not have ${partitions} partitions`, {
    code: 'invalid_config',
  });
}

function storedOp(stored: StoredTopic): WriteOp {
  const value = Buffer.from(JSON.stringify(stored));
  return { type: 'put', key: nameKey(KIND.topic, stored.spec.name), value };
}

function parseStored(value: Buffer): StoredTopic {
  try {
    return JSON.parse(value.toString()) as StoredTopic;
  } catch (error) {
    throw damaged('the entry of a topic can not be read', error);
  }
}

async function loadPartition(level: Level, topic: Topic, index: number): Promise<Partition> {
  const range = {
    gte: offsetKey(KIND.index, topic.id, index, 0n),
    lt: offsetKey(KIND.index, topic.id, index, 0xffff_ffff_ffff_ffffn),
  };
  const [first] = await readPage(level, range, { entries: 1, bytes: 1 });
  const last = await lastEntry(level, range);
  if (first === undefined || last === undefined) return new Partition(topic, index, 0n, 0n);
  const end = offsetOf(last[0]) + BigInt(decodeEntry(last[1]).count);
  return new Partition(topic, index, offsetOf(first[0]), end);
}

const SETTINGS = ['cleanup', 'retentionMs', 'maxMessageBytes'] as const;

function difference(before: TopicSpec, after: TopicSpec): string {
  return SETTINGS.filter((name) => before[name] !== after[name])
    .map((name) => `${name}: ${before[name]} -> ${after[name]}`)
    .join(', ');
}

function conflict(before: TopicSpec, after: TopicSpec): TopicStatus {
  return {
    name: after.name,
    state: 'conflict',
    detail:
      `has ${before.partitions} partitions, ${after.partitions} are wanted; keys would move: ` +
      `keep ${before.partitions}, or begin with a new data folder`,
  };
}
