import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestFact } from '../../../../../../services/detector/sessions/facts/model.ts';
import {
  type Stages,
  wholeRequest,
  withStage,
} from '../../../../../../services/detector/sessions/join/stages.ts';

const names = fc.constantFrom('a', 'b');
const finding = fc.constantFrom('f1', 'f2', 'f3').map((id) => ({
  ...{ id, ruleId: 'r', ruleName: 'R', level: 'low', mode: 'active', timeMs: 1, message: id },
}));
const STATES = ['asked', 'started', 'ended', 'refused', 'changed'] as const;

/** One event: what it says is a function of its id, as that is a hash of it. */
function factOf(id: number, says: RequestFact): RequestFact {
  return { ...says, eventId: `e${id}` };
}

const says = fc
  .record({
    ...{ state: fc.constantFrom(...STATES), timeMs: fc.integer({ min: 0, max: 5 }) },
    ...{ receivedMs: fc.integer({ min: 0, max: 2 }), partial: fc.boolean() },
    argv: fc.array(names, { maxLength: 2 }),
    place: fc.record({ pod: names, node: names }, { requiredKeys: [] }),
    marking: fc.constantFrom('marked' as const, 'unsaid' as const, 'failed_open' as const),
    ...{ namesMark: fc.boolean(), findings: fc.array(finding, { maxLength: 2 }) },
    who: fc.dictionary(names, names, { maxKeys: 2 }),
    context: fc.dictionary(names, names, { maxKeys: 2 }),
    optional: fc.record({ userName: names, requestUid: names }, { requiredKeys: [] }),
  })
  .map(
    ({ optional, ...rest }): RequestFact => ({
      ...{ kind: 'request', session: 's', sessionKind: 'exec', eventId: '' },
      ...rest,
      ...optional,
    }),
  );
const facts = fc.array(says, { maxLength: 7 }).map((all) => all.map((one, i) => factOf(i, one)));
const orders = facts.chain((all) =>
  fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
);

function merged(all: readonly RequestFact[]): Stages {
  // As it is kept between two events.
  return all.reduce<Stages>((known, one) => JSON.parse(JSON.stringify(withStage(known, one))), {});
}

describe('stages of a request', () => {
  it('give one request in any order, and however often each comes', () => {
    fc.assert(
      fc.property(orders, ([all, again]) => {
        expect(merged(again)).toEqual(merged(all));
        expect(wholeRequest(merged(again))).toEqual(wholeRequest(merged(all)));
      }),
      { numRuns: 2000 },
    );
  });

  it('are kept one of each state', () => {
    fc.assert(
      fc.property(facts, (all) => {
        const whole = wholeRequest(merged(all));
        if (all.length === 0) expect(whole).toBeUndefined();
        const kept = STATES.filter((state) => all.some((one) => one.state === state));
        expect(Object.keys(merged(all)).sort()).toEqual([...kept].sort());
      }),
    );
  });
});
