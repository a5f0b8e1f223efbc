/**
 * Owns: files of exceptions: findings that are expected, and who says so until when.
 * Does not own: reading files (read-rules.ts), what becomes of an excepted finding (judge.ts).
 *
 *     exceptions:
 *       - rules: [secret_read_by_person's id or title]
 *         owner: platform
 *         reason: the backup reads all secrets at night
 *         expires: 2027-03-31
 *         when:                 # a Sigma selection; without it all findings of these rules
 *           user.username: system:serviceaccount:backup:runner
 */
import { nearestName } from '../../shared/domain/nearest.ts';
import { textAt } from './document.ts';
import { compileRules, evaluateRules, type RuleSet } from './rules/engine/rule-set.ts';
import type { EventDocument } from './rules/expression.ts';
import {
  EVENT_KINDS,
  type EventKind,
  type Problem,
  type Rule,
  type RuleFile,
} from './rules/model.ts';
import type { Position } from './rules/position.ts';
import { problemsOf } from './rules/sigma/check.ts';
import { lowerRule } from './rules/sigma/lower.ts';
import type { Selection } from './rules/sigma/model.ts';
import { routeOf } from './rules/sigma/routing.ts';
import { readSelection } from './rules/sigma/selection.ts';
import {
  type Entry,
  itemsOf,
  type Node,
  readSource,
  scalarOf,
  type Source,
} from './rules/source.ts';

export interface Exception {
  /** Ids and titles. */
  readonly rules: readonly string[];
  readonly owner: string;
  readonly reason: string;
  /** The last day on which it holds, as 2027-03-31, by the time of the event. */
  readonly expires: string;
  readonly path: string;
  readonly line: number;
}

export interface Exceptions {
  readonly all: readonly Exception[];
  /** The first that expects the rule's finding about the event. */
  find(rule: Rule, kind: EventKind, document: EventDocument): Exception | undefined;
}

const KEYS = ['rules', 'owner', 'reason', 'expires', 'when'];
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const EVERYTHING: Selection = { kind: 'all', of: [] };
/** Names are those of audit events and of documents. */
const LOGSOURCE = { product: 'kubernetes', service: 'audit' };

interface Read {
  readonly exception: Exception;
  readonly selection: Selection;
}

/** Exceptions without a problem, and every problem of the files. */
export function loadExceptions(files: readonly RuleFile[]): {
  readonly exceptions: Exceptions;
  readonly problems: readonly Problem[];
} {
  const sources = files.map(readSource);
  const read = sources.flatMap((source) =>
    source.documents.flatMap((document) => readDocument(source, document)),
  );
  const problems = sources.flatMap((source) => source.problems);
  return { exceptions: createExceptions(read), problems };
}

function createExceptions(read: readonly Read[]): Exceptions {
  const set = compileRules(read.map(toRule));
  const byRule = new Map<string, Map<string, Exception>>();
  for (const [index, { exception }] of read.entries()) {
    for (const name of exception.rules) {
      const named = byRule.get(name) ?? new Map<string, Exception>();
      byRule.set(name, named.set(String(index), exception));
    }
  }
  return {
    all: read.map(({ exception }) => exception),
    find(rule, kind, document) {
      const named = [byRule.get(rule.id), byRule.get(rule.title)].filter(
        (map) => map !== undefined,
      );
      return named.length === 0 ? undefined : firstOf(named, set, kind, document);
    },
  };
}

function firstOf(
  named: readonly ReadonlyMap<string, Exception>[],
  set: RuleSet,
  kind: EventKind,
  document: EventDocument,
): Exception | undefined {
  const day = textAt(document, '@timestamp')?.slice(0, 10) ?? '9999';
  for (const { id } of evaluateRules(set, kind, document).matched) {
    const found = named.flatMap((map) => map.get(id) ?? []).find(({ expires }) => day <= expires);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An exception's condition has the form of a rule's, and is found and evaluated like one. */
function toRule({ exception, selection }: Read, index: number): Rule {
  const { line, path } = exception;
  const rule = lowerRule({
    ...{ id: String(index), title: '', ruleset: 'sigma', language: 'sigma', path, level: 'low' },
    ...{ at: { line, column: 1 }, references: [], tags: [], falsePositives: [] },
    logsource: LOGSOURCE,
    ...detectionOf(selection),
  });
  return { ...rule, kinds: EVENT_KINDS };
}

function readDocument(source: Source, document: Node): readonly Read[] {
  if (scalarOf(document) === null) return [];
  const list = source
    .entries(document, 'a file of exceptions')
    ?.find((e) => e.key === 'exceptions');
  const items = list === undefined ? undefined : itemsOf(list.value);
  if (items !== undefined) return items.flatMap((item) => readOne(source, item) ?? []);
  const remedy = 'Write "exceptions:" with a list below it.';
  source.report(source.at(document), 'invalid', 'the file has no list of exceptions', remedy);
  return [];
}

function readOne(source: Source, node: Node): Read | undefined {
  const entries = source.entries(node, 'an exception');
  if (entries === undefined) return undefined;
  const faults = () => source.problems.filter(({ kind }) => kind !== 'warning').length;
  const before = faults();
  for (const { key, keyAt } of entries) {
    if (KEYS.includes(key)) continue;
    const guess = nearestName(key, KEYS) ?? KEYS.join(', ');
    source.report(keyAt, 'invalid', `an exception has no key "${key}"`, `Did you mean "${guess}"?`);
  }
  const values = new Map(entries.map((entry) => [entry.key, entry]));
  const text = (key: string, remedy: string) =>
    readText(source, source.at(node), values.get(key), [key, remedy]);
  const expires = text('expires', 'Say the last day: 2027-03-31.');
  const exception = {
    rules: readRules(source, node, values.get('rules')),
    owner: text('owner', 'Say who answers for it.'),
    reason: text('reason', 'Say why it is expected.'),
    expires,
    ...{ path: source.file.path, line: source.at(node).line },
  };
  if (expires !== '' && !isDay(expires)) {
    const at = values.get('expires')?.keyAt ?? source.at(node);
    source.report(at, 'invalid', `"${expires}" is no day`, 'Write it as 2027-03-31.');
  }
  const selection = readWhen(source, values.get('when'));
  return faults() > before || selection === undefined ? undefined : { exception, selection };
}

function isDay(text: string): boolean {
  const time = DAY.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
}

function readWhen(source: Source, entry: Entry | undefined): Selection | undefined {
  if (entry === undefined) return EVERYTHING;
  const selection = readSelection(source, 'when', entry.value);
  if (selection === undefined) return undefined;
  for (const problem of problemsOf(detectionOf(selection), source.file.path, routeOf(LOGSOURCE))) {
    const { column, kind, line, reason, remedy } = problem;
    source.report({ line, column }, kind, reason, remedy);
  }
  return selection;
}

function detectionOf(when: Selection) {
  return { selections: { when }, condition: { kind: 'selection', name: 'when' } as const };
}

function readRules(source: Source, node: Node, entry: Entry | undefined): readonly string[] {
  const values = entry === undefined ? [] : (itemsOf(entry.value) ?? [entry.value]).map(scalarOf);
  const names = values.filter((value) => typeof value === 'string');
  if (names.length > 0 && names.length === values.length) return names;
  const remedy = 'Name the rules by id or title.';
  source.report(entry?.keyAt ?? source.at(node), 'invalid', 'an exception names no rules', remedy);
  return [];
}

function readText(
  source: Source,
  at: Position,
  entry: Entry | undefined,
  [key, remedy]: readonly [key: string, remedy: string],
): string {
  const value = entry === undefined ? undefined : scalarOf(entry.value);
  if (typeof value === 'string' && value.trim() !== '') return value;
  source.report(entry?.keyAt ?? at, 'invalid', `an exception has no ${key}`, remedy);
  return '';
}
