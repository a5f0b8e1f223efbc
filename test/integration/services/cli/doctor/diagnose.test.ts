import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RawBatch } from '../../../../../schemas/generated/avro.ts';
import {
  type Diagnosis,
  type DiagnoseParts,
  diagnose,
  problems,
} from '../../../../../services/cli/doctor/diagnose.ts';
import { diagnosisLines, formatDiagnosis } from '../../../../../services/cli/doctor/report.ts';
import { replayLetters } from '../../../../../services/cli/deadletter/replay.ts';
import type { Pipeline } from '../../../../../services/cli/local/pipeline.ts';
import { nextLink, sha256 } from '../../../../../shared/domain/chain.ts';
import { codecOf } from '../../../../../shared/runtime/stage-worker.ts';
import {
  auditEvent,
  eventList,
  type NormalizerStage,
  normalizer,
  openPipelineRig,
  type PipelineRig,
} from '../../../../support/pipeline-rig.ts';

let rig: PipelineRig;
beforeEach(async () => {
  rig = await openPipelineRig();
});
afterEach(() => rig.close());

const FINE = { lost: 0, unstored: 0, altered: 0, gaps: 0, doubles: 0 };

function examine(rest: Partial<DiagnoseParts> = {}): Promise<Diagnosis> {
  const window = { since: 0, until: Number.POSITIVE_INFINITY, nowMs: Date.now() + 3_600_000 };
  return diagnose({ pipeline: rig.pipeline, stage: normalizer(), window, ...rest });
}

/** The pipeline with some records or documents gone. */
function without(gone: Partial<Omit<Pipeline, 'close'>>): Omit<Pipeline, 'close'> {
  return { ...rig.pipeline, ...gone };
}

/** The pipeline without the records of a topic that `isGone` names. */
function withoutRecords(topic: string, isGone: (value: Buffer) => boolean) {
  return without({
    async *read(asked, from) {
      for await (const record of rig.pipeline.read(asked, from)) {
        if (asked !== topic || !isGone(record.value ?? Buffer.alloc(0))) yield record;
      }
    },
  });
}

/** The pipeline in which somebody has rewritten the record of audit.raw that holds garbage. */
function withGarbageChanged(change: (batch: RawBatch) => Partial<RawBatch>) {
  const raw = codecOf('audit.raw');
  return without({
    async *read(topic, from) {
      for await (const record of rig.pipeline.read(topic, from)) {
        const decoded = raw.decode(record.value ?? Buffer.alloc(0));
        if (topic === 'audit.raw' && decoded.ok && decoded.value.body.includes('garbage')) {
          const value = raw.encode({ ...decoded.value, ...change(decoded.value) });
          yield { ...record, value };
        } else yield record;
      }
    },
  });
}

async function all(): Promise<void> {
  await rig.normalize();
  await rig.detect();
  await rig.index();
}

/** Two good bodies, a repeat, garbage, an empty list, another source. */
async function mix(): Promise<readonly string[]> {
  const [a, b, c] = [auditEvent(), auditEvent(), auditEvent()];
  await rig.send([eventList([a, b]), c, eventList([b, a]), 'garbage', eventList([])]);
  await rig.send([auditEvent()], { source: 'logs', collectorId: 'collector-2' });
  return [a, b, c];
}

describe('a mix of good, repeated and bad', () => {
  it('adds up, per source, to the last event', async () => {
    await mix();
    await all();
    const diagnosis = await examine();
    expect(problems(diagnosis)).toEqual(FINE);
    const audit = diagnosis.rows.get('audit');
    expect(audit).toMatchObject({
      ...{ bodies: 5, records: 5, pending: 0, items: 7, emitted: 5, repeats: 2 },
      ...{ dropped: { empty: 1 }, rejected: { unreadable_body: 1 } },
    });
    expect(diagnosis.fates.get('audit')).toMatchObject({ indexed: 3, lost: 0, unstored: 0 });
    expect(diagnosis.fates.get('logs')).toMatchObject({ indexed: 1 });
    expect(diagnosis.letters).toMatchObject({ curable: 0, counts: [{ count: 1 }] });
    expect(diagnosis.chain).toMatchObject({ collectors: 2, records: 6, altered: 0, gaps: 0 });
    expect(diagnosis.doubles.looked).toBe(4);
    const text = formatDiagnosis(diagnosis);
    expect(text).toContain('Nothing is missing.');
    expect(text).toContain('audit rejected: unreadable_body 1');
    expect(diagnosisLines(diagnosis).at(-1)).toMatchObject({ kind: 'summary', sentences: [] });
  });

  it('is waiting, not lost, as long as a worker has not come to it', async () => {
    await mix();
    const before = await examine();
    expect(problems(before)).toEqual(FINE);
    expect(before.rows.get('audit')).toMatchObject({ records: 5, pending: 5, items: 0 });
    await rig.normalize();
    const between = await examine();
    expect(problems(between)).toEqual(FINE);
    expect(between.fates.get('audit')).toMatchObject({ waiting: 3, indexed: 0 });
    expect(between.lags).toContainEqual(
      expect.objectContaining({ stage: 'indexer.events', waiting: 6 }),
    );
  });

  it('of another time is not looked at', async () => {
    await mix();
    await all();
    const window = { since: 1, until: 2, nowMs: Date.now() };
    const diagnosis = await examine({ window });
    expect([diagnosis.rows.size, diagnosis.fates.size]).toEqual([0, 0]);
    expect(formatDiagnosis(diagnosis)).toContain('Nothing was received.');
  });
});

describe('what is missing is found', () => {
  it('an event that never came to audit.events, with the place of its record', async () => {
    await mix();
    await all();
    const [event] = await rig.values('audit.events');
    const id = event?.id ?? '';
    const pipeline = {
      ...withoutRecords('audit.events', (value) => value.includes(id)),
      existing: async (collection: 'events', ids: readonly string[]) =>
        new Set([...(await rig.pipeline.existing(collection, ids))].filter((one) => one !== id)),
    } as Omit<Pipeline, 'close'>;
    const diagnosis = await examine({ pipeline });
    expect(problems(diagnosis)).toEqual({ ...FINE, lost: 1 });
    expect(diagnosis.examples).toMatchObject([{ what: 'event', id, sender: 'apiserver' }]);
    expect(diagnosis.examples[0]?.place).toMatch(/^audit\.raw\/\d\/\d+$/);
    expect(formatDiagnosis(diagnosis)).toContain('1 LOST');
  });

  it('an event whose document is gone', async () => {
    await mix();
    await all();
    const id = (await rig.values('audit.events'))[0]?.id ?? '';
    const pipeline = without({
      existing: async (collection, ids) =>
        new Set([...(await rig.pipeline.existing(collection, ids))].filter((one) => one !== id)),
    });
    const diagnosis = await examine({ pipeline });
    expect(problems(diagnosis)).toEqual({ ...FINE, unstored: 1 });
    expect(diagnosis.examples[0]).toMatchObject({ what: 'document', id });
  });

  it('a dead letter', async () => {
    await mix();
    await all();
    const pipeline = withoutRecords('audit.deadletter', () => true);
    const diagnosis = await examine({ pipeline });
    expect(problems(diagnosis)).toEqual({ ...FINE, lost: 1 });
    expect(diagnosis.examples).toMatchObject([{ what: 'letter' }]);
  });

  it('a finding', async () => {
    const secrets = { objectRef: { resource: 'secrets', namespace: 'a', name: 'b' } };
    await rig.send([auditEvent({ ...secrets, responseStatus: { code: 200 } })]);
    await all();
    const [finding] = await rig.values('audit.findings');
    expect(finding).toBeDefined();
    const pipeline = without({
      existing: async (collection, ids) =>
        collection === 'findings' ? new Set() : rig.pipeline.existing(collection, ids),
    });
    expect(problems(await examine({ pipeline }))).toMatchObject({ unstored: 1, lost: 0 });
  });

  it('an id with two documents', async () => {
    await mix();
    await all();
    const pipeline = without({ copies: async () => 2 });
    expect(problems(await examine({ pipeline }))).toEqual({ ...FINE, doubles: 4 });
  });

  it('a record that was changed', async () => {
    await mix();
    await all();
    const pipeline = withGarbageChanged(() => ({ body: Buffer.from('gorbage') }));
    expect(problems(await examine({ pipeline }))).toMatchObject({ altered: 1 });
  });

  it('a record that was changed with its own hash', async () => {
    await mix();
    await all();
    const body = Buffer.from('gorbage');
    const pipeline = withGarbageChanged(({ previousChain: chain, sequence }) => {
      const before = { chain, previousChain: chain, sequence: sequence - 1 };
      return { ...nextLink(before, sha256(body)), body };
    });
    const diagnosis = await examine({ pipeline });
    expect(diagnosis.chain).toMatchObject({ altered: 0, unlinked: 1, gaps: 0 });
    expect(problems(diagnosis)).toEqual({ ...FINE, altered: 1 });
  });

  it('a record that was taken out of audit.raw', async () => {
    await mix();
    await all();
    const pipeline = withoutRecords('audit.raw', (value) => value.includes('garbage'));
    const diagnosis = await examine({ pipeline });
    expect(problems(diagnosis)).toEqual({ ...FINE, gaps: 1 });
    expect(diagnosis.chain.examples[0]).toContain('1 missing between audit.raw/');
  });
});

describe('what is not missing is not reported', () => {
  it('a number that the collector told of as refused', async () => {
    await rig.send([auditEvent()]);
    const refused = rig.skipSequence();
    await rig.send([auditEvent()], { refused: [refused] });
    await all();
    const diagnosis = await examine();
    expect(problems(diagnosis)).toEqual(FINE);
    expect(diagnosis.chain.refused).toBe(1);
  });

  it('a number whose append may still be going on', async () => {
    await rig.send([auditEvent()]);
    rig.skipSequence();
    await rig.send([auditEvent()]);
    await all();
    const window = { since: 0, until: Number.POSITIVE_INFINITY, nowMs: Date.now() };
    expect(problems(await examine({ window }))).toEqual(FINE);
    expect(problems(await examine())).toEqual({ ...FINE, gaps: 1 });
  });

  it('what an older release rejected: it can be replayed', async () => {
    const newer = normalizer();
    const older: NormalizerStage = {
      name: 'normalizer',
      apply: (batch) =>
        batch.map(({ value }) => ({
          kind: 'reject',
          fault: { code: 'unreadable_body', message: 'Not known yet' },
          part: { index: 0, bytes: value.body },
        })),
    };
    await rig.send([auditEvent()]);
    await rig.normalize(older);
    const diagnosis = await examine({ stage: newer });
    expect(problems(diagnosis)).toEqual(FINE);
    expect(diagnosis.fates.get('audit')).toMatchObject({ curable: 1, lost: 0 });
    expect(diagnosis.letters.curable).toBe(1);
    const text = formatDiagnosis(diagnosis);
    expect(text).toContain('podwitness deadletter replay');
    expect(text).toContain('CURABLE');
    expect(text).not.toContain('PENDING');

    const run = { actor: 'carol', id: 'run', nowMs: Date.now(), rawKeys: [] };
    const request = {
      ids: [],
      filter: {},
      limit: 9,
      topicPrefix: '',
      isDry: false,
      isAgain: false,
    };
    for await (const done of replayLetters(rig.pipeline, { ...request, run })) {
      expect(done.action).toBe('appended');
    }
    await all();
    const after = await examine();
    expect(problems(after)).toEqual(FINE);
    expect(after.fates.get('audit')).toMatchObject({ curable: 0, indexed: 1 });
    expect(after.letters.curable).toBe(0);
    expect(after.rows.get('replay')).toMatchObject({ bodies: 1, emitted: 1, repeats: 1 });
  });

  it('what retention has taken from audit.events', async () => {
    await rig.send(Array.from({ length: 50 }, () => auditEvent()));
    await all();
    const pipeline = {
      ...without({ existing: async () => new Set<string>() }),
      async *read(topic: Parameters<Pipeline['read']>[0], from: 'beginning' | number) {
        for await (const record of rig.pipeline.read(topic, from)) {
          // The topic now begins later, with records of after the window.
          if (topic !== 'audit.events') yield record;
          else if (from === 'beginning') yield { ...record, offset: 99n, timestampMs: 9e14 };
        }
      },
    };
    const diagnosis = await examine({ pipeline });
    expect(problems(diagnosis)).toEqual(FINE);
    expect(diagnosis.fates.get('audit')).toMatchObject({ expired: 50 });
  });
});

it('says to shorten the window when there are more ids than it holds', async () => {
  await rig.send(Array.from({ length: 20 }, () => auditEvent()));
  await rig.normalize();
  await expect(examine({ maxIds: 10 })).rejects.toThrow('--since');
});
