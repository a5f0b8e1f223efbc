/** Falco's own cases of its rule loader, step by step. */
import { describe, expect, it } from 'vitest';
import { compileFalco } from '../../../../../../services/detector/rules/falco/load.ts';
import { printCondition } from '../../../../../../services/detector/rules/falco/print.ts';
import type { Problem, RuleFile } from '../../../../../../services/detector/rules/model.ts';
import { DEFAULT_OPTIONS } from '../../../../../../services/detector/rules/options.ts';
import { LOADER_CASES, type LoaderCase, skip } from './cases.ts';

/** Texts that the cases name by the constant that Falco has them in. */
const CONSTANTS: Readonly<Record<string, string>> = {
  $WARNING_NO_EVTTYPE: 'Rule matches too many evt.type values',
};

const isWarning = ({ kind }: Problem): boolean => kind === 'warning' || kind === 'not-applicable';

function wrongSteps({ steps, test }: LoaderCase): readonly unknown[] {
  const files: RuleFile[] = [];
  let loaded = compileFalco(files, DEFAULT_OPTIONS.falco);
  const told = (ofWarnings: boolean): readonly string[] =>
    loaded.problems
      .filter((problem) => isWarning(problem) === ofWarnings)
      .map(({ reason }) => reason);
  return steps.flatMap((step) => {
    const { equals, file, ok, op, present, rule, rules, status, text = '' } = step;
    if (op === 'load') {
      files.push({ path: file ?? 'rules.yaml', text: rules ?? '' });
      loaded = compileFalco(files, DEFAULT_OPTIONS.falco);
      return (told(false).length === 0) === ok ? [] : [{ test, op, errors: told(false) }];
    }
    if (op === 'compiled_condition') {
      const found = loaded.rules.find((one) => one.rule.title === rule);
      const printed = found && printCondition(found.condition);
      return printed === equals ? [] : [{ test, op, printed, equals }];
    }
    if (op === 'schema_validation') {
      const isOk = !told(true).some((reason) => reason.startsWith('Unknown key'));
      return (isOk ? 'validation_ok' : 'validation_failed') === status ? [] : [{ test, op }];
    }
    const reasons = told(op === 'warning_contains');
    const wanted = CONSTANTS[text] ?? text;
    const isThere = reasons.some((reason) => reason.includes(wanted));
    return isThere === present ? [] : [{ test, op, wanted, reasons }];
  });
}

describe("Falco's cases of its rule loader", () => {
  it('are there', (context) => {
    if (skip !== undefined) context.skip(skip);
    expect(LOADER_CASES.length).toBeGreaterThanOrEqual(69);
  });

  it('hold', () => {
    expect(LOADER_CASES.flatMap(wrongSteps)).toEqual([]);
  });
});
