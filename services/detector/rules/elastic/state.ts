/**
 * Owns: what rules need that look at more than one event, in words.
 * Does not own: sequences and samples (eql/compile.ts), ES|QL (esql/).
 */
import { isObject, objectsOf, type RawObject, textOf, textsOf, memberOf } from './raw-rule.ts';

/** "a new value of user.name, source.ip in 10d". */
export function newTermsInWords(values: RawObject): string | undefined {
  const fields = textsOf(memberOf(values, 'new_terms_fields'));
  const window = textOf(memberOf(values, 'history_window_start'));
  if (fields.length === 0 || window === undefined) return undefined;
  return `a new value of ${fields.join(', ')} in ${window.replace(/^now-/, '')}`;
}

/** "5 or more events by source.ip with 3 or more values of user.name". */
export function thresholdInWords(values: RawObject): string | undefined {
  const threshold = memberOf(values, 'threshold');
  if (!isObject(threshold)) return undefined;
  const count = memberOf(threshold, 'value');
  if (typeof count !== 'number') return undefined;
  const fields = textsOf(memberOf(threshold, 'field'));
  const distinct = objectsOf(memberOf(threshold, 'cardinality')).flatMap((entry) => {
    const field = textOf(memberOf(entry, 'field'));
    const value = memberOf(entry, 'value');
    return field === undefined ? [] : [`${String(value)} or more values of ${field}`];
  });
  return [
    `${count} or more events`,
    ...(fields.length === 0 ? [] : [`by ${fields.join(', ')}`]),
    ...(distinct.length === 0 ? [] : [`with ${distinct.join(' and ')}`]),
    ...periodOf(values),
  ].join(' ');
}

/** How far back the rule looks each time. */
function periodOf(values: RawObject): readonly string[] {
  const from = /^now-(\d+(?:ms|[smhdw]))$/.exec(textOf(memberOf(values, 'from')) ?? '')?.[1];
  return from === undefined ? [] : [`in ${from}`];
}

/** "a list of indicators in logs-ti_* to match with". */
export function indicatorsInWords(values: RawObject): string {
  const indices = textsOf(memberOf(values, 'threat_index'));
  return `a list of indicators${indices.length === 0 ? '' : ` in ${indices.join(', ')}`} to match with`;
}
