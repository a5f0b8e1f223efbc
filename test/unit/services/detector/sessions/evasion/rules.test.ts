/**
 * The table of rules on sessions, how it is listed, and docs/sessions.md against the closed lists.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatList } from '../../../../../../services/cli/rules/list-table.ts';
import { formatSessionRule } from '../../../../../../services/cli/rules/session-rule.ts';
import { createRuleKit } from '../../../../../../services/detector/kit.ts';
import { inspectRules } from '../../../../../../services/detector/read-rules.ts';
import { LEVELS } from '../../../../../../services/detector/rules/model.ts';
import {
  SESSION_RULE_TABLE,
  sessionRule,
  stagedSessionRules,
} from '../../../../../../services/detector/sessions/evasion/rules.ts';
import { SESSION_KINDS } from '../../../../../../services/detector/sessions/facts/model.ts';
import {
  CONFIDENCES,
  COVERAGE,
  SESSION_RULES,
} from '../../../../../../services/detector/sessions/model.ts';
import { sessions } from '../../../../../../shared/config/sections/sessions.ts';

const DOCS = new URL('../../../../../../docs/sessions.md', import.meta.url);
const TECHNIQUE = /^attack\.(t\d{4}(?:\.\d{3})?)$/;

/** Rows below the heading of a table: the name in the first cell, and the rest. */
function table(heading: string): ReadonlyMap<string, string> {
  const text = readFileSync(DOCS, 'utf8');
  const start = text.indexOf(`\n| ${heading} |`);
  expect(start, heading).toBeGreaterThan(-1);
  const [body = ''] = text.slice(start + 1).split('\n\n', 1);
  const [, below = ''] = body.split(/^\|(?:---\|)+$/m);
  const rows = [...below.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)];
  return new Map(rows.map(([, name = '', row = '']) => [name, row]));
}

describe('docs/sessions.md', () => {
  it.each([
    ['`podwitness.session.kind`', SESSION_KINDS],
    ['`confidence`', CONFIDENCES],
    ['code', COVERAGE],
    ['`rule.id`', SESSION_RULES],
    ['key', Object.keys(sessions.shape).map((key) => `sessions.${key}`)],
  ])('has all of %s, and nothing else, in their order', (heading, names) => {
    expect([...table(heading).keys()]).toEqual(names);
  });

  it('has the level and the techniques of each rule', () => {
    const rows = table('`rule.id`');
    for (const { id, level, tags } of SESSION_RULE_TABLE) {
      const techniques = tags.flatMap((tag) => TECHNIQUE.exec(tag)?.[1]?.toUpperCase() ?? []);
      expect(rows.get(id)).toMatch(`${level} | ${techniques.join(', ')} | `);
    }
  });
});

describe('the rules on sessions', () => {
  it.each(SESSION_RULES)('%s has all that a finding needs', (id) => {
    const rule = sessionRule(id);
    expect(rule.title).toMatch(/^[A-Z]/);
    expect(rule.description.length).toBeGreaterThan(80);
    expect(rule.runbook.length).toBeGreaterThan(80);
    expect(rule.needs.length).toBeGreaterThan(1);
    expect(rule.falsePositives.length).toBeGreaterThan(0);
    expect(rule.references.length).toBeGreaterThan(0);
    expect(rule.tags.some((tag) => TECHNIQUE.test(tag))).toBe(true);
    for (const level of Object.values(rule.levelByCriticality)) {
      expect(LEVELS).toContain(level);
      expect(level).not.toBe(rule.level);
    }
    const texts = [rule.title, rule.description, rule.runbook, ...rule.needs];
    for (const text of texts) expect(text).not.toMatch(/ {2}|[^ -~’]/);
  });

  it('have titles of their own', async () => {
    const { detection } = await inspectRules({ bundled: true, paths: [] });
    const titles = [...detection.ruleSet.rules, ...SESSION_RULE_TABLE].map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('can be on trial, by id or title', () => {
    const named = ['session_outlived', 'Session Without Commands', 'no such rule'];
    expect([...stagedSessionRules(named)]).toEqual([
      'session_without_telemetry',
      'session_outlived',
    ]);
  });
});

describe('the rule kit', () => {
  async function open(staged: readonly string[] = []) {
    const { detection, problems } = await inspectRules({ bundled: true, paths: [], staged });
    return { kit: createRuleKit(detection), problems };
  }

  it('lists them as what they are', async () => {
    const { kit } = await open();
    const listed = kit.list().filter(({ rule }) => rule.language === 'session');
    expect(listed.map(({ rule }) => rule.id)).toEqual(SESSION_RULES);
    expect(new Set(listed.map(({ mode }) => mode))).toEqual(new Set(['active']));
    const text = formatList(listed, 'table');
    for (const id of SESSION_RULES) expect(text).toContain(id);
    const [line = ''] = formatList(listed, 'ndjson').split('\n');
    expect(JSON.parse(line)).toMatchObject({
      ...{ id: SESSION_RULES[0], language: 'session', ruleset: 'bundled', level: 'high' },
      ...{ mode: 'active', techniques: ['T1562.001', 'T1036'] },
    });
  });

  it('never lists the condition of another', async () => {
    const { kit } = await open();
    for (const { rule } of kit.list()) expect(rule).not.toHaveProperty('condition');
  });

  it('marks those on trial, and takes no name of theirs for a slip', async () => {
    const { kit, problems } = await open(['session_outlived', 'sesion_outlived']);
    const staged = kit.list().filter(({ mode }) => mode === 'test');
    expect(staged.map(({ rule }) => rule.id)).toEqual(['session_outlived']);
    expect(problems.map(({ reason }) => reason)).toEqual(['no rule is called "sesion_outlived"']);
  });

  it('finds them beside the others', async () => {
    const { kit } = await open();
    expect(kit.findAny('session_outlived').map(({ id }) => id)).toEqual(['session_outlived']);
    expect(kit.findAny('Interactive Shell In A Container')).toHaveLength(1);
    expect(kit.findAny('no such rule')).toEqual([]);
  });
});

describe('the explanation of a rule on sessions', () => {
  const rule = sessionRule('session_past_api_server');

  it('says all of it', () => {
    const text = formatSessionRule(rule, 'table').replace(/\s+/g, ' ');
    for (const part of [rule.title, rule.id, rule.description, rule.runbook, ...rule.needs]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('level high, critical where criticality is critical');
  });

  it('has no long lines', () => {
    for (const each of SESSION_RULE_TABLE) {
      const lines = formatSessionRule(each, 'table').split('\n');
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
    }
  });

  it('is one line of JSON elsewhere', () => {
    const [line = '', ...rest] = formatSessionRule(rule, 'ndjson').split('\n');
    expect(rest).toEqual(['']);
    expect(JSON.parse(line)).toMatchObject({ rule: { id: rule.id, language: 'session' } });
  });
});
