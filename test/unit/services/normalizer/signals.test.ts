import { describe, expect, it } from 'vitest';
import type { AuditEvent, RawBatch } from '../../../../schemas/generated/avro.ts';
import { rawBatch } from '../../../../schemas/raw-batch.ts';
import { readSignal } from '../../../../services/detector/watch/read-signal.ts';
import {
  type NormalizerOut,
  senderOf,
  signalsOf,
  withSignals,
} from '../../../../services/normalizer/signals.ts';
import { endings, extraOf, type Outcome } from '../../../../shared/pipeline/outcome.ts';
import type { Stage } from '../../../../shared/pipeline/stage.ts';

const AT_MS = Date.UTC(2026, 10, 20, 12);

function batchOf(rest: Partial<RawBatch> = {}): RawBatch {
  const known = { source: 'audit', cluster: 'prod-eu', sender: '10.0.0.7', receivedAt: AT_MS };
  const numbered = { collectorId: 'c1', sequence: 7, refused: [5, 6] };
  return rawBatch({ ...known, ...numbered, body: Buffer.from('{}'), ...rest });
}

function eventAt(time: number, kind = 'audit'): AuditEvent {
  return { kind, time, id: String(time) } as AuditEvent;
}

function emitted(...items: readonly AuditEvent[]): Outcome<AuditEvent> {
  return { kind: 'emit', items };
}

const REJECTED: Outcome<AuditEvent> = {
  kind: 'reject',
  fault: { code: 'unreadable_item', message: 'No audit event' },
};

function bodies(batch: RawBatch, ...parts: readonly Outcome<AuditEvent>[]) {
  return signalsOf(batch, parts.flatMap(endings)).map(({ body, kind }) => ({
    kind,
    ...(JSON.parse(body.toString('utf8')) as object),
  }));
}

describe('the signals of a batch', () => {
  it('say who sent how much of what age, and which number it has', () => {
    const parts = [emitted(eventAt(AT_MS - 9000), eventAt(AT_MS - 2000)), REJECTED];
    expect(bodies(batchOf(), ...parts)).toMatchObject([
      {
        ...{ kind: 'source', what: 'batch', source: 'audit', sender: '10.0.0.7' },
        ...{ records: 2, rejected: 1, oldest: AT_MS - 9000, newest: AT_MS - 2000 },
        ...{ receivedAt: AT_MS, collectorId: 'c1' },
      },
      { kind: 'collector', what: 'sequence', sequence: 7, refused: [5, 6] },
    ]);
  });

  it('have the source in common as key, so that all its senders meet', () => {
    const keys = ['10.0.0.7', '10.0.0.8'].map((sender) =>
      signalsOf(batchOf({ sender }), []).map(({ key }) => key),
    );
    expect(keys).toEqual([
      ['prod-eu/audit', 'c1'],
      ['prod-eu/audit', 'c1'],
    ]);
  });

  it('have no age where there are no events, and none of what is itself about coverage', () => {
    const none = { records: 0, rejected: 1, oldest: null, newest: null };
    expect(bodies(batchOf(), REJECTED)[0]).toMatchObject(none);
    const dropped = emitted(eventAt(AT_MS, 'coverage'));
    expect(bodies(batchOf(), REJECTED, dropped)[0]).toMatchObject(none);
  });

  it('of a dead letter that is sent again are no life sign of its sender', () => {
    expect(bodies(batchOf({ replayOf: 'x' }))).toMatchObject([{ kind: 'collector' }]);
  });

  it('are none where nobody knows when it came', () => {
    expect(bodies(batchOf({ receivedAt: 0 }))).toEqual([]);
    expect(bodies(batchOf({ receivedAt: -1 }))).toEqual([]);
    expect(bodies(batchOf({ receivedAt: Number.MAX_SAFE_INTEGER }))).toEqual([]);
  });

  it('have one hash for a body and its repeat, and another for each of its parts', () => {
    const bodySha256 = Buffer.alloc(32, 7);
    const hashOf = (rest: Partial<RawBatch>) =>
      (bodies(batchOf({ bodySha256, ...rest }))[0] as { hash?: string }).hash;
    expect(hashOf({ sequence: 9, receivedAt: AT_MS + 10_000 })).toBe(hashOf({}));
    expect(hashOf({ part: 1, parts: 2 })).not.toBe(hashOf({}));
    expect(hashOf({ bodySha256: Buffer.alloc(32, 8) })).not.toBe(hashOf({}));
  });

  it('are what the watch on coverage reads', () => {
    const signals = signalsOf(batchOf(), endings(emitted(eventAt(AT_MS - 1000))));
    expect(signals.map(readSignal)).toMatchObject([
      { kind: 'batch', sender: '10.0.0.7', records: 1, newestMs: AT_MS - 1000, timeMs: AT_MS },
      { kind: 'sequence', collector: 'c1', sequence: 7, refused: [5, 6] },
    ]);
  });
});

describe('a sender', () => {
  it.each([
    [{}, '10.0.0.7'],
    // Two API servers with one token are two.
    [{ senderId: 'apiservers' }, 'apiservers@10.0.0.7'],
    [{ senderId: 'file:/var/log/audit.log', sender: '' }, 'file:/var/log/audit.log'],
    [{ source: 'firehose', senderId: 'eks' }, 'eks'],
    [{ source: 'pubsub' }, 'cloud'],
    [{ sender: '' }, 'unknown'],
  ] as const)('%o is %s', (rest, name) => {
    expect(senderOf(batchOf(rest))).toBe(name);
  });
});

describe('the stage with signals', () => {
  const outcomes: readonly Outcome<AuditEvent>[] = [
    emitted(eventAt(AT_MS)),
    { kind: 'drop', reason: 'empty' },
    REJECTED,
    { kind: 'split', parts: [{ kind: 'emit', items: [eventAt(AT_MS)] }], extra: [eventAt(1)] },
  ];
  const stage: Stage<RawBatch, AuditEvent> = { name: 'normalizer', apply: () => outcomes };
  const origin = { topic: 'audit.raw', partition: 0, offset: 0n, timestampMs: AT_MS };
  const input = outcomes.map(() => ({ value: batchOf(), origin }));
  const topicsOf = (items: readonly NormalizerOut[]) => items.map(({ topic }) => topic);

  it('ends every record as before, and says besides what it tells', () => {
    const decided = withSignals(stage, true).apply(input);
    const kinds = (all: readonly Outcome<unknown>[]) =>
      all.map((outcome) => endings(outcome).map(({ kind }) => kind));
    expect(kinds(decided)).toEqual(kinds(outcomes));
    expect(decided.map((outcome) => topicsOf(extraOf(outcome)))).toEqual([
      ['audit.signals', 'audit.signals'],
      ['audit.signals', 'audit.signals'],
      ['audit.signals', 'audit.signals'],
      ['audit.events', 'audit.signals', 'audit.signals'],
    ]);
    expect(decided.flatMap(endings)[0]).toMatchObject({ items: [{ topic: 'audit.events' }] });
  });

  it('tells nothing where nobody watches', () => {
    const decided = withSignals(stage, false).apply(input);
    expect(decided.flatMap((outcome) => topicsOf(extraOf(outcome)))).toEqual(['audit.events']);
  });
});
