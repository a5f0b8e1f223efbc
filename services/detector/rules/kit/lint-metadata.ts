/**
 * Owns: the check that a rule says what its finding's reader needs.
 */
import type { Rule } from '../model.ts';
import type { Remark } from './finding.ts';

/** What the rule's language has a place for. Levels are never missing: languages have a default. */
export function checkMetadata(rule: Rule): readonly Remark[] {
  const { description = '', falsePositives, language, ruleset, runbook = '', tags } = rule;
  return [
    ...(description.trim() === '' ? [missing('description', 'Say what it sees.')] : []),
    ...(tags.length === 0 ? [missing('tags', 'Name the technique: attack.t1609.')] : []),
    ...(falsePositives.length === 0 && language !== 'falco'
      ? [missing('false positives', 'Say what else looks like it.')]
      : []),
    ...(runbook === '' && ruleset === 'bundled'
      ? [missing('runbook', 'Say what to do about a finding.')]
      : []),
    ...tags.flatMap(checkTag),
  ];
}

function missing(what: string, remedy: string): Remark {
  return { severity: 'warning', check: 'metadata', reason: `the rule has no ${what}`, remedy };
}

/** Techniques, groups and software are numbers; tactics are words. */
function checkTag(tag: string): readonly Remark[] {
  const name = /^attack\.(.*)$/i.exec(tag)?.[1];
  if (
    name === undefined ||
    /^(?:t\d{4}(?:\.\d{3})?|[gs]\d{4}|[a-z]+(?:[-_][a-z]+)*)$/i.test(name)
  ) {
    return [];
  }
  const reason = `"${tag}" names no technique`;
  const remedy = 'Write it as attack.t1609 or attack.t1552.007.';
  return [{ severity: 'warning', check: 'metadata', reason, remedy }];
}
