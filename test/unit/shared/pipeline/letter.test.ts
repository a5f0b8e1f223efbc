import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { letterId } from '../../../../shared/domain/ids.ts';
import { decideStateless } from '../../../../shared/pipeline/decide.ts';
import { ABOUT_NOTHING, type About, isCut } from '../../../../shared/pipeline/letter.ts';
import type { Ending, Outcome } from '../../../../shared/pipeline/outcome.ts';
import { readReplay, replayHeaders } from '../../../../shared/pipeline/replay.ts';
import type { Stage } from '../../../../shared/pipeline/stage.ts';
import { MAX_LETTER_BYTES, openRig, type Rig, TOPIC } from '../../../support/worker-rig.ts';

const ID = letterId('in', 0, 0n, null);
const fault = { code: 'unreadable_item', message: 'Bad' } as const;

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

/** `source:word word`: `good` is emitted, `noise` dropped, anything else rejected with its index. */
function outcomeOf(text: string): Outcome<string, 'aside'> {
  const parts = (text.split(':')[1] ?? '').split(' ').map((word, index): Ending<string> => {
    if (word === 'good') return { kind: 'emit', items: [word] };
    if (word === 'noise') return { kind: 'drop', reason: 'noise' };
    if (word === 'unwanted') return { kind: 'drop', reason: 'filtered', filter: 'probes' };
    return { kind: 'reject', fault, part: { index, bytes: Buffer.from(word) } };
  });
  return parts.length === 1 ? (parts[0] as Ending<string>) : { kind: 'split', parts };
}

const stage: Stage<string, string, 'aside'> = {
  name: 'stage',
  apply: (batch) => batch.map(({ value }) => outcomeOf(value)),
};

function about(text: string): About {
  const [source = '', , replayOf = null] = text.split(':');
  return { source, cluster: 'c', sender: '10.0.0.1', senderId: 's', replayOf };
}

async function run(texts: readonly string[], headers = {}): Promise<void> {
  await rig.append(texts, { headers });
  const worker = await rig.start(decideStateless(stage), { about });
  await rig.settled();
  await worker.stop();
}

describe('a dead letter', () => {
  it('says who sent it, and has the id of where it was read', async () => {
    await run(['audit:good bad']);
    const [letter] = await rig.letters();
    expect(letter).toMatchObject({
      ...{ source: 'audit', cluster: 'c', sender: '10.0.0.1', senderId: 's', replayOf: null },
      ...{ id: letterId(TOPIC.in, 0, 0n, 1), attempts: 1, index: 1 },
    });
  });

  it('has another id for another item, offset, partition or topic', () => {
    const ids = [
      letterId('in', 0, 0n, null),
      letterId('in', 0, 0n, 0),
      letterId('in', 0, 1n, null),
      letterId('in', 1, 0n, null),
      letterId('out', 0, 0n, null),
    ];
    expect(new Set(ids).size).toBe(5);
    expect(letterId('in', 0, 7, 2)).toBe(letterId('in', 0, 7n, 2));
  });

  it('is the same letter again, with an attempt more, when its replay fails as a whole', async () => {
    await run([`audit:bad:${ID}`], replayHeaders({ of: ID, attempt: 3 }));
    expect(await rig.letters()).toMatchObject([{ id: ID, replayOf: ID, attempts: 3, offset: 0 }]);
  });

  it('is another letter that names the first, when an item of its replay fails', async () => {
    await run([`audit:good bad:${ID}`], replayHeaders({ of: ID, attempt: 2 }));
    const id = letterId(TOPIC.in, 0, 0n, 1);
    expect(await rig.letters()).toMatchObject([{ id, replayOf: ID, attempts: 1 }]);
  });

  it('knows a replay by its headers where the value can not say it', async () => {
    await run(['audit:bad'], replayHeaders({ of: ID, attempt: 2 }));
    expect(await rig.letters()).toMatchObject([{ id: ID, replayOf: ID, attempts: 2 }]);
  });

  it('does not believe headers that are none of ours', () => {
    expect(readReplay(replayHeaders({ of: ID, attempt: 2 }))).toEqual({ of: ID, attempt: 2 });
    expect(readReplay(replayHeaders({ of: 'x', attempt: 2 }))).toBeUndefined();
    expect(
      readReplay({ ...replayHeaders({ of: ID, attempt: 2 }), 'podwitness-attempt': '-1' }),
    ).toBe(undefined);
    expect(readReplay({})).toBeUndefined();
  });
});

describe('a dead letter at the limit of the log', () => {
  /** Length of a letter's bytes that makes it exactly as large as the log takes. */
  async function exactLength(): Promise<number> {
    await run([`audit:${'x'.repeat(100_000)}`]);
    const [record] = await rig.records(TOPIC.dead);
    return MAX_LETTER_BYTES - ((record?.value?.length ?? 0) - 100_000);
  }

  it('is whole if it just fits, and else cut, with a word on it; the worker goes on', async () => {
    const length = await exactLength();
    const texts = [length, length + 1, length + 20_000].map((n) => `audit:${'x'.repeat(n)}`);
    await run([...texts, 'audit:good']);
    const [, whole, over, far] = await rig.letters();
    expect(whole?.bytes.length).toBe(length);
    expect(whole && isCut(whole)).toBe(false);
    for (const [letter, sent] of [
      [over, length + 1],
      [far, length + 20_000],
    ] as const) {
      expect(letter && isCut(letter)).toBe(true);
      expect(letter?.reason).toContain(`the first ${letter?.bytes.length} of ${sent} bytes`);
      expect(letter?.bytes.length).toBeGreaterThan(length - 200);
    }
    const sizes = (await rig.records(TOPIC.dead)).map(({ value }) => value?.length ?? 0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_LETTER_BYTES);
    expect(await rig.texts(TOPIC.out)).toEqual(['good']);
  });
});

describe('the counts', () => {
  it('say which filter dropped how many', async () => {
    await run(['audit:unwanted good unwanted', 'spo:unwanted']);
    expect(rig.counts.totals).toMatchObject({ 'dropped filtered': 3, 'filtered probes': 3 });
  });

  it('add up for each source, replays apart from it, strangers as none', async () => {
    await run(['audit:good bad', 'audit:noise', 'spo:good', `audit:good bad:${ID}`, 'x{}:good']);
    expect(rig.counts.bySource).toMatchObject({
      ...{ 'audit received': 3, 'audit emitted': 1, 'audit rejected unreadable_item': 1 },
      ...{ 'audit dropped noise': 1, 'spo received': 1, 'spo emitted': 1 },
      ...{ 'replay received': 2, 'replay emitted': 1, 'replay rejected unreadable_item': 1 },
      ...{ 'none received': 1, 'none emitted': 1 },
    });
    expect(ABOUT_NOTHING.source).toBe('');
  });

  it('say what is in hand while it is, and nothing after', async () => {
    await run(['audit:good']);
    expect(rig.counts.inHand).toEqual([1_000, undefined]);
  });
});
