/**
 * Owns: a rule file as Elastic's repository has it (TOML: metadata, rule) to a raw rule.
 */
import { parse, TomlError } from 'smol-toml';
import type { RuleFile } from '../model.ts';
import type { Position } from '../position.ts';
import {
  isObject,
  objectsOf,
  placeWithin,
  type RawFile,
  type RawObject,
  type RawRule,
  textOf,
  memberOf,
} from './raw-rule.ts';
import { keyPlaces } from './toml-places.ts';

const START: Position = { line: 1, column: 1 };

export function readToml(file: RuleFile): RawFile {
  const read = parsed(file.text);
  if (!read.ok) return fault(file, read.at, read.reason, 'Mend the TOML here.');
  const rule = memberOf(read.document, 'rule');
  if (!isObject(rule))
    return fault(file, START, 'the file has no [rule]', 'Write the rule in a table [rule].');
  return { rules: [rawRule(file, rule, memberOf(read.document, 'metadata'))], problems: [] };
}

function fault({ path }: RuleFile, at: Position, reason: string, remedy: string): RawFile {
  return { rules: [], problems: [{ kind: 'invalid', path, ...at, reason, remedy }] };
}

type Parsed =
  | { readonly ok: true; readonly document: RawObject }
  | { readonly ok: false; readonly at: Position; readonly reason: string };

function parsed(text: string): Parsed {
  try {
    return { ok: true, document: parse(text) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ''] = error.message.split('\n');
    const at = { line: error.line, column: error.column };
    return { ok: false, at, reason: `TOML: ${first.replace('Invalid TOML document: ', '')}` };
  }
}

function rawRule(file: RuleFile, rule: RawObject, metadata: unknown): RawRule {
  const keys = keyPlaces(file.text);
  const at = keys.get('rule')?.at ?? START;
  const status = isObject(metadata) ? textOf(memberOf(metadata, 'maturity')) : undefined;
  const query = textOf(memberOf(rule, 'query')) ?? '';
  const start = keys.get('rule.query')?.valueAt ?? at;
  return {
    path: file.path,
    at,
    values: { ...rule, ...newTermsOf(memberOf(rule, 'new_terms')) },
    ...(status !== undefined && { status }),
    // Rules of the repository are switched on and off in Kibana, so the file says nothing of it.
    isDisabled: false,
    placeOf: (key) => keys.get(`rule.${key}`)?.at ?? at,
    placeInQuery: (offset) => placeWithin(query, start, offset),
  };
}

/** The repository writes them in a table of its own; Kibana has two keys. */
function newTermsOf(table: unknown): RawObject {
  if (!isObject(table)) return {};
  const [window] = objectsOf(memberOf(table, 'history_window_start'));
  return {
    new_terms_fields: memberOf(table, 'value'),
    history_window_start: window === undefined ? undefined : memberOf(window, 'value'),
  };
}
