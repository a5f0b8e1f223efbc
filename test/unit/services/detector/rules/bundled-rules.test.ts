/**
 * The bundled rules on their samples, and the samples on the rules: every value and every test of a
 * rule must matter to some sample.
 */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadRules } from '../../../../../services/detector/rules/load.ts';
import { compileRules } from '../../../../../services/detector/rules/engine/rule-set.ts';
import { matchAll } from '../match-all.ts';
import type { Rule } from '../../../../../services/detector/rules/model.ts';
import type {
  EventDocument,
  Expression,
  Predicate,
} from '../../../../../services/detector/rules/expression.ts';
import { documentOf, type RawEvent } from '../audit-document.ts';
import { bundledFiles, readLines } from '../bundled.ts';

interface Sample {
  readonly name: string;
  readonly matches: boolean;
  readonly event: RawEvent;
}

const SAMPLES = new URL('samples/', import.meta.url);
const files = bundledFiles();

function samplesOf(path: string): readonly Sample[] {
  return readLines<Sample>(new URL(path.replace('.yml', '.jsonl'), SAMPLES));
}

function verdicts(rule: Rule, documents: readonly EventDocument[]): string {
  const set = compileRules([rule]);
  return documents.map((document) => (matchAll(set, document).length > 0 ? '1' : '0')).join('');
}

/** The condition with one predicate made always or never true, or without one of its values. */
function* mutants(expression: Expression): Generator<readonly [name: string, mutant: Expression]> {
  if (expression.kind === 'and' || expression.kind === 'or') {
    for (const [index, part] of expression.operands.entries()) {
      for (const [name, mutant] of mutants(part)) {
        yield [name, { ...expression, operands: expression.operands.with(index, mutant) }];
      }
    }
  } else if (expression.kind === 'not') {
    for (const [name, mutant] of mutants(expression.operand)) {
      yield [name, { kind: 'not', operand: mutant }];
    }
  } else if (expression.kind === 'predicate') {
    yield [`${expression.text} always`, { kind: 'always' }];
    yield [`${expression.text} never`, { kind: 'never' }];
    yield* withoutValues(expression);
  }
}

function* withoutValues(
  predicate: Predicate,
): Generator<readonly [name: string, mutant: Expression]> {
  const { question } = predicate;
  if (question.kind !== 'some' || question.test.kind !== 'equals') return;
  const { test } = question;
  if (test.texts.length < 2) return;
  for (const [index, text] of test.texts.entries()) {
    const texts = test.texts.filter((_, i) => i !== index);
    const name = `${predicate.text} without ${text}`;
    yield [name, { ...predicate, question: { kind: 'some', test: { ...test, texts } } }];
  }
}

describe('the bundled rules', () => {
  const { problems, ruleSet } = loadRules(files);

  it('load without problems, each with all that a finding needs', () => {
    expect(problems).toEqual([]);
    expect(ruleSet.rules).toHaveLength(files.length);
    for (const rule of ruleSet.rules) {
      expect(rule.id).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(rule).toMatchObject({ author: 'podwitness', status: 'stable', ruleset: 'bundled' });
      expect(rule.description).toBeTruthy();
      expect(rule.references.length).toBeGreaterThan(0);
      expect(rule.tags.some((tag) => /^attack\.t\d{4}/.test(tag))).toBe(true);
    }
  });

  it('have samples, and the samples rules', () => {
    const named = files.map((file) => file.path.replace('.yml', '.jsonl'));
    expect(readdirSync(SAMPLES).sort()).toEqual(named.sort());
  });

  describe.each(ruleSet.rules.map((rule) => [rule.path, rule] as const))('%s', (path, rule) => {
    const samples = samplesOf(path);
    const documents = samples.map((sample) => documentOf(sample.event));

    it('has at least two samples that match and two that do not', () => {
      expect(samples.filter((sample) => sample.matches).length).toBeGreaterThanOrEqual(2);
      expect(samples.filter((sample) => !sample.matches).length).toBeGreaterThanOrEqual(2);
    });

    it.each(samples.map((sample) => [sample.name, sample] as const))('%s', (_, sample) => {
      const found = matchAll(ruleSet, documentOf(sample.event)).map(({ id }) => id);
      expect(found.includes(rule.id)).toBe(sample.matches);
    });

    const changed = [...mutants(rule.condition)].map(
      ([what, condition]) => [what, { ...rule, condition }] as const,
    );
    it.each(changed)('is told from itself with %s', (_, mutant) => {
      expect(verdicts(mutant, documents)).not.toBe(verdicts(rule, documents));
    });
  });
});
