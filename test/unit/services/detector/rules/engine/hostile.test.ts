/** Owns: events that are made to break the engine, or to slow it down; what a set says of itself. */
import { describe, expect, it } from 'vitest';
import {
  access,
  compileRules,
  evaluateRules,
} from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { trace } from '../../../../../../services/detector/rules/engine/trace.ts';
import type {
  EventDocument,
  Expression,
  FieldPath,
  Test,
} from '../../../../../../services/detector/rules/expression.ts';
import type { Rule } from '../../../../../../services/detector/rules/model.ts';
import { Chance, ruleFrom, rulesFrom } from './random-rules.ts';

function asks(path: FieldPath, test: Test): Expression {
  const question = { kind: 'some', test } as const;
  return {
    kind: 'predicate',
    field: { kind: 'path', paths: [path] },
    question,
    text: path.join('.'),
  };
}
const equals = (path: FieldPath, ...texts: string[]): Expression =>
  asks(path, { kind: 'equals', texts, cased: false });
const contains = (path: FieldPath, text: string): Expression =>
  asks(path, {
    kind: 'like',
    patterns: [[{ kind: 'any' }, { kind: 'text', text }, { kind: 'any' }]],
    cased: false,
  });
const all = (...operands: Expression[]): Expression => ({ kind: 'and', operands });
const not = (operand: Expression): Expression => ({ kind: 'not', operand });

function ruleOf(id: string, condition: Expression): Rule {
  const { isDisabled, needsState, ...rule } = ruleFrom(new Chance(1), id, condition);
  return { ...rule, kinds: ['audit'] };
}

/** Nested `depth` deep by its text: JSON.stringify would not do it. */
function nested(depth: number, open: string, inside: string, close: string): EventDocument {
  return JSON.parse(`{"a":${open.repeat(depth)}${inside}${close.repeat(depth)}}`) as EventDocument;
}

const hostile: Readonly<Record<string, () => EventDocument>> = {
  'a text of a million letters': () => ({
    verb: 'a'.repeat(1_000_000),
    a: { b: 'ab'.repeat(500_000) },
  }),
  'a text of a million pairs': () => ({ verb: '😀'.repeat(1_000_000) }),
  'a hundred thousand items': () => ({
    list: Array.from({ length: 100_000 }, (_, i) => ({ x: i, b: `b${i}` })),
    a: Array.from({ length: 100_000 }, () => ({ b: ['a', ['b', null]] })),
  }),
  'arrays in arrays': () => nested(5000, '[', '"b"', ']'),
  'objects in objects': () => nested(5000, '{"b":', '"b"', '}'),
  'keys of prototypes': () =>
    JSON.parse('{"__proto__":{"x":"ab"},"constructor":{"name":"a"},"toString":1}') as EventDocument,
  'nothing recorded, oddly': () => ({ podwitness: { missing: [null, {}, 'requestObject', 7] } }),
};

describe('a rule set', () => {
  it.each(Object.keys(hostile))('takes %s without an error, and in time', (name) => {
    const rules = Array.from({ length: 20 }, (_, seed) => rulesFrom(new Chance(seed), 24)).flat();
    // Patterns with several stars and comparisons of fields take time of their own: text x rules.
    const set = compileRules(rules);
    const document = hostile[name]?.() ?? {};
    const started = performance.now();
    expect(() => evaluateRules(set, 'audit', document)).not.toThrow();
    expect(performance.now() - started).toBeLessThan(8000);
  });

  it.each(['equals', 'contains', 'startswith', 'endswith'] as const)(
    'compares two fields of a hundred thousand texts: %s',
    (how) => {
      const other = { kind: 'path', paths: [['others']] } as const;
      const test = { kind: 'field', other, how, cased: false } as const;
      const field = { kind: 'path', paths: [['own']] } as const;
      const ask = (kind: 'some' | 'every'): Expression => ({
        ...{ kind: 'predicate', field, question: { kind, test }, text: kind },
      });
      const set = compileRules([ruleOf('some', ask('some')), ruleOf('every', ask('every'))]);
      const own = Array.from({ length: 100_000 }, (_, i) => `x${i}y`);
      const document = { own, others: own.map((_, i) => `z${i}`) };
      const started = performance.now();
      expect(evaluateRules(set, 'audit', document).matched).toEqual([]);
      expect(performance.now() - started).toBeLessThan(8000);
      const found = evaluateRules(set, 'audit', { own, others: [...own].reverse() });
      expect(found.matched.map(({ id }) => id)).toEqual(['some', 'every']);
    },
  );

  it('reads own keys only', () => {
    const rule = ruleOf('x', {
      ...(equals(['constructor', 'name'], 'object') as object),
    } as Expression);
    const set = compileRules([rule]);
    expect(evaluateRules(set, 'audit', {}).matched).toEqual([]);
    const own = JSON.parse('{"constructor":{"name":"Object"}}') as EventDocument;
    expect(evaluateRules(set, 'audit', own).matched).toEqual([rule]);
  });

  it('touches only rules whose atoms are true', () => {
    const rules = Array.from({ length: 500 }, (_, i) =>
      ruleOf(String(i), all(equals(['verb'], 'get', 'create'), equals(['name'], `n${i}`))),
    );
    const set = compileRules(rules);
    expect(evaluateRules(set, 'audit', { verb: 'GET', name: 'N7' }).matched).toEqual([rules[7]]);
    expect(evaluateRules(set, 'audit', { verb: 'list', name: 'n8' }).matched).toEqual([]);
    expect(evaluateRules(set, 'audit', { verb: 'get' }).matched).toEqual([]);
    expect([...set.counts.evaluated].reduce((a, b) => a + b)).toBeLessThanOrEqual(2);
    expect(set.counts.matched[7]).toBe(1);
  });

  it('touches few rules of those that share their first atoms, and none of a small set', () => {
    // So many texts that the name, which fifty rules share, is asked before them.
    const texts = (i: number): string[] => Array.from({ length: 60 }, (_, k) => `u${i}-${k}`);
    const named = (i: number): Expression =>
      all(equals(['verb'], 'get'), equals(['name'], `n${i % 4}`), equals(['uid'], ...texts(i)));
    const rules = Array.from({ length: 200 }, (_, i) => ruleOf(String(i), named(i)));
    const set = compileRules(rules);
    for (const uid of ['u7-3', 'u8-3', 'u199-59', 'a', 'z']) {
      evaluateRules(set, 'audit', { verb: 'get', name: 'n3', uid });
    }
    expect([...set.counts.evaluated].reduce((a, b) => a + b)).toBe(2);
    const small = compileRules(rules.slice(0, 2));
    evaluateRules(small, 'audit', { verb: 'get', name: 'n9', uid: 'u7-3' });
    expect([...small.counts.evaluated]).toEqual([0, 0]);
  });

  it('gives rules in the order in which they were loaded', () => {
    const rules = Array.from({ length: 120 }, (_, i) =>
      ruleOf(String(i), i % 2 === 0 ? equals(['verb'], 'get') : not(equals(['verb'], 'list'))),
    );
    expect(evaluateRules(compileRules(rules), 'audit', { verb: 'get' }).matched).toEqual(rules);
  });

  it('keeps apart many bounds of one number', () => {
    const operators = ['lt', 'lte', 'gt', 'gte'] as const;
    const bounds = operators.flatMap((operator) => [1, 2, 3].map((bound) => ({ operator, bound })));
    const rules = bounds.map(({ bound, operator }) =>
      ruleOf(`${operator} ${bound}`, asks(['n'], { kind: 'compare', operator, bound })),
    );
    const { matched } = evaluateRules(compileRules(rules), 'audit', { n: '2' });
    const ids = ['lt 3', 'lte 2', 'lte 3', 'gt 1', 'gte 1', 'gte 2'];
    expect(matched.map(({ id }) => id)).toEqual(ids);
  });

  it('finds a rule of more alternatives than are multiplied out', () => {
    const side = (name: string): Expression => ({
      kind: 'or',
      operands: Array.from({ length: 5 }, (_, i) =>
        all(equals([name], `${name}${i}`), contains([`${name}s`], `-${i}-`)),
      ),
    });
    // Several, so that they are not tried before all their groups are looked at.
    const rules = Array.from({ length: 8 }, (_, i) =>
      ruleOf(String(i), all(side('a'), side('b'), side('c'))),
    );
    const set = compileRules(rules);
    for (let i = 0; i < 125; i++) {
      const [a, b, c] = [i % 5, Math.floor(i / 5) % 5, Math.floor(i / 25)];
      const document = {
        ...{ a: `a${a}`, as: `-${a}-`, b: `b${b}`, bs: `-${b}-`, c: `c${c}`, cs: `-${c}-` },
      };
      expect(evaluateRules(set, 'audit', document).matched).toEqual(rules);
    }
  });

  it('counts what can not be told, by rule', () => {
    const image = ['podwitness', 'workload', 'image'];
    const set = compileRules([
      ruleOf('a', equals(['verb'], 'get')),
      ruleOf('b', all(equals(['verb'], 'create'), contains(image, 'miner'))),
    ]);
    const document = { verb: 'create', podwitness: { missing: ['requestObject'] } };
    evaluateRules(set, 'audit', document);
    evaluateRules(set, 'audit', { verb: 'create' });
    expect([...set.counts.undecided]).toEqual([0, 1]);
    expect([...set.counts.matched]).toEqual([0, 0]);
  });

  it('says by what a rule is found', () => {
    const named = all(equals(['verb'], 'get', 'list'), contains(['uri'], '/Secrets'));
    const rules = [
      ruleOf('a', named),
      ruleOf('b', not(equals(['verb'], 'get'))),
      ruleOf('c', equals(['verb'], 'get')),
      { ...ruleOf('d', equals(['verb'], 'get')), isDisabled: true },
    ];
    const set = compileRules(rules);
    expect(rules.map((rule) => access(set, rule))).toEqual([
      ['uri contains /secrets, and verb = get or verb = list'],
      ['every event'],
      ['verb = get'],
      [],
    ]);
  });

  it('traces each node with its truth and what was found', () => {
    const body = contains(['podwitness', 'workload', 'image'], 'miner');
    const condition = all(equals(['verb'], 'get'), not(equals(['names'], 'x')), body);
    const document = {
      verb: 'GET',
      names: ['a', 7, null],
      podwitness: { missing: ['requestObject'] },
    };
    expect(trace(condition, document)).toEqual({
      kind: 'and',
      truth: undefined,
      operands: [
        { kind: 'predicate', truth: true, text: 'verb', values: ['"GET"'], operands: [] },
        {
          kind: 'not',
          truth: true,
          operands: [
            ...[
              {
                kind: 'predicate',
                truth: false,
                text: 'names',
                values: ['"a"', '7', 'null'],
                operands: [],
              },
            ],
          ],
        },
        {
          kind: 'predicate',
          truth: undefined,
          text: 'podwitness.workload.image',
          values: [],
          operands: [],
        },
      ],
    });
  });
});
