/**
 * Owns: the groups of an open log: who joined, and how far retention must leave them what they have
 * not processed.
 * Does not own: the order of a handover (group.ts).
 */
import { FatalError } from '../../errors/fault.ts';
import type { ConsumerOptions } from '../../ports/log.ts';
import type { Engine } from './engine.ts';
import { Group } from './group.ts';
import type { Partition } from './partition.ts';

interface Known {
  readonly options: ConsumerOptions;
  readonly group: Group;
}

export class Groups {
  readonly #engine: Engine;
  readonly #known = new Map<string, Known>();
  /** By group and topic: since when nobody of it is here. */
  readonly #absentSinceMs = new Map<string, number>();
  readonly #absentAtMostMs: number;

  constructor(engine: Engine, absentAtMostMs: number) {
    this.#engine = engine;
    this.#absentAtMostMs = absentAtMostMs;
  }

  /** Throws FatalError `missing_topic`. */
  of(options: ConsumerOptions): Group {
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
    const name = nameOf(options.group, options.topic);
    const known = this.#known.get(name) ?? { options, group: new Group(topic) };
    this.#known.set(name, known);
    return known.group;
  }

  /** Every lane is lost, and begins anew from what is durable. */
  restart(): void {
    for (const { group } of this.#known.values()) group.restart();
  }

  /**
   * First offset that must stay: that of the slowest group which is joined, or has committed and is
   * not away for too long. A group that was renamed must not hold the log full for ever.
   */
  needed(partition: Partition, nowMs: number): bigint {
    const topic = partition.topic.spec.name;
    let needed = partition.end;
    const keep = (offset: bigint) => {
      if (offset < needed) needed = offset;
    };
    for (const { group, options } of this.#known.values()) {
      if (options.topic === topic && group.size > 0) {
        keep(this.#engine.offsets.get(options.group, partition));
      }
    }
    for (const [group, offset] of this.#engine.offsets.of(partition)) {
      if (this.#counts(nameOf(group, topic), nowMs)) keep(offset);
    }
    return needed;
  }

  #counts(name: string, nowMs: number): boolean {
    if ((this.#known.get(name)?.group.size ?? 0) > 0) {
      this.#absentSinceMs.delete(name);
      return true;
    }
    const sinceMs = this.#absentSinceMs.get(name) ?? nowMs;
    this.#absentSinceMs.set(name, sinceMs);
    return nowMs - sinceMs < this.#absentAtMostMs;
  }
}

function nameOf(group: string, topic: string): string {
  return JSON.stringify([group, topic]);
}
