import { describe, expect, it } from 'vitest';
import { compileRules } from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { matchAll } from '../../match-all.ts';
import { lowerRule } from '../../../../../../services/detector/rules/sigma/lower.ts';
import { parseRules } from './parsed.ts';
import type { EventDocument } from '../../../../../../services/detector/rules/expression.ts';
import type { Rule } from '../../../../../../services/detector/rules/model.ts';

function forAudit(rule: Rule): Rule {
  return { ...rule, kinds: ['audit'] };
}

/** Whether a selection, as YAML in flow style, matches a document of another product. */
function matches(selection: string, document: EventDocument, condition = 's'): boolean {
  const text = `title: T\nlogsource: {product: test}\ndetection:\n  s: ${selection}\n  t: {z: z}\n  condition: ${condition}\n`;
  const { problems, rules } = parseRules(text);
  expect(problems).toEqual([]);
  return matchAll(compileRules(rules.map(lowerRule).map(forAudit)), document).length === 1;
}

describe('values', () => {
  it.each<[string, EventDocument, boolean]>([
    // All values are texts without case.
    ['{a: ADMIN}', { a: 'admin' }, true],
    ['{a: admin}', { a: 'Administrator' }, false],
    ['{a: 401}', { a: 401 }, true],
    ['{a: 401}', { a: '401' }, true],
    ["{a: '401'}", { a: 401 }, true],
    ['{a: 401}', { a: 4010 }, false],
    ['{a: 12345678901234567890}', { a: '12345678901234567890' }, true],
    ['{a: true}', { a: true }, true],
    ['{a: true}', { a: 'TRUE' }, true],
    ["{a: 'false'}", { a: false }, true],
    ['{a: true}', { a: false }, false],
    ['{a: true}', { a: 1 }, false],
    ['{a: yes}', { a: 'yes' }, true],
    // Lists are or, maps are and, lists of maps are or.
    ['{a: [x, y]}', { a: 'y' }, true],
    ['{a: [x, y]}', { a: 'z' }, false],
    ['{a: x, b: y}', { a: 'x', b: 'y' }, true],
    ['{a: x, b: y}', { a: 'x' }, false],
    ['[{a: x}, {b: y}]', { b: 'y' }, true],
    ['[{a: x, b: z}, {b: y}]', { a: 'x' }, false],
    // Absent, null, empty.
    ['{a: null}', {}, true],
    ['{a: null}', { a: null }, true],
    ['{a: null}', { a: [] }, true],
    ['{a: null}', { a: '' }, false],
    ['{a: null}', { a: 0 }, false],
    ["{a: ''}", { a: '' }, true],
    ["{a: ''}", {}, false],
    ["{a: ''}", { a: null }, false],
    ["{a: 'null'}", { a: null }, false],
    ["{a: '*'}", { a: '' }, true],
    ["{a: '*'}", { a: { b: 1 } }, true],
    ["{a: '*'}", { a: null }, false],
    ["{a: '*'}", {}, false],
    ['{a|exists: true}', { a: null }, true],
    ['{a|exists: true}', { a: [] }, true],
    ['{a|exists: true}', {}, false],
    ['{a|exists: false}', {}, true],
    ['{a.b|exists: false}', { a: [] }, true],
    ['{a.b|exists: true}', { a: [{ c: 1 }, { b: 1 }] }, true],
    // Parts.
    ['{a|contains: MID}', { a: 'amidst' }, true],
    ['{a|startswith: 4}', { a: 404 }, true],
    ['{a|startswith: id}', { a: 'amid' }, false],
    ['{a|endswith: id}', { a: 'amid' }, true],
    ["{a|contains: 'a*c'}", { a: 'xxabcxx' }, true],
    ["{a|contains: 'a\\*c'}", { a: 'xxabcxx' }, false],
    ['{a|contains|all: [x, y]}', { a: 'ayxb' }, true],
    ['{a|contains|all: [x, y]}', { a: 'ayb' }, false],
    ['{a|contains|cased: Mid}', { a: 'amid' }, false],
    ['{a|cased: [Mid, low]}', { a: 'Mid' }, true],
    ['{a|cased: Mid}', { a: 'mid' }, false],
    // Numbers.
    ['{a|lt: 400}', { a: 399 }, true],
    ['{a|lt: 400}', { a: 400 }, false],
    ['{a|lte: 400}', { a: '400' }, true],
    ['{a|gt: 1.5}', { a: 1.6 }, true],
    ['{a|gte: -1}', { a: -1 }, true],
    ['{a|gte: 0}', { a: '' }, false],
    ['{a|gte: 0}', { a: 'many' }, false],
    ['{a|gte: 0}', { a: true }, false],
    ['{a|gte: 0}', { a: null }, false],
    ['{a|gte: 0}', {}, false],
    ['{a|gt: [10, 20]}', { a: 15 }, true],
    ['{a|gt|all: [10, 20]}', { a: 15 }, false],
    // Addresses.
    ['{a|cidr: 10.0.0.0/8}', { a: ['192.0.2.1', '10.1.1.1'] }, true],
    ["{a|cidr: ['10.0.0.0/8', 'fd00::/8']}", { a: 'fd01::1' }, true],
    ['{a|cidr: 10.0.0.0/8}', { a: 10 }, false],
    // Not equal: what the test without it is not.
    ['{a|neq: x}', { a: 'y' }, true],
    ['{a|neq: x}', { a: 'X' }, false],
    ['{a|neq: x}', {}, true],
    ['{a|neq: [x, y]}', { a: 'y' }, false],
    ['{a|neq: null}', { a: 'x' }, true],
    ['{a|neq: null}', {}, false],
    ['{a|contains|neq: x}', { a: 'axb' }, false],
    ['{a|lt|neq: 5}', { a: 7 }, true],
    // Arrays: any element; objects in them are walked.
    ['{a: y}', { a: ['x', 'y'] }, true],
    ['{a: y}', { a: [['x'], [['y']]] }, true],
    ['{a.b: y}', { a: [{ b: 'x' }, { b: ['z', 'y'] }] }, true],
    ['{a.b.c: y}', { a: [{ b: [{ c: 'x' }] }, 1, null, { b: { c: 'y' } }] }, true],
    ['{a|all: [x, y]}', { a: ['x', 'y', 'z'] }, true],
    ['{a|all: [x, y]}', { a: ['x', 'z'] }, false],
    ['{a|neq: x}', { a: ['x', 'y'] }, false],
    ['{a.b: y}', { a: 'y' }, false],
    // Own keys only.
    ['{constructor|exists: true}', {}, false],
    ['{a.__proto__.b|exists: true}', { a: {} }, false],
    ['{a.length: 1}', { a: 'x' }, false],
    // Keywords.
    ['[shadow]', { a: { b: ['cat /etc/SHADOW'] } }, true],
    ['[shadow]', { shadow: 'key' }, false],
    ['[8080]', { a: 8080 }, true],
    ["{'|all': [x, y]}", { a: 'x', b: { c: 'y' } }, true],
    ["{'|all': [x, y]}", { a: 'x' }, false],
    ["{'|cased': X}", { a: 'x' }, false],
    ['[x, {a: y}]', { a: 'y' }, true],
    ['[x, {a: y}]', { b: 'ax' }, true],
    ['[x, {a: y}]', { b: 'y' }, false],
    ['word', { a: 'a Word' }, true],
  ])('%s on %j is %j', (selection, document, expected) => {
    expect(matches(selection, document)).toBe(expected);
  });

  it('takes several conditions as one or the other', () => {
    expect(matches('{a: x}', { z: 'z' }, '[s, t]')).toBe(true);
    expect(matches('{a: x}', { a: 'x' }, '[s, t]')).toBe(true);
    expect(matches('{a: x}', {}, '[s, t]')).toBe(false);
  });

  it('reads deep documents without recursion', () => {
    let deep: unknown = 'needle';
    for (let i = 0; i < 50_000; i++) deep = [deep];
    expect(matches('{a: needle}', { a: deep })).toBe(true);
    for (let i = 0; i < 50_000; i++) deep = { b: deep };
    expect(matches('[needle]', { a: deep })).toBe(true);
  });
});
