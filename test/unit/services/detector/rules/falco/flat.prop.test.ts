/** Random conditions on random fields: the engine and the naive walk say the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileRules,
  evaluateRules,
} from '../../../../../../services/detector/rules/engine/rule-set.ts';
import type { Condition } from '../../../../../../services/detector/rules/falco/ast.ts';
import { compileGlob } from '../../../../../../services/detector/rules/falco/glob.ts';
import type { ResolveField } from '../../../../../../services/detector/rules/falco/fields/field.ts';
import { lowerCondition } from '../../../../../../services/detector/rules/falco/lower.ts';
import { createMacros } from '../../../../../../services/detector/rules/falco/macros.ts';
import { parseFilter } from '../../../../../../services/detector/rules/falco/parse.ts';
import { printCondition } from '../../../../../../services/detector/rules/falco/print.ts';
import { conditions } from './conditions.ts';
import { naiveCondition, naiveGlob } from './naive.ts';
import { auditRule } from './rule.ts';

/** `l.` lists, `s.` texts; `s.id` needs an auditID, which is there or not. */
const TEXTS = ['s.a', 's.b', 's.id'];
const LISTS = ['l.a', 'l.b'];
const WORDS = ['a', 'A', 'ab', 'b/a', '/a/b', '', '200', 'YWI=', 'a b', 'ä'];

const resolve: ResolveField = ({ name }) => ({
  ok: true,
  field: {
    field: { kind: 'path', paths: [['fields', name]] },
    ...{ isList: name.startsWith('l.'), type: 'text', needsAuditId: name === 's.id' },
  },
});

const resolveMacros = createMacros(new Map(), () => undefined);

const word = fc.constantFrom(...WORDS);
const event = fc.record({
  hasId: fc.boolean(),
  fields: fc.record(
    {
      ...{ 's.a': word, 's.b': word, 's.id': word },
      ...{ 'l.a': fc.array(word, { maxLength: 3 }), 'l.b': fc.array(word, { maxLength: 3 }) },
    },
    { requiredKeys: [] },
  ),
});
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function readOf({ fields, hasId }: Event) {
  return (name: string) => {
    const value = (fields as Readonly<Record<string, string | readonly string[] | undefined>>)[
      name
    ];
    const isAbsent = value === undefined || (name === 's.id' && !hasId);
    const texts = isAbsent ? undefined : typeof value === 'string' ? [value] : value;
    return { texts, isList: name.startsWith('l.'), isNumber: false };
  };
}

function compare(condition: Condition, events: readonly Event[]): void {
  const resolved = resolveMacros(condition, 0);
  const lowered = lowerCondition(resolved, { resolve, meaning: 'falco' });
  const set = compileRules([auditRule(lowered)]);
  for (const one of events) {
    const audit = one.hasId ? { auditID: 'x' } : {};
    const document = { fields: one.fields, kubernetes: { audit } };
    const matched = evaluateRules(set, 'audit', document).matched.length === 1;
    if (matched === naiveCondition(resolved, readOf(one))) continue;
    throw new Error(`${String(matched)} of ${JSON.stringify(one)}`);
  }
}

describe('conditions', () => {
  it('mean what the naive walk says', () => {
    const many = fc.tuple(conditions(TEXTS, LISTS, WORDS), fc.array(event, { minLength: 12 }));
    fc.assert(
      fc.property(many, ([text, events]) => {
        const parsed = parseFilter(text);
        if (!parsed.ok) throw new Error(`${parsed.problem.reason}: ${text}`);
        compare(parsed.value, events);
      }),
      { numRuns: 500 },
    );
  });

  it('are the same when they are printed and read again', () => {
    fc.assert(
      fc.property(
        conditions(TEXTS, LISTS, ['a', '', 'b/a', 'a b', `a"b`, "it's", 'c:\\d']),
        (text) => {
          // Falco leaves parentheses in texts without quotes.
          fc.pre(!text.includes('(a|b)'));
          const parsed = parseFilter(text);
          if (!parsed.ok) throw new Error(`${parsed.problem.reason}: ${text}`);
          // Two that follow each other cancel out when they are read, but not in parentheses.
          const printed = printCondition(parsed.value).replaceAll('not not ', '');
          const again = parseFilter(printed);
          expect(again.ok && printCondition(again.value)).toBe(printed);
        },
      ),
    );
  });

  it('match globs as trying everything does', () => {
    const glob = fc.array(fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]', '[a-c]', '[', '\\*'));
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '*', '[', '/'), { maxLength: 8 });
    fc.assert(
      fc.property(glob, text, (parts, letters) => {
        const source = parts.slice(0, 6).join('');
        const expected = naiveGlob([...source], letters);
        expect(compileGlob(source, true)(letters.join(''))).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
