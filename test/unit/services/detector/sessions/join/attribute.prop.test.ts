import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attribute,
  type Evidence,
  type Span,
} from '../../../../../../services/detector/sessions/join/attribute.ts';
import { SESSION_KINDS } from '../../../../../../services/detector/sessions/facts/model.ts';

const name = fc.constantFrom('a', 'b');
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
/** Near each other, on whole seconds and beside them; sometimes absurd. */
const time = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 40 }).map((n) => n * 500) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
  { weight: 1, arbitrary: fc.double() },
);

function known<T extends object>(parts: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(parts));
}

const place = fc
  .record({ namespace: maybe(name), pod: maybe(name), container: maybe(name), node: maybe(name) })
  .map(known);
const span: fc.Arbitrary<Span> = fc
  .record({
    ...{ session: fc.constantFrom('s1', 's2', 's3'), kind: fc.constantFrom(...SESSION_KINDS) },
    ...{ place, containers: maybe(fc.array(name, { maxLength: 2 })), requestUid: maybe(name) },
    ...{ askedMs: maybe(time), fromMs: time, untilMs: maybe(time) },
  })
  .map(({ askedMs, containers, requestUid, untilMs, ...rest }) => ({
    ...rest,
    ...(askedMs === undefined ? {} : { askedMs }),
    ...(containers === undefined ? {} : { containers }),
    ...(requestUid === undefined ? {} : { requestUid }),
    ...(untilMs === undefined ? {} : { untilMs }),
  }));
const evidence: fc.Arbitrary<Evidence> = fc
  .record({
    ...{ timeMs: time, isWholeSecond: fc.boolean(), place, requestUid: maybe(name) },
    ...{ scope: fc.constantFrom('container', 'container', 'node') },
  })
  .map(({ requestUid, ...rest }) => ({
    ...rest,
    ...(requestUid === undefined ? {} : { requestUid }),
  }));
const cases = fc.record({
  evidence,
  spans: fc.array(span, { maxLength: 5 }),
  owner: maybe(span),
  isWorkloads: fc.boolean(),
  tolerance: fc.record({
    ...{ graceMs: fc.constantFrom(0, 5000), clockSkewMs: fc.constantFrom(0, 2000) },
  }),
});
type Case = typeof cases extends fc.Arbitrary<infer C> ? C : never;

function decided({ evidence: what, isWorkloads, owner, spans, tolerance }: Case) {
  const around = { spans, isWorkloads, ...(owner === undefined ? {} : { owner }) };
  return attribute(what, around, tolerance);
}

/** All places agree and one is a debugger on a node: else too few of the cases are exact. */
const likely = cases.map((one) => {
  const at = { namespace: 'a', pod: 'a', container: 'a' };
  const owner: Span = { session: 's1', kind: 'exec', place: at, requestUid: 'a', fromMs: 0 };
  const what: Evidence = { ...one.evidence, place: at, scope: 'container', requestUid: 'a' };
  return { ...one, evidence: what, owner };
});

describe('attribution', () => {
  it('is total, and lists as many sessions as its confidence says', () => {
    fc.assert(
      fc.property(fc.oneof(cases, likely), (one) => {
        const { confidence, sessions } = decided(one);
        expect(new Set(sessions).size).toBe(sessions.length);
        if (confidence === 'exact' || confidence === 'inferred') expect(sessions).toHaveLength(1);
        if (confidence === 'ambiguous') expect(sessions.length).toBeGreaterThan(1);
        if (confidence === 'none') expect(sessions).toEqual([]);
        const ids = [...one.spans, ...(one.owner === undefined ? [] : [one.owner])];
        expect(ids.map(({ session }) => session)).toEqual(expect.arrayContaining([...sessions]));
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same whatever the order of the sessions, and how often they are named', () => {
    const orders = fc.oneof(cases, likely).chain((one) =>
      fc.record({
        one: fc.constant(one),
        spans: fc.shuffledSubarray([...one.spans, ...one.spans], {
          minLength: one.spans.length * 2,
        }),
      }),
    );
    fc.assert(
      fc.property(orders, ({ one, spans }) => {
        expect(decided({ ...one, spans })).toEqual(decided(one));
      }),
      { numRuns: 2000 },
    );
  });

  it('is exact in the owner’s own pod, container and time only, and with nobody else there', () => {
    let exact = 0;
    fc.assert(
      fc.property(fc.oneof(cases, likely), (one) => {
        const { evidence: what, owner, spans, tolerance } = one;
        if (decided(one).confidence !== 'exact' || owner === undefined) return;
        exact += 1;
        expect(what.requestUid).toBeDefined();
        const latest = what.timeMs + (what.isWholeSecond ? 999 : 0);
        const isNear = (one: Span) =>
          latest >= Math.min(one.askedMs ?? one.fromMs, one.fromMs) - tolerance.clockSkewMs &&
          what.timeMs <= Math.max(one.untilMs ?? Infinity, one.fromMs) + tolerance.graceMs;
        expect(isNear(owner)).toBe(true);
        const isNode = what.scope === 'node' || what.place.pod === undefined;
        if (isNode) {
          expect([owner.kind, owner.place.node]).toEqual(['debug-node', what.place.node]);
          return;
        }
        const { container, namespace, pod } = what.place;
        expect(owner.place).toMatchObject({ namespace, pod });
        const containers = owner.containers?.length
          ? owner.containers
          : [owner.place.container ?? container];
        if (container !== undefined) expect(containers).toContain(container);
        const others = spans.filter(
          (other) =>
            other.session !== owner.session &&
            other.kind !== 'port-forward' &&
            other.place.namespace === namespace &&
            other.place.pod === pod &&
            isNear(other),
        );
        expect(others).toEqual([]);
      }),
      { numRuns: 5000 },
    );
    expect(exact).toBeGreaterThan(100);
  });
});
