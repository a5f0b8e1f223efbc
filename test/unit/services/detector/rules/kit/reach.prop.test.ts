/**
 * What lint calls impossible is so, and what it calls covered is so: for any event that an API server
 * can send.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  EventDocument,
  Expression,
} from '../../../../../../services/detector/rules/expression.ts';
import {
  compileRules,
  evaluateRules,
} from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { checkOverlaps } from '../../../../../../services/detector/rules/kit/overlap.ts';
import { conditionKey } from '../../../../../../services/detector/rules/kit/predicate-key.ts';
import { isDead, reachOf, valuesOf } from '../../../../../../services/detector/rules/kit/reach.ts';
import { traceTree } from '../../../../../../services/detector/rules/kit/trace.ts';
import { parsePattern } from '../../../../../../services/detector/rules/pattern.ts';
import { and, is, not, or, ruleOf, some } from './rules.ts';

const VERBS = ['get', 'list', 'create'];
const RESOURCES = ['pods', 'secrets'];
const STAGES = ['RequestReceived', 'ResponseComplete'];
const LEVELS = ['Metadata', 'Request', 'RequestResponse'];

/** As API servers send them: what is known only later, or not recorded, is not there. */
const event: fc.Arbitrary<EventDocument> = fc
  .record({
    verb: fc.constantFrom(...VERBS, undefined),
    resource: fc.constantFrom(...RESOURCES, undefined),
    stage: fc.constantFrom(...STAGES),
    level: fc.constantFrom(...LEVELS),
    code: fc.constantFrom(200, 403),
    hostPid: fc.constantFrom(true, false, undefined),
    groups: fc.subarray(['a', 'b']),
  })
  .map(({ code, groups, hostPid, level, resource, stage, verb }) => {
    const isAnswered = stage !== 'RequestReceived';
    const hasBody = isAnswered && level !== 'Metadata';
    return {
      kubernetes: {
        audit: {
          ...{ verb, stage, level, user: { groups }, objectRef: { resource } },
          ...(isAnswered && { responseStatus: { code } }),
        },
      },
      podwitness: hasBody
        ? { request_object: { spec: { hostPID: hostPid } } }
        : { missing: ['requestObject'] },
    };
  })
  .map((document) => JSON.parse(JSON.stringify(document)) as EventDocument);

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.subarray([...VERBS, 'replace'], { minLength: 1 }).map((texts) => is('verb', ...texts)),
  fc.subarray(RESOURCES, { minLength: 1 }).map((texts) => is('objectRef.resource', ...texts)),
  fc.constantFrom(...STAGES).map((text) => is('stage', text)),
  fc.constantFrom(...LEVELS).map((text) => is('level', text)),
  fc.constantFrom('200', '403').map((text) => is('responseStatus.code', text)),
  fc.constantFrom('a', 'b').map((text) => is('user.groups', text)),
  fc.constant('true').map((text) => is('requestObject.spec.hostPID', text)),
  fc
    .constantFrom('g*', '*t*', '?et')
    .map((text) =>
      some('verb', { kind: 'like', patterns: [parsePattern(text)], cased: false }, text),
    ),
  fc.constantFrom('present', 'filled', 'null').map((kind): Expression => {
    const { field } = is('verb');
    return { kind: 'predicate', field, question: { kind: kind as 'null' }, text: kind };
  }),
  fc.constantFrom('always', 'never').map((kind): Expression => ({ kind: kind as 'never' })),
);
const { condition } = fc.letrec<{ condition: Expression }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('condition'), { maxLength: 3 }).map((parts) => and(...parts)),
    fc.array(tie('condition'), { maxLength: 3 }).map((parts) => or(...parts)),
    tie('condition').map(not),
  ),
}));
const events = fc.array(event, { minLength: 1, maxLength: 10 });

type Truth = (document: EventDocument) => boolean | undefined;

function truthOf(expression: Expression): Truth {
  const set = compileRules([ruleOf(expression)]);
  return (document) => {
    const { matched, undecided } = evaluateRules(set, 'audit', document);
    return undecided.length > 0 ? undefined : matched.length > 0;
  };
}

describe('reach', () => {
  it('calls no condition impossible that some event fulfils', () => {
    fc.assert(
      fc.property(condition, events, (expression, documents) => {
        const isNever = isDead(reachOf(expression).reach);
        const isAlways = isDead(reachOf(expression, false).reach);
        for (const truth of documents.map(truthOf(expression))) {
          if (isNever) expect(truth).not.toBe(true);
          if (isAlways) expect(truth).not.toBe(false);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('calls no alternative dead that decides something, and knows the values of what matches', () => {
    fc.assert(
      fc.property(condition, events, (expression, documents) => {
        const { deadParts, reach } = reachOf(expression);
        if (isDead(reach)) return;
        const verbs = valuesOf(reach, 'kubernetes.audit.verb');
        const whole = truthOf(expression);
        const parts = new Set(deadParts.map(({ part }) => part));
        const without = truthOf(replace(expression, parts));
        for (const document of documents.filter((one) => whole(one) === true)) {
          expect(without(document)).toBe(true);
          const { verb } = (document['kubernetes'] as { audit: { verb?: string } }).audit;
          if (verbs !== undefined) expect([...verbs]).toContain(verb);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('finds what contradicts itself', () => {
    const contradictions = [
      and(is('verb', 'get'), is('verb', 'list', 'create')),
      and(is('verb', 'get', 'list'), not(is('verb', 'LIST')), not(is('verb', 'get'))),
      and(or(is('verb', 'get'), is('verb', 'list')), is('verb', 'create')),
      and(is('user.groups', 'a'), not(is('user.groups', 'A'))),
      or(
        is('verb', 'replace'),
        and(is('stage', 'RequestReceived'), is('responseStatus.code', '1')),
      ),
    ];
    for (const one of contradictions) expect(isDead(reachOf(one).reach)).toBe(true);
    expect(isDead(reachOf(and(is('user.groups', 'a'), is('user.groups', 'b'))).reach)).toBe(false);
  });
});

/** The condition with these parts made never true. */
function replace(expression: Expression, parts: ReadonlySet<Expression>): Expression {
  if (parts.has(expression)) return { kind: 'never' };
  if (expression.kind === 'not') return not(replace(expression.operand, parts));
  if (expression.kind !== 'and' && expression.kind !== 'or') return expression;
  return { ...expression, operands: expression.operands.map((part) => replace(part, parts)) };
}

describe('overlaps and traces', () => {
  it('calls a rule covered only by one that matches whatever it matches', () => {
    fc.assert(
      fc.property(fc.array(condition, { minLength: 2, maxLength: 4 }), events, (all, documents) => {
        const rules = all.map((one, i) => ruleOf(one, { id: `${i}`, title: `T${i}` }));
        const byTitle = new Map(rules.map((rule) => [rule.title, truthOf(rule.condition)]));
        for (const { reason, rule } of checkOverlaps(rules)) {
          const narrow = byTitle.get(rule?.title ?? '');
          const wide = byTitle.get(/"(T\d)"/.exec(reason)?.[1] ?? '');
          if (narrow === undefined || wide === undefined) throw new Error(reason);
          const covered = documents.filter((document) => narrow(document) === true);
          expect(covered.map(wide)).not.toContain(false);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives equal keys only to conditions that say the same', () => {
    fc.assert(
      fc.property(condition, condition, events, (a, b, documents) => {
        if (conditionKey(a) !== conditionKey(b)) return;
        expect(documents.map(truthOf(a))).toEqual(documents.map(truthOf(b)));
      }),
      { numRuns: 200 },
    );
  });

  it('traces to what the engine says', () => {
    fc.assert(
      fc.property(condition, event, (expression, document) => {
        const { truth } = traceTree(expression, document);
        expect(truth).toBe(truthOf(expression)(document));
      }),
    );
  });
});
