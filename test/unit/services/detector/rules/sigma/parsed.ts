/** Owns: for tests: the rules of a Sigma file as trees, with their filters, before anything is lowered. */
import type { Problem } from '../../../../../../services/detector/rules/model.ts';
import { filtersOf, indexOf } from '../../../../../../services/detector/rules/sigma/link.ts';
import type { SigmaRule } from '../../../../../../services/detector/rules/sigma/model.ts';
import { parseFile } from '../../../../../../services/detector/rules/sigma/parse.ts';
import type { Placeholders } from '../../../../../../services/detector/rules/sigma/placeholders.ts';

export function parseRules(
  text: string,
  placeholders: Placeholders = {},
): { readonly rules: readonly SigmaRule[]; readonly problems: readonly Problem[] } {
  const file = { path: 'rule.yml', text, ruleset: 'sigma' as const };
  const { documents, problems } = parseFile(file, placeholders);
  const { filters, problems: inVain } = filtersOf(documents, indexOf(documents));
  const rules = documents.flatMap((document) => {
    if (document.kind !== 'rule') return [];
    const added = filters.get(document.rule) ?? [];
    return [{ ...document.rule, filters: added.map(({ detection }) => detection) }];
  });
  return { rules, problems: [...problems, ...inVain] };
}
