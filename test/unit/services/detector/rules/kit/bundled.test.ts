/**
 * The bundled rules: lint finds nothing wrong with them.
 */
import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../../../../../../services/detector/rules/kit/catalogue.ts';
import { lintRules } from '../../../../../../services/detector/rules/kit/lint.ts';
import { loadRules } from '../../../../../../services/detector/rules/load.ts';
import { bundledRuleFiles, FIELDS } from './rules.ts';

describe('the bundled rules', () => {
  it('have no error', () => {
    const { problems, ruleSet } = loadRules(bundledRuleFiles());
    const findings = lintRules(ruleSet, problems, createCatalogue(FIELDS));
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors).toEqual([]);
    expect(ruleSet.rules.length).toBeGreaterThan(5);
  });
});
