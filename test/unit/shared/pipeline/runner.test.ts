import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decideStateless } from '../../../../shared/pipeline/decide.ts';
import type { Outcome } from '../../../../shared/pipeline/outcome.ts';
import type { Stage } from '../../../../shared/pipeline/stage.ts';
import { openRig, type Rig, TOPIC, TRACE, UNDECODABLE } from '../../../support/worker-rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

/** The text says how it ends: `emit:a,b`, `drop`, `aside:x`, `reject`, `split` into three. */
function outcomeOf(text: string): Outcome<string, 'aside'> {
  const [kind = '', items = ''] = text.split(':');
  const fault = { code: 'unreadable_item', message: 'Bad' } as const;
  switch (kind) {
    case 'emit':
      return { kind: 'emit', items: items.split(',') };
    case 'aside':
      return { kind: 'divert', route: 'aside', items: [items] };
    case 'drop':
      return { kind: 'drop', reason: 'no_match' };
    case 'split':
      return {
        kind: 'split',
        parts: [
          { kind: 'emit', items: ['part'] },
          { kind: 'reject', fault, part: { index: 7, bytes: Buffer.from('bad part') } },
          { kind: 'drop', reason: 'repeat' },
        ],
      };
    default:
      return { kind: 'reject', fault };
  }
}

const stage: Stage<string, string, 'aside'> = {
  name: 'stage',
  apply: (batch) => batch.map(({ value }) => outcomeOf(value)),
};

async function run(texts: readonly (string | null)[], headers = {}): Promise<void> {
  await rig.append(texts, { headers });
  const worker = await rig.start(decideStateless(stage));
  await rig.settled();
  await worker.stop();
  await worker.done;
}

it('puts every outcome where it belongs, in order', async () => {
  await run(['emit:a,b', 'drop', 'aside:x', 'reject', 'split', 'emit:c']);
  expect(await rig.texts(TOPIC.out)).toStrictEqual(['a', 'b', 'part', 'c']);
  expect(await rig.texts(TOPIC.aside)).toStrictEqual(['x']);
  expect((await rig.letters()).map(({ offset }) => offset)).toStrictEqual([3, 4]);
});

it('counts every record, or part of one, once', async () => {
  await run(['emit:a,b', 'drop', 'aside:x', 'reject', 'split', 'emit:c', `${UNDECODABLE}!`]);
  expect(rig.counts.totals).toMatchObject({
    ...{ received: 9, emitted: 3, sent: 5, 'dropped no_match': 1, 'dropped repeat': 1 },
    ...{ 'diverted aside': 1, 'rejected unreadable_item': 2, 'rejected corrupt_record': 1 },
    records: 7,
  });
});

describe('a dead letter', () => {
  it('has bytes, code, reason and origin of what does not decode', async () => {
    await run(['emit:a', `${UNDECODABLE} \u0000`, null]);
    const [letter, empty] = await rig.letters();
    expect(letter).toMatchObject({
      ...{ stage: 'stage', code: 'corrupt_record', reason: 'No text', attempts: 1 },
      ...{ topic: TOPIC.in, partition: 0, offset: 1, index: null, receivedAt: 1_000 },
    });
    expect(letter?.bytes.toString()).toBe(`${UNDECODABLE} \u0000`);
    expect(empty).toMatchObject({ code: 'unreadable_item', offset: 2 });
    expect(empty?.bytes).toHaveLength(0);
  });

  it('has the bytes and the index of the part, where a part was bad', async () => {
    await run(['split']);
    const [letter] = await rig.letters();
    expect(letter).toMatchObject({ code: 'unreadable_item', index: 7, offset: 0 });
    expect(letter?.bytes.toString()).toBe('bad part');
  });

  it('is keyed by its origin and told in the log, without the content', async () => {
    await run(['drop', 'reject']);
    const [record] = await rig.records(TOPIC.dead);
    expect(record?.key?.toString()).toBe('in-0-1');
    expect(rig.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      {
        fields: { stage: 'stage', code: 'unreadable_item', topic: 'in', partition: 0, offset: '1' },
      },
    ]);
  });
});

it('carries trace headers and time from input to outputs and dead letters, and no others', async () => {
  await run(['emit:a', 'aside:x', 'reject'], { ...TRACE, other: 'not carried' });
  for (const topic of [TOPIC.out, TOPIC.aside, TOPIC.dead]) {
    const [record] = await rig.records(topic);
    expect(record?.headers).toStrictEqual(TRACE);
    expect(record?.timestampMs).toBe(1_000);
  }
});

it('keeps within the limits of a batch, and works on after each', async () => {
  const sizes: number[] = [];
  await rig.append(Array.from({ length: 10 }, (_, i) => `emit:${i}`));
  const counting: Stage<string, string, 'aside'> = {
    name: 'stage',
    apply(batch) {
      sizes.push(batch.length);
      return stage.apply(batch);
    },
  };
  await rig.start(decideStateless(counting), { limits: { maxBatchRecords: 3 } });
  await rig.settled();
  await rig.append(['emit:last']);
  await rig.settled();
  expect(sizes.slice(0, 4)).toStrictEqual([3, 3, 3, 1]);
  expect(await rig.texts(TOPIC.out)).toStrictEqual([...'0123456789', 'last']);
});

// Node 20 keeps some bytes of each combined signal as long as its sources live: for ever, here.
it('makes nothing for a batch that stays for as long as the lane', async () => {
  const combined = vi.spyOn(AbortSignal, 'any');
  try {
    await rig.append(Array.from({ length: 20 }, (_, i) => `emit:${i}`));
    await rig.start(decideStateless(stage), { limits: { maxBatchRecords: 1 } });
    await rig.settled();
    expect(combined.mock.calls.length).toBeLessThan(20);
  } finally {
    combined.mockRestore();
  }
});
