import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Replay,
  type ReplayRequest,
  type ReplayResult,
  replayLetters,
} from '../../../../../services/cli/deadletter/replay.ts';
import { sessionRecord } from '../../../../../services/detector/sessions/record/record-of.ts';
import { codecOf } from '../../../../../shared/runtime/stage-worker.ts';
import type { Fault } from '../../../../../shared/errors/fault.ts';
import { sha256 } from '../../../../../shared/domain/chain.ts';
import {
  auditEvent,
  eventList,
  type NormalizerStage,
  normalizer,
  openPipelineRig,
  type PipelineRig,
} from '../../../../support/pipeline-rig.ts';
import { view } from '../../../../unit/services/detector/sessions/record/views.ts';

let rig: PipelineRig;
beforeEach(async () => {
  rig = await openPipelineRig();
});
afterEach(() => rig.close());

const FAULT: Fault = { code: 'unreadable_body', message: 'Not known yet' };

/** A release that does not know a format yet: bodies with this word. */
function olderThan(word: string): NormalizerStage {
  const newer = normalizer();
  return {
    name: 'normalizer',
    apply: (batch) =>
      batch.map((envelope) => {
        const { body, part: index } = envelope.value;
        const [decided] = newer.apply([envelope]);
        if (decided === undefined) throw new Error('Not total');
        if (!body.includes(word)) return decided;
        return { kind: 'reject', fault: FAULT, part: { index, bytes: body } };
      }),
  };
}

/** A release that can not read one item of a list. */
function olderThanItem(word: string): NormalizerStage {
  const newer = normalizer();
  return {
    name: 'normalizer',
    apply: (batch) =>
      newer.apply(batch).map((outcome) => {
        if (outcome.kind !== 'split') return outcome;
        const parts = outcome.parts.map((part, index) => {
          const text = part.kind === 'emit' ? String(part.items[0]?.document) : '';
          const bytes = Buffer.from(auditEvent({ verb: word }));
          return text.includes(word)
            ? ({ kind: 'reject', fault: FAULT, part: { index, bytes } } as const)
            : part;
        });
        return { ...outcome, parts };
      }),
  };
}

interface Ran extends ReplayResult {
  readonly replays: readonly Replay[];
}

async function replay(request: Partial<ReplayRequest> = {}): Promise<Ran> {
  const steps = replayLetters(rig.pipeline, {
    ...{ ids: [], filter: {}, limit: 1000, topicPrefix: '', isDry: false, isAgain: false },
    run: { actor: 'carol', id: 'run-1', nowMs: Date.now(), rawKeys: [] },
    ...request,
  });
  const replays: Replay[] = [];
  let step = await steps.next();
  for (; step.done !== true; step = await steps.next()) replays.push(step.value);
  return { replays, ...step.value };
}

function actions({ replays }: Ran): readonly string[] {
  return replays.map(({ action, reason = '' }) =>
    reason === '' ? action : `${action}: ${reason}`,
  );
}

describe('a letter of the normalizer', () => {
  it('becomes events once a newer release knows its format, under its own sender', async () => {
    const events = [auditEvent({ verb: 'newverb' }), auditEvent()];
    await rig.send([eventList(events), auditEvent()], { cluster: 'prod', source: 'audit' });
    await rig.normalize(olderThan('newverb'));
    expect(await rig.letters()).toHaveLength(1);
    expect(await rig.values('audit.events')).toHaveLength(1);

    expect(actions(await replay())).toEqual(['appended']);
    await rig.normalize();
    expect(await rig.values('audit.events')).toHaveLength(3);
    expect(await rig.letters()).toHaveLength(1);

    const [letter] = await rig.letters();
    const batch = (await rig.values('audit.raw')).find(({ replayOf }) => replayOf !== null);
    expect(batch).toMatchObject({
      ...{ source: 'audit', cluster: 'prod', sender: '10.1.2.3', senderId: 'apiserver' },
      ...{ collectorId: 'replay:run-1', sequence: 1, replayOf: letter?.id, parts: 1 },
    });
    expect(JSON.parse(batch?.origin ?? '')).toMatchObject({
      replay: { actor: 'carol', letter: letter?.id, run: 'run-1' },
    });
    expect(batch?.body.toString()).toBe(eventList(events));
  });

  it('gives no event twice that had been processed before', async () => {
    const [good, bad] = [auditEvent(), auditEvent({ verb: 'newverb' })];
    await rig.send([eventList([good, bad])]);
    await rig.normalize(olderThan('newverb'));
    await rig.send([good]);
    await rig.normalize();
    await replay();
    await rig.normalize();
    await rig.index();
    const ids = (await rig.values('audit.events')).map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([3, 2]);
    expect(await rig.store.count({ collection: 'events', where: [] })).toBe(2);
  });

  it('keeps the framing of a part of a list, and the item of a list is a body', async () => {
    await rig.send([`${auditEvent({ verb: 'newverb' })},${auditEvent()}`], { framing: 'ITEMS' });
    await rig.normalize(olderThan('newverb'));
    await rig.send([eventList([auditEvent({ verb: 'itemverb' }), auditEvent()])]);
    await rig.normalize(olderThanItem('itemverb'));
    await replay();
    const again = (await rig.values('audit.raw')).filter(({ replayOf }) => replayOf !== null);
    expect(again.map(({ framing }) => framing).sort()).toEqual(['BODY', 'ITEMS']);
    await rig.normalize();
    expect(await rig.values('audit.events')).toHaveLength(4);
  });

  it('is one letter with more tries when it fails again, and may be tried once more', async () => {
    await rig.send([auditEvent({ verb: 'newverb' })]);
    await rig.normalize(olderThan('newverb'));
    for (const attempt of [2, 3]) {
      expect(await replay()).toMatchObject({ replays: [{ action: 'appended', attempt }] });
      await rig.normalize(olderThan('newverb'));
    }
    const letters = await rig.letters();
    expect(new Set(letters.map(({ id }) => id)).size).toBe(1);
    expect(letters.map(({ attempts }) => attempts)).toEqual([1, 2, 3]);
  });
});

describe('a letter that was replayed before', () => {
  beforeEach(async () => {
    await rig.send([auditEvent({ verb: 'newverb' })]);
    await rig.normalize(olderThan('newverb'));
    await replay();
  });

  it('is not replayed while that is waiting, nor after it succeeded', async () => {
    expect(actions(await replay())).toEqual([expect.stringMatching(/^skipped: .*still waiting/)]);
    await rig.normalize();
    expect(actions(await replay())).toEqual([expect.stringMatching(/^skipped: .*did not fail/)]);
    expect(await rig.values('audit.raw')).toHaveLength(2);
  });

  it('is replayed if somebody says so', async () => {
    expect(actions(await replay({ isAgain: true }))).toEqual(['appended']);
    expect(await rig.values('audit.raw')).toHaveLength(3);
  });
});

describe('a dry run', () => {
  it('says what a run does, and does nothing', async () => {
    await rig.send(['garbage 1', 'garbage 2']);
    await rig.normalize();
    const dry = await replay({ isDry: true });
    expect(actions(dry)).toEqual(['would_append', 'would_append']);
    expect(await rig.values('audit.raw')).toHaveLength(2);
    expect(rig.lines).toEqual([]);
    const real = await replay();
    const plain = ({ replays }: Ran) => replays.map(({ action: _, ...rest }) => rest);
    expect(plain(real)).toEqual(plain(dry));
  });
});

it('is told in the log: the run and each letter, with the name of who did it', async () => {
  await rig.send(['garbage']);
  await rig.normalize();
  await replay();
  const [letter] = await rig.letters();
  expect(rig.lines).toMatchObject([
    { level: 'info', fields: { actor: 'carol', run: 'run-1', letters: 1 } },
    { level: 'info', fields: { actor: 'carol', run: 'run-1', letter: letter?.id } },
  ]);
});

it('has a chain of its own', async () => {
  await rig.send(['garbage 1', 'garbage 2']);
  await rig.normalize();
  await replay();
  const again = (await rig.values('audit.raw')).filter(({ replayOf }) => replayOf !== null);
  const [first, second] = again.sort((a, b) => a.sequence - b.sequence);
  expect([first?.sequence, second?.sequence]).toEqual([1, 2]);
  expect(second?.previousChain.equals(first?.chain ?? Buffer.alloc(0))).toBe(true);
});

describe('the choice', () => {
  beforeEach(async () => {
    await rig.send(['garbage a'], { cluster: 'a', receivedAt: 1_000 });
    await rig.send(['garbage b'], { cluster: 'b', receivedAt: 2_000 });
    await rig.send(['garbage c'], { cluster: 'c', receivedAt: 3_000 });
    await rig.normalize();
  });

  it.each([
    [{ cluster: 'b' }, ['b']],
    [{ since: 2_000 }, ['b', 'c']],
    [{ until: 2_000 }, ['a']],
    [{ code: 'document_refused' }, []],
    [{ stage: 'normalizer', source: 'audit' }, ['a', 'b', 'c']],
    [{ source: 'spo' }, []],
  ])('keeps to the filter %j', async (filter, clusters) => {
    const { replays } = await replay({ filter });
    expect(replays.map(({ cluster }) => cluster).sort()).toEqual(clusters);
  });

  it('keeps to the limit, oldest first, and says how many are left', async () => {
    expect(await replay({ limit: 2 })).toMatchObject({ more: 1, replays: [{}, {}] });
  });

  it('keeps to the ids, and says which there are not', async () => {
    const [letter] = await rig.letters();
    const ids = [letter?.id ?? '', 'A'.repeat(27)];
    expect(await replay({ ids })).toMatchObject({ missing: ['A'.repeat(27)], replays: [{}] });
  });
});

describe('a letter of a later stage', () => {
  it('goes back to the topic that it was read from, with the key of its value', async () => {
    await rig.send([auditEvent()]);
    await rig.normalize();
    const [event] = await rig.values('audit.events');
    if (event === undefined) throw new Error('No event');
    const bytes = codecOf('audit.events').encode(event);
    await letterOf('indexer.events', 'audit.events', bytes);
    expect(actions(await replay())).toEqual(['appended']);
    const { signal } = new AbortController();
    const keys: string[] = [];
    const all = rig.log.read({ topic: 'audit.events', from: 'beginning', untilEnd: true, signal });
    for await (const { key } of all) keys.push(String(key));
    expect(keys).toEqual([event.id, event.id]);
    expect(actions(await replay())).toEqual([expect.stringMatching(/still waiting/)]);
    await rig.index();
    expect(actions(await replay())).toEqual([expect.stringMatching(/did not fail again/)]);
  });

  it('of a topic that is compacted has a key, also where its value can not be read', async () => {
    const session = sessionRecord(view(), 'default');
    await letterOf('indexer.sessions', 'audit.sessions', codecOf('audit.sessions').encode(session));
    await letterOf('indexer.sessions', 'audit.sessions', Buffer.from('no avro'), { offset: 1 });
    expect(actions(await replay())).toEqual(['appended', 'appended']);
    const { signal } = new AbortController();
    const all = rig.log.read({
      topic: 'audit.sessions',
      from: 'beginning',
      untilEnd: true,
      signal,
    });
    const keys: string[] = [];
    for await (const { key } of all) keys.push(key?.toString('hex') ?? 'none');
    const wanted = [Buffer.from(session.id), sha256(Buffer.from('no avro'))];
    expect(keys.sort()).toEqual(wanted.map((key) => key.toString('hex')).sort());
  });

  it('of another pipeline, or of the collector, is left alone with the reason', async () => {
    await letterOf('normalizer', 'other.audit.raw', Buffer.from('x'));
    await letterOf('collector', '/var/log/audit.log', Buffer.from('x'));
    expect(actions(await replay())).toEqual([
      expect.stringMatching(/no topic of this pipeline/),
      expect.stringMatching(/only its beginning/),
    ]);
  });

  it('is taken whole from where it was read, if the letter was cut', async () => {
    const value = Buffer.from('no avro, and long');
    await rig.log.append([
      { topic: 'audit.events', key: null, value, timestampMs: 5, partition: 2 },
    ]);
    const reason = 'x [cut: the first 2 of 17 bytes; the whole is where it was read]';
    await letterOf('indexer.events', 'audit.events', Buffer.from('no'), { partition: 2, reason });
    await replay();
    const values: string[] = [];
    const { signal } = new AbortController();
    const all = rig.log.read({ topic: 'audit.events', from: 'beginning', untilEnd: true, signal });
    for await (const record of all) values.push(String(record.value));
    expect(values).toEqual([String(value), String(value)]);
  });

  async function letterOf(stage: string, topic: string, bytes: Buffer, rest = {}): Promise<void> {
    const value = codecOf('audit.deadletter').encode({
      ...{ stage, code: 'document_refused', reason: 'no', attempts: 1, topic, partition: 0 },
      ...{ offset: 0, index: null, receivedAt: 1, bytes, source: '', cluster: '', sender: '' },
      ...{ id: sha256(bytes, Buffer.from(stage)).subarray(0, 20).toString('base64url') },
      ...{ senderId: '', replayOf: null },
      ...rest,
    });
    await rig.log.append([{ topic: 'audit.deadletter', key: null, value, timestampMs: 1 }]);
  }
});
