import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCondition } from '../../../../../../services/detector/rules/sigma/condition.ts';
import type { Condition } from '../../../../../../services/detector/rules/sigma/model.ts';

const NAMES = ['a', 'b', 'c', 'sel_one', 'sel_two', '_hidden'];

/** As a fully parenthesised text. */
function show(condition: Condition): string {
  if (condition.kind === 'selection') return condition.name;
  if (condition.kind === 'not') return `!${show(condition.operand)}`;
  const sign = condition.kind === 'and' ? '&' : '|';
  return `(${condition.operands.map(show).join(sign)})`;
}

function parsed(source: string): string {
  const result = parseCondition(source, NAMES);
  return result.ok ? show(result.condition) : `${result.problem.kind}: ${result.problem.reason}`;
}

describe('conditions', () => {
  it.each([
    ['a', 'a'],
    ['a or b and c', '(a|(b&c))'],
    ['a and b or c', '((a&b)|c)'],
    ['not a and b', '(!a&b)'],
    ['not not a', '!!a'],
    ['not (a or b)', '!(a|b)'],
    ['(a or b) and c', '((a|b)&c)'],
    ['a\n  and\tb', '(a&b)'],
    ['a AND NOT b', '(a&!b)'],
    ['any of sel_*', '(sel_one|sel_two)'],
    ['1 of sel_*', '(sel_one|sel_two)'],
    ['all of sel_*', '(sel_one&sel_two)'],
    ['1 of *_t*o', 'sel_two'],
    ['1 of a', 'a'],
    ['all of them', '(a&b&c&sel_one&sel_two)'],
    ['1 of _h*', '_hidden'],
    ['a and not 1 of sel_*', '(a&!(sel_one|sel_two))'],
  ])('%s', (source, expected) => {
    expect(parsed(source)).toBe(expected);
  });

  it.each([
    ['', 'invalid: the condition ends too early'],
    ['a and', 'invalid: the condition ends too early'],
    ['(a or b', 'invalid: the condition ends too early'],
    ['(a b)', 'invalid: a parenthesis is not closed'],
    ['a b', 'invalid: the condition goes on with "b" at character 3 after it was complete'],
    ['a)', 'invalid: the condition goes on with ")" at character 2 after it was complete'],
    ['d', 'invalid: the condition names "d" at character 1, which detection does not define'],
    ['2 of sel_*', 'invalid: the condition has "2 of" at character 1'],
    ['none of them', 'invalid: the condition has "none of" at character 1'],
    ['1 of x*', 'invalid: no search identifier matches "x*" at character 6 of the condition'],
    [
      '1 of sel_o*_one',
      'invalid: no search identifier matches "sel_o*_one" at character 6 of the condition',
    ],
    ['a & b', 'invalid: the condition has "&" at character 3, which means nothing there'],
  ])('refuses %j', (source, expected) => {
    expect(parsed(source)).toBe(expected);
  });

  it('says that aggregations are no part of Sigma 2', () => {
    expect(parsed('a | count() by b > 5')).toMatch(/^unsupported: the condition has a pipe/);
  });

  it('bounds the depth of nesting', () => {
    expect(parsed(`${'('.repeat(50_000)}a`)).toMatch(/^invalid: the condition is nested deeper/);
    expect(parsed(`${'not '.repeat(50_000)}a`)).toMatch(/^invalid: the condition is nested deeper/);
    expect(parsed(`${'('.repeat(90)}a${')'.repeat(90)} and (b)`)).toBe('(a&b)');
  });

  it('reads back what it means, with all parentheses or with only those that are needed', () => {
    const { tree } = fc.letrec<{ tree: Condition }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('a', 'b', 'c').map((name): Condition => ({ kind: 'selection', name })),
        tie('tree').map((operand): Condition => ({ kind: 'not', operand })),
        fc
          .tuple(
            fc.constantFrom('and' as const, 'or' as const),
            fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
          )
          .map(([kind, operands]): Condition => ({ kind, operands })),
      ),
    }));
    fc.assert(
      fc.property(tree, (condition) => {
        for (const isSparse of [true, false]) {
          const result = parseCondition(write(condition, isSparse, 0), NAMES);
          expect(result.ok && meaning(result.condition)).toBe(meaning(condition));
        }
      }),
    );
  });
});

const BINDING = { or: 1, and: 2, not: 3 } as const;

function write(condition: Condition, isSparse: boolean, outer: number): string {
  if (condition.kind === 'selection') return condition.name;
  const own = BINDING[condition.kind];
  const text =
    condition.kind === 'not'
      ? `not ${write(condition.operand, isSparse, own)}`
      : condition.operands.map((part) => write(part, isSparse, own)).join(` ${condition.kind} `);
  return isSparse && own >= outer ? text : `(${text})`;
}

/** Truth table over a, b, c. */
function meaning(condition: Condition): string {
  const value = (node: Condition, row: number): boolean => {
    if (node.kind === 'selection') return (row & (1 << NAMES.indexOf(node.name))) !== 0;
    if (node.kind === 'not') return !value(node.operand, row);
    return node.kind === 'and'
      ? node.operands.every((part) => value(part, row))
      : node.operands.some((part) => value(part, row));
  };
  return [0, 1, 2, 3, 4, 5, 6, 7].map((row) => (value(condition, row) ? '1' : '0')).join('');
}
