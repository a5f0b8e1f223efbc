/** Rules and cases of others, where they lie beside the repository. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadRules } from '../../../../../../services/detector/rules/load.ts';
import { compileRules } from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { matchAll } from '../../match-all.ts';
import { lowerRule } from '../../../../../../services/detector/rules/sigma/lower.ts';
import { parseRules } from '../../../../../../services/detector/rules/sigma/parse.ts';
import type { EventDocument } from '../../../../../../services/detector/rules/expression.ts';
import { documentOf } from '../../audit-document.ts';
import { dataFolder, readLines, ruleFiles } from '../../bundled.ts';

interface Case {
  readonly rule_id: string;
  readonly rule_yaml?: string;
  readonly rule_file?: string;
  readonly event: EventDocument;
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
  it('agree, or need a modifier that is reported', ({ skip: skipTest }) => {
    if (skip !== undefined) skipTest(skip);
    const engines = new URL('engines/', url);
    const outcome = { agree: 0, unsupported: 0 };
    for (const one of readLines<Case>(new URL('cases.jsonl', engines))) {
      const text = one.rule_yaml ?? readFileSync(new URL(one.rule_file ?? '', engines), 'utf8');
      const { problems, rules } = parseRules({ path: one.rule_id, text, ruleset: 'sigma' });
      if (problems.length > 0) {
        expect(problems.map(({ reason }) => reason).join()).toMatch(/modifier "(windash|expand)"/);
        outcome.unsupported += 1;
      } else {
        const found =
          matchAll(
            compileRules(rules.map(lowerRule).map((rule) => ({ ...rule, kinds: ['audit'] }))),
            one.event,
          ).length > 0;
        expect([one.rule_id, one.event, found]).toEqual([one.rule_id, one.event, one.expected]);
        outcome.agree += 1;
      }
    }
    expect(outcome).toEqual({ agree: 39, unsupported: 9 });
  });
});
