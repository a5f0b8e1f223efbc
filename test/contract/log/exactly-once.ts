/**
 * Owns: the property that all of the contract serves: whatever happens in whatever order, the
 * committed outputs are each input once, in order.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Consumer, Lane, Log, LogRecord } from '../../../shared/ports/log.ts';
import {
  after,
  copyOf,
  eventually,
  join,
  type LogHarness,
  numbered,
  options,
  textOf,
  texts,
  textsByPartition,
  uniqueGroup,
} from './harness.ts';

type Step =
  | { readonly kind: 'append'; readonly partition: number; readonly count: number }
  | { readonly kind: 'join' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'crash' }
  | { readonly kind: 'failCommit' };

const PARTITIONS = 3;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      partition: fc.nat(PARTITIONS - 1),
      count: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'join' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'leave' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'failCommit' as const }) },
);

export function exactlyOnceContract(harness: LogHarness): void {
  const timeout = harness.waitMs * (harness.propertyRuns + 2);
  it('gives each input once, in order, in any interleaving', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), (steps) =>
        run(harness, steps),
      ),
      { numRuns: harness.propertyRuns, endOnFailure: true },
    );
  });
}

/** The group under test: members come, go and fail; counts and a digest live in the state. */
class Group {
  readonly members: Consumer[] = [];
  trouble: 'none' | 'crash' | 'failCommit' = 'none';
  readonly #clients: readonly Log[];
  readonly #options: Parameters<Log['consume']>[0];
  readonly #copies: string;

  constructor(clients: readonly Log[], consumer: Parameters<Log['consume']>[0], copies: string) {
    this.#clients = clients;
    this.#options = consumer;
    this.#copies = copies;
  }

  async add(): Promise<void> {
    const client = this.#clients[this.members.length % this.#clients.length];
    if (client === undefined || this.members.length >= 3) return;
    const member = await join(client, this.#options, {
      process: (lane, records) => this.#process(lane, records),
    });
    this.members.push(member);
    const forget = () => {
      if (this.members.includes(member)) this.members.splice(this.members.indexOf(member), 1);
    };
    member.done.then(forget, forget);
  }

  async #process(lane: Lane, records: readonly LogRecord[]): Promise<void> {
    const trouble = this.trouble;
    this.trouble = 'none';
    if (trouble === 'crash') throw new Error('crash before commit');
    const count = Number((await lane.state.getMany(['count']))[0]?.toString() ?? '0');
    const total = Buffer.from(String(count + records.length));
    const bad = { topic: 'no-such-topic', key: null, value: null, timestampMs: 0 };
    const copies = records.map((r, i) => ({
      ...copyOf(this.#copies, r),
      headers: { number: String(count + i) },
    }));
    await lane.commit({
      outputs: trouble === 'failCommit' ? [...copies, bad] : copies,
      writes: [{ kind: 'put', key: 'count', value: total }],
      nextOffset: after(records),
    });
  }
}

async function apply(group: Group, action: Exclude<Step, { kind: 'append' }>): Promise<void> {
  if (action.kind === 'join') await group.add();
  else if (action.kind === 'leave') await group.members[0]?.stop();
  else group.trouble = action.kind;
}

async function run(harness: LogHarness, steps: readonly Step[]): Promise<void> {
  const clients = [await harness.open(), await harness.open()] as const;
  const [topic, copies, changelogTopic] = [
    await harness.uniqueTopic(PARTITIONS),
    await harness.uniqueTopic(PARTITIONS),
    await harness.uniqueTopic(PARTITIONS, { cleanup: 'compact' }),
  ];
  const limits = options(uniqueGroup(), topic, { maxBatchRecords: 9 });
  const group = new Group(clients, { ...limits, changelogTopic }, copies);
  try {
    for (const [n, action] of steps.entries()) {
      if (action.kind !== 'append') await apply(group, action);
      else await clients[0].append(numbered(topic, action.partition, `s${n}-`, action.count));
    }
    const count = (await texts(clients[0], topic)).length;
    const copied = async () => {
      if (group.members.length === 0) await group.add();
      return (await texts(clients[0], copies)).length;
    };
    await eventually(harness.waitMs, copied, (n) => n >= count);
    group.trouble = 'none';
    await Promise.all(group.members.map((member) => member.stop()));
    expect(await textsByPartition(clients[0], copies)).toEqual(
      await textsByPartition(clients[0], topic),
    );
    await expectStateMatches(clients[0], copies);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** Each output carries its number as the state had it: 0, 1, 2, … when state moved with offsets. */
async function expectStateMatches(log: Log, copies: string): Promise<void> {
  const next = new Map<number, number>();
  const { signal } = new AbortController();
  const read = log.read({ topic: copies, from: 'beginning', untilEnd: true, signal });
  for await (const record of read) {
    const wanted = next.get(record.partition) ?? 0;
    expect(record.headers['number'], textOf(record)).toBe(String(wanted));
    next.set(record.partition, wanted + 1);
  }
}
