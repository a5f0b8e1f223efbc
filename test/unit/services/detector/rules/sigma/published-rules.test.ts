/** Rules and cases of others, where they lie beside the repository. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadRules } from '../../../../../../services/detector/rules/load.ts';
import { compileRules } from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { matchAll } from '../../match-all.ts';
import { lowerRule } from '../../../../../../services/detector/rules/sigma/lower.ts';
import type { EventDocument } from '../../../../../../services/detector/rules/expression.ts';
import { documentOf } from '../../audit-document.ts';
import { dataFolder, readLines, ruleFiles } from '../../bundled.ts';
import { parseRules } from './parsed.ts';

interface Case {
  readonly rule_id: string;
  readonly rule_yaml?: string;
  readonly rule_file?: string;
  readonly event: EventDocument;
  readonly placeholders?: Readonly<Record<string, readonly string[]>> | null;
  readonly expected: boolean;
}

const { url, skip } = dataFolder('sigma');

describe('the published Kubernetes audit rules', () => {
  const audit = new URL('rules/application/kubernetes/audit/', url);

  it('load unmodified', ({ skip: skipTest }) => {
    if (skip !== undefined) skipTest(skip);
    const { problems, ruleSet } = loadRules(ruleFiles(audit));
    expect(problems).toEqual([]);
    expect(ruleSet.rules).toHaveLength(16);
  });

  it('match what they are about, also under names that no audit event has', ({
    skip: skipTest,
  }) => {
    if (skip !== undefined) skipTest(skip);
    const { ruleSet } = loadRules(ruleFiles(audit));
    const titles = (event: Parameters<typeof documentOf>[0]) =>
      matchAll(ruleSet, documentOf(event)).map(({ title }) => title);
    expect(
      titles({
        verb: 'create',
        objectRef: { resource: 'selfsubjectrulesreviews', apiGroup: 'authorization.k8s.io' },
      }),
    ).toEqual(['RBAC Permission Enumeration Attempt']);
    expect(
      titles({
        verb: 'create',
        objectRef: { resource: 'pods', namespace: 'payments' },
        requestObject: {
          spec: {
            volumes: [{ name: 'a' }, { hostPath: { path: '/' } }],
            containers: [{ securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }],
          },
        },
      }).sort(),
    ).toEqual(['Container With A hostPath Mount Created', 'Privileged Container Deployed']);
    expect(titles({ verb: 'get', responseStatus: { code: 403 } })).toEqual([
      'Kubernetes Unauthorized or Unauthenticated Access',
    ]);
  });
});

describe('cases of other engines', () => {
  const engines = new URL('engines/', url);
  const files = skip === undefined ? readdirSync(engines) : [];
  const caseFiles = files.filter((name) => name.endsWith('.jsonl'));

  it('are there', ({ skip: skipTest }) => {
    if (skip !== undefined) skipTest(skip);
    expect(caseFiles).not.toEqual([]);
  });

  it.each(caseFiles)('%s: all agree', (name) => {
    const cases = readLines<Case>(new URL(name, engines));
    expect(cases.length).toBeGreaterThan(0);
    for (const one of cases) {
      const text = one.rule_yaml ?? readFileSync(new URL(one.rule_file ?? '', engines), 'utf8');
      const { problems, rules } = parseRules(text, one.placeholders ?? {});
      expect([one.rule_id, problems.filter(({ kind }) => kind !== 'warning')]).toEqual([
        one.rule_id,
        [],
      ]);
      const set = compileRules(rules.map((rule) => ({ ...lowerRule(rule), kinds: ['audit'] })));
      const found = matchAll(set, one.event).length > 0;
      expect([one.rule_id, one.event, found]).toEqual([one.rule_id, one.event, one.expected]);
    }
  });
});
