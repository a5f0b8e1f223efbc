/**
 * Owns: rule files of all languages to the rules in use, and every reason why one is not.
 * Does not own: reading folders (the caller's), the languages (sigma/, falco/, elastic/).
 *
 * Falco's files build on each other (lists, macros, overrides), in the order in which they are given,
 * and Sigma's refer to each other (filters, correlations), so each language gets all of its files at once.
 */
import { compileRules, type RuleSet } from './engine/rule-set.ts';
import { loadElastic } from './elastic/load.ts';
import { loadFalco } from './falco/load.ts';
import type { Loaded, Problem, Rule, RuleFile } from './model.ts';
import { DEFAULT_OPTIONS, type RuleOptions } from './options.ts';
import { loadSigma } from './sigma/load.ts';

interface LoadedRules {
  readonly ruleSet: RuleSet;
  readonly problems: readonly Problem[];
}

/** A Falco file is a list of maps that each define one thing; a Sigma file is one map or several. */
const FALCO_ITEM =
  /^[ \t]*-\s*["']?(?:rule|macro|list|required_engine_version|required_plugin_versions)["']?\s*:/m;
const SIGMA_KEY = /^(?:title|detection|correlation|filter|action)\s*:/m;
const ELASTIC_FILE = /\.(?:toml|ndjson)$/;

/** Which language's loader reads the file; the ruleset that it was given for does not tell. */
export function formatOf(file: RuleFile): 'sigma' | 'falco' | 'elastic' {
  if (ELASTIC_FILE.test(file.path)) return 'elastic';
  return FALCO_ITEM.test(file.text) && !SIGMA_KEY.test(file.text) ? 'falco' : 'sigma';
}

/** Reads and checks the rules of all files, in their order. A rule with a problem is not among them. */
export function readRuleFiles(
  files: readonly RuleFile[],
  options: RuleOptions = DEFAULT_OPTIONS,
): Loaded {
  const of = (format: string) => files.filter((file) => formatOf(file) === format);
  const loaded = [
    loadSigma(of('sigma'), options),
    loadFalco(of('falco'), options),
    ...of('elastic').map(loadElastic),
  ];
  const problems: Problem[] = loaded.flatMap((part) => part.problems);
  const byId = new Map<string, Rule>();
  for (const rule of loaded.flatMap((part) => part.rules)) {
    const twin = byId.get(rule.id);
    if (twin === undefined) byId.set(rule.id, rule);
    else problems.push(twice(rule, twin));
  }
  return { rules: [...byId.values()], problems };
}

function twice({ at, id, path }: Rule, twin: Rule): Problem {
  const reason = `the id ${id} is already that of "${twin.title}" (${twin.path}:${twin.at.line})`;
  const remedy = 'Give the rule an id of its own.';
  return { kind: 'invalid', path, ...at, reason, remedy };
}

/** Whether that ends the program is the caller's to decide. */
export function loadRules(
  files: readonly RuleFile[],
  options: RuleOptions = DEFAULT_OPTIONS,
): LoadedRules {
  const { problems, rules } = readRuleFiles(files, options);
  return { ruleSet: compileRules(rules), problems };
}
