/**
 * The bundled rules on their samples, and the samples on the rules: every value and every test of a
 * rule must matter to some sample. Samples are records as senders send them, and go through the
 * normalizer.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadRules } from '../../../../../services/detector/rules/load.ts';
import {
  compileRules,
  evaluateRules,
} from '../../../../../services/detector/rules/engine/rule-set.ts';
import type { EventDocument } from '../../../../../services/detector/rules/expression.ts';
import type { Rule } from '../../../../../services/detector/rules/model.ts';
import { bundledFiles, BUNDLED_RULES, readLines } from '../bundled.ts';
import { type NormalizedEvent, normalized } from '../normalized.ts';
import { mutantsOf } from './mutants.ts';

interface Sample {
  readonly name: string;
  readonly expect: Verdict;
  /** As a sender sends it: an event of the audit log, a line of a node's recorder, an alert. */
  readonly event: unknown;
  /** What enrichment would add. */
  readonly local?: EventDocument;
}
type Verdict = 'match' | 'no match' | 'cannot tell';

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TACTIC = /^attack\.[a-z-]+$/;
const TECHNIQUE = /^attack\.t\d{4}(?:\.\d{3})?$/;
/** Parts of an event that a policy at the level Metadata leaves out, and what is made of them. */
const OF_BODIES =
  /^(?:requestObject|responseObject|podwitness\.(?:workload|rbac\.(?!granted_|refused_)|token\.(?!credential_)|exposure|csr|webhook|change))\b/;

const files = bundledFiles();
const { problems, ruleSet } = loadRules(files);

function samplesFile(path: string): URL {
  return new URL(path.replace('.yml', '.samples.jsonl'), BUNDLED_RULES);
}

function eventOf({ event, local, name }: Sample): NormalizedEvent {
  const [first, ...others] = normalized(JSON.stringify(event), 'test', local);
  if (first === undefined || others.length > 0) throw new Error(`${name}: not one event`);
  return first;
}

function verdicts(rule: Rule, events: readonly NormalizedEvent[]): readonly Verdict[] {
  const set = compileRules([rule]);
  return events.map(({ document, kind }) => {
    const { matched, undecided } = evaluateRules(set, kind, document);
    return matched.length > 0 ? 'match' : undecided.length > 0 ? 'cannot tell' : 'no match';
  });
}

describe('the bundled rules', () => {
  it('load without problems', () => {
    expect(problems).toEqual([]);
    expect(ruleSet.rules.map(({ path }) => path)).toEqual(files.map(({ path }) => path));
  });

  it('have each an id and a name of its own', () => {
    const { rules } = ruleSet;
    for (const of of [(rule: Rule) => rule.id, (rule: Rule) => rule.title]) {
      expect(new Set(rules.map(of)).size).toBe(rules.length);
    }
  });

  it('have samples, and the samples rules', () => {
    const found = readdirSync(BUNDLED_RULES).filter((name) => name.endsWith('.jsonl'));
    expect(found).toEqual(files.map(({ path }) => path.replace('.yml', '.samples.jsonl')));
  });

  it('are all in README.md, with their level, and nothing else is', () => {
    const text = readFileSync(new URL('README.md', BUNDLED_RULES), 'utf8');
    const listed = [...text.matchAll(/^\| `([a-z0-9_]+\.yml)` \| (\w+) \| \S.* \|$/gm)];
    const written = ruleSet.rules.map(({ level, path }) => `${path} ${level}`);
    expect(listed.map(([, path, level]) => `${path} ${level}`).sort()).toEqual(written.sort());
  });

  it('are all in docs/rules-bundled.md, with what they need and which technique they show', () => {
    const text = readFileSync(new URL('../../../docs/rules-bundled.md', BUNDLED_RULES), 'utf8');
    const rows = new Map(
      [...text.matchAll(/^\| `([a-z0-9_]+)` \| (.*) \|$/gm)].map(([, name = '', row = '']) => [
        `${name}.yml`,
        row,
      ]),
    );
    expect([...rows.keys()].sort()).toEqual(files.map(({ path }) => path).sort());
    for (const { auditLevel, level, path, tags } of ruleSet.rules) {
      const row = rows.get(path) ?? '';
      expect(row).toContain(`| ${level}`);
      if (auditLevel !== undefined) expect(row).toContain(`| ${auditLevel} |`);
      for (const tag of tags.filter((each) => TECHNIQUE.test(each))) {
        expect(row, path).toContain(tag.slice('attack.'.length).toUpperCase());
      }
    }
  });

  describe.each(ruleSet.rules.map((rule) => [rule.path, rule] as const))('%s', (path, rule) => {
    const file = samplesFile(path);
    const samples = existsSync(file) ? readLines<Sample>(file) : [];
    const count = (expected: Verdict) => samples.filter((s) => s.expect === expected).length;
    let events: readonly NormalizedEvent[] = [];
    beforeAll(() => {
      events = samples.map(eventOf);
    });

    it('has all that a finding needs', () => {
      expect(rule.id).toMatch(ID);
      expect(rule).toMatchObject({ author: 'podwitness', status: 'stable', ruleset: 'bundled' });
      expect(rule.description?.length).toBeGreaterThan(80);
      expect(rule.runbook?.length).toBeGreaterThan(200);
      expect(rule.references.every((link) => link.startsWith('https://'))).toBe(true);
      expect(rule.references.length).toBeGreaterThan(0);
      expect(rule.falsePositives.length).toBeGreaterThan(0);
      expect(rule.tags.some((tag) => TACTIC.test(tag))).toBe(true);
      expect(rule.tags.some((tag) => TECHNIQUE.test(tag))).toBe(true);
      if (rule.kinds.includes('audit')) expect(rule.auditLevel).toBeDefined();
    });

    it('says that it needs bodies if, and only if, it asks for them', () => {
      const source = files.find((each) => each.path === path)?.text ?? '';
      const [, detection = ''] = source.split(/^detection:$/m);
      const fields = [...detection.matchAll(/^ +(?:- )?'?([a-zA-Z_.]+)[|:']/gm)];
      const asks = fields.some(([, name = '']) => OF_BODIES.test(name));
      if (asks) expect(rule.auditLevel).not.toBe('Metadata');
      if (asks && rule.auditLevel !== undefined) expect(count('cannot tell')).toBeGreaterThan(0);
    });

    it('has two samples that match and two that do not, at least', () => {
      expect(count('match')).toBeGreaterThanOrEqual(2);
      expect(count('no match')).toBeGreaterThanOrEqual(2);
      expect(new Set(samples.map(({ name }) => name)).size).toBe(samples.length);
    });

    it('says of each sample what it is to say', () => {
      const said = verdicts(rule, events).map((verdict, i) => `${samples[i]?.name}: ${verdict}`);
      expect(said).toEqual(samples.map(({ expect: verdict, name }) => `${name}: ${verdict}`));
    });

    it('is told by its samples from itself with any one change', () => {
      const own = verdicts(rule, events).join();
      const survivors = [...mutantsOf(rule.condition)]
        .filter(([, condition]) => verdicts({ ...rule, condition }, events).join() === own)
        .map(([name]) => name);
      expect(survivors).toEqual([]);
    });
  });
});
