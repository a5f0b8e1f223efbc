/**
 * The fuzz run of every test run, and proof that it notices: broken stages must fail it.
 */
import { describe, expect, it } from 'vitest';
import type { AuditEvent, RawBatch } from '../../schemas/generated/avro.ts';
import type { Outcome } from '../../shared/pipeline/outcome.ts';
import { decide, readSamples } from '../support/samples.ts';
import { check, createFuzz, type Decide } from './run.ts';

const RUNS = 200_000;
const SEED = 1;
const fuzz = createFuzz(readSamples());

/** The first few things that go wrong in a run. */
function failures(runs: number, decided: Decide): readonly string[] {
  const found: string[] = [];
  for (let index = 0; index < runs && found.length < 5; index++) {
    const one = fuzz.caseAt(SEED, index);
    const problem = check(one, decided);
    if (problem !== undefined) {
      found.push(`${one.sample}, npm run fuzz -- --seed ${SEED} --only ${index}: ${problem}`);
    }
  }
  return found;
}

describe('fuzzed input', () => {
  it(`of ${RUNS} bodies each is accounted for, and what means the same is the same`, () => {
    expect(failures(RUNS, decide)).toStrictEqual([]);
  }, 300_000);
});

describe('the fuzz run notices a stage that', () => {
  const REJECTED: Outcome<AuditEvent> = {
    kind: 'reject',
    fault: { code: 'unreadable_body', message: '' },
  };
  const broken: readonly (readonly [string, Decide])[] = [
    ['rejects everything', (batches) => batches.map(() => REJECTED)],
    ['forgets a record', (batches) => decide(batches).slice(1)],
    ['ends a record as nothing', (batches) => batches.map(() => ({ kind: 'split', parts: [] }))],
    ['does everything twice', (batches) => twice(decide(batches))],
    [
      'throws',
      () => {
        throw new Error('known bad');
      },
    ],
    [
      'reads no escapes',
      (batches) =>
        decide(batches.map((batch): RawBatch => ({ ...batch, body: unescaped(batch.body) }))),
    ],
  ];

  it.each(broken)('%s', (_what, decided) => {
    expect(failures(500, decided)).not.toStrictEqual([]);
  });
});

function twice(outcomes: readonly Outcome<AuditEvent>[]): readonly Outcome<AuditEvent>[] {
  return outcomes.map((outcome) =>
    outcome.kind === 'split'
      ? { ...outcome, parts: [...outcome.parts, ...outcome.parts] }
      : outcome,
  );
}

function unescaped(body: Buffer): Buffer {
  return Buffer.from(body.toString('latin1').replaceAll('\\u', 'u'), 'latin1');
}
