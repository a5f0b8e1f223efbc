/**
 * The bundled rules on their samples, and the samples on the rules: every value and every test of a
 * rule must matter to some sample.
 */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadRules } from '../../../../../services/detector/rules/load.ts';
import { compileRules, matchAll } from '../../../../../services/detector/rules/match.ts';
import type { Rule, Selection } from '../../../../../services/detector/rules/model.ts';
import type { EventDocument } from '../../../../../services/detector/rules/view.ts';
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

const ALWAYS: Selection = { kind: 'all', of: [] };
const NEVER: Selection = { kind: 'any', of: [] };

/** The selection with one test made always or never true, or without one of its values. */
function* mutants(selection: Selection): Generator<readonly [name: string, mutant: Selection]> {
  if ('of' in selection) {
    for (const [index, part] of selection.of.entries()) {
      for (const [name, mutant] of mutants(part)) {
        yield [name, { ...selection, of: selection.of.with(index, mutant) }];
      }
    }
    return;
  }
  const name = 'field' in selection ? selection.field : 'keywords';
  yield [`${name} always`, ALWAYS];
  yield [`${name} never`, NEVER];
  if (selection.kind !== 'equals' || selection.values.length < 2) return;
  for (const index of selection.values.keys()) {
    const values = selection.values.filter((_, i) => i !== index);
    yield [`${name} without value ${index + 1}`, { ...selection, values }];
  }
}

describe('the bundled rules', () => {
  const { problems, ruleSet } = loadRules(files);

  it('load without problems, each with all that a finding needs', () => {
    expect(problems).toEqual([]);
    expect(ruleSet.rules).toHaveLength(files.length);
    expect(ruleSet.always).toEqual([]);
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

    const changed = Object.entries(rule.selections).flatMap(([name, selection]) =>
      [...mutants(selection)].map(([what, mutant]) => {
        const selections = { ...rule.selections, [name]: mutant };
        return [`${name}: ${what}`, { ...rule, selections }] as const;
      }),
    );
    it.each(changed)('is told from itself with %s', (_, mutant) => {
      expect(verdicts(mutant, documents)).not.toBe(verdicts(rule, documents));
    });
  });
});
