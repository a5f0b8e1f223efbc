/**
 * Owns: a raw rule to a rule, and every reason why it is not one.
 * Does not own: its condition (condition.ts), which records it is for (datasets.ts).
 */
import { type EventKind, LEVELS, type Loaded, type Problem, type Rule } from '../model.ts';
import { type Asked, conditionOf } from './condition.ts';
import { kindsOf, sourcesOf } from './datasets.ts';
import { objectsOf, type RawRule, textOf, textsOf, memberOf } from './raw-rule.ts';
import { attackTags } from './threat.ts';

/** Where neither index patterns nor a data view are told: Kibana asks in all of them. */
const DEFAULT_PATTERNS = ['logs-*'];

export function toRule(raw: RawRule): Loaded {
  const missing = ['rule_id', 'name', 'severity'].find((key) => textIn(raw, key) === undefined);
  if (missing !== undefined) {
    const reason = `the rule has no ${missing}`;
    return refused(raw, missing, { kind: 'invalid', reason, remedy: `Write ${missing}.` });
  }
  const kinds = kindsOf(patternsOf(raw));
  if (kinds.length === 0) {
    const reason = `the rule is for other events (${patternsOf(raw).join(', ')})`;
    const remedy = 'Leave it out; rules for logs-kubernetes.audit_logs-* are used.';
    return refused(raw, 'index', { kind: 'not-applicable', reason, remedy });
  }
  const result = conditionOf(raw);
  if (!result.ok) return { rules: [], problems: [{ path: raw.path, ...result.problem }] };
  const level = LEVELS.find((one) => one === textIn(raw, 'severity'));
  if (level === undefined) {
    const reason = `"${textIn(raw, 'severity')}" is no severity`;
    const remedy = `Write one of: ${LEVELS.slice(1).join(', ')}.`;
    return refused(raw, 'severity', { kind: 'invalid', reason, remedy });
  }
  return { rules: [ruleOf(raw, kinds, level, result.asked)], problems: warnings(raw) };
}

function ruleOf(
  raw: RawRule,
  kinds: readonly EventKind[],
  level: Rule['level'],
  asked: Asked,
): Rule {
  const { at, isDisabled, path, status, values } = raw;
  const author = textsOf(memberOf(values, 'author')).join(', ');
  const description = textIn(raw, 'description');
  const runbook = textIn(raw, 'note');
  return {
    id: textIn(raw, 'rule_id') ?? '',
    title: textIn(raw, 'name') ?? '',
    ...{ ruleset: 'elastic', path, at, level, kinds },
    ...asked,
    references: textsOf(memberOf(values, 'references')),
    falsePositives: textsOf(memberOf(values, 'false_positives')),
    tags: attackTags(memberOf(values, 'threat')),
    ...(description !== undefined && { description }),
    ...(author !== '' && { author }),
    ...(runbook !== undefined && { runbook }),
    ...(status !== undefined && { status }),
    ...(isDisabled && { isDisabled }),
  };
}

function textIn({ values }: RawRule, key: string): string | undefined {
  return textOf(memberOf(values, key));
}

function patternsOf(raw: RawRule): readonly string[] {
  const { values } = raw;
  const query = textIn(raw, 'query') ?? '';
  if (textIn(raw, 'type') === 'esql') return sourcesOf(query);
  const patterns = textsOf(memberOf(values, 'index'));
  return patterns.length > 0 ? patterns : DEFAULT_PATTERNS;
}

/** What the rule asks for beside its condition, and does not get. */
function warnings(raw: RawRule): readonly Problem[] {
  const lists = objectsOf(memberOf(raw.values, 'exceptions_list'));
  if (lists.length === 0) return [];
  const reason = `the rule has ${lists.length} lists of exceptions, which are not applied`;
  const remedy = 'Write them as exceptions of podwitness (docs/rules-elastic.md).';
  return [{ kind: 'warning', path: raw.path, ...raw.placeOf('exceptions_list'), reason, remedy }];
}

function refused(
  raw: RawRule,
  key: string,
  what: Pick<Problem, 'kind' | 'reason' | 'remedy'>,
): Loaded {
  return { rules: [], problems: [{ path: raw.path, ...raw.placeOf(key), ...what }] };
}
