/**
 * Owns: what a Sigma rule says to podwitness alone, under the key `podwitness`; other tools pass over it.
 * Does not own: Sigma's own keys (parse.ts).
 */
import { nearestName } from '../../../../shared/domain/nearest.ts';
import { AUDIT_LEVELS, LEVELS, type Level, type Rule } from '../model.ts';
import type { Entry, Source } from '../source.ts';
import { readChoice, readText } from './texts.ts';

type Own = Pick<Rule, 'auditLevel' | 'levelByCriticality' | 'runbook'>;

const OWN_KEYS = ['audit_level', 'levels', 'runbook'];
/** As the inventory has them. */
const CRITICALITIES = ['low', 'medium', 'high', 'critical'];

/** Whatever is there that this engine does not know is a problem: the key is ours alone. */
export function readOwn(source: Source, entry: Entry | undefined): Own {
  if (entry === undefined) return {};
  const entries = source.entries(entry.value, '"podwitness"') ?? [];
  for (const { key, keyAt } of entries) {
    if (!OWN_KEYS.includes(key)) reportUnknown(source, keyAt, key, OWN_KEYS);
  }
  const values = new Map(entries.map((part) => [part.key, part]));
  const auditLevel = readChoice(source, values.get('audit_level'), AUDIT_LEVELS, 'an audit policy');
  const runbook = readText(source, values.get('runbook'))?.trim();
  const levels = readLevels(source, values.get('levels'));
  return {
    ...(auditLevel === undefined ? {} : { auditLevel }),
    ...(levels === undefined ? {} : { levelByCriticality: levels }),
    ...(runbook === undefined ? {} : { runbook }),
  };
}

function readLevels(
  source: Source,
  entry: Entry | undefined,
): Readonly<Record<string, Level>> | undefined {
  if (entry === undefined) return undefined;
  const levels: [string, Level][] = [];
  for (const part of source.entries(entry.value, '"levels"') ?? []) {
    const level = readChoice(source, part, LEVELS);
    if (!CRITICALITIES.includes(part.key)) {
      reportUnknown(source, part.keyAt, part.key, CRITICALITIES);
    } else if (level !== undefined) levels.push([part.key, level]);
  }
  return Object.fromEntries(levels);
}

function reportUnknown(
  source: Source,
  at: Entry['keyAt'],
  key: string,
  known: readonly string[],
): void {
  const guess = nearestName(key, known);
  const remedy = guess === undefined ? `Use: ${known.join(', ')}.` : `Did you mean "${guess}"?`;
  source.report(at, 'invalid', `"podwitness" has no key "${key}" here`, remedy);
}
