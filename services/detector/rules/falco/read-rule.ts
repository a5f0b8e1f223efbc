/**
 * Owns: items that define or change a rule (falco, rule_loader_reader.cpp).
 */
import { PRIORITIES, type Priority } from '../options.ts';
import type { EnableItem, Output, RuleItem, RuleParts, UpdateItem } from './definitions.ts';
import { APPENDABLE, KNOWN_KEYS, REPLACEABLE, warnOfUnknownKeys } from './known-keys.ts';
import { readExceptions } from './read-exceptions.ts';
import { isAppended, type Overrides, readOverrides } from './read-override.ts';
import {
  booleanAt,
  has,
  type Item,
  ItemError,
  optionalTextAt,
  pieceOf,
  placeOfKey,
  textAt,
  textOfNode,
  textsAt,
} from './yaml.ts';

const DEFAULT_SOURCE = 'syscall';
const DEFINING = ['condition', 'output', 'desc', 'priority'];

export function readRule(item: Item): RuleItem | UpdateItem | EnableItem {
  const name = textAt(item, 'rule');
  warnOfUnknownKeys(item, KNOWN_KEYS.rule);
  const appends = isAppended(item);
  const overrides = readOverrides(item, APPENDABLE, REPLACEABLE);
  const named = { name, path: item.source.file.path, at: item.at };
  if (overrides !== undefined) return readUpdate(item, named, overrides);
  if (appends) {
    const kept = ['condition', 'exceptions'].filter((key) => has(item, key));
    const append = readParts(item, kept, true);
    return { ...named, ...update(item), append, replace: {}, hasAppend: true, hasReplace: false };
  }
  if (!DEFINING.some((key) => has(item, key))) return readEnable(item, named);
  return readDefinition(item, named);
}

type Named = Pick<RuleItem, 'name' | 'path' | 'at'>;

function update(item: Item): Pick<UpdateItem, 'kind' | 'source'> {
  return { kind: 'update', source: sourceOf(item) };
}

/** Nothing and an empty text mean that it is not said. */
function sourceOf(item: Item): string | undefined {
  const node = item.entries.get('source')?.value ?? null;
  return node === null ? undefined : textOfNode(node) || undefined;
}

function readDefinition(item: Item, named: Named): RuleItem {
  const parts = {
    ...readParts(item, ['enabled', 'warn_evttypes', 'skip-if-unknown-filter', 'tags'], false),
    condition: [pieceOf(item, 'condition')],
    output: outputOf(item),
    desc: textAt(item, 'desc'),
    priority: priorityOf(item),
    exceptions: readExceptions(item, false),
  };
  checkCapture(item);
  return { ...named, kind: 'rule', source: sourceOf(item) ?? DEFAULT_SOURCE, parts };
}

function readEnable(item: Item, named: Named): EnableItem {
  const enabled = booleanAt(item, 'enabled');
  if (enabled === undefined) textAt(item, 'enabled');
  item.source.report(
    placeOfKey(item, 'enabled'),
    'warning',
    "The standalone 'enabled' key usage is deprecated. The correct approach requires also a " +
      "'replace' entry under the 'override' key (i.e. 'enabled: replace').",
    'Write override: with enabled: replace.',
  );
  return { ...named, kind: 'enable', enabled: enabled === true };
}

function readUpdate(item: Item, named: Named, { append, replace }: Overrides): UpdateItem {
  const stated = REPLACEABLE.filter((key) => has(item, key));
  const missing = (kind: string, key: string): ItemError =>
    new ItemError(
      `An ${kind} override for '${key}' was specified but '${key}' is not defined`,
      item.at,
      `Write ${key} beside override, or take it out there.`,
    );
  for (const key of append) if (!has(item, key)) throw missing('append', key);
  for (const key of replace) if (!has(item, key)) throw missing('replace', key);
  const parts = { append: readParts(item, append, true), replace: readParts(item, replace, false) };
  const extra = stated.find((key) => !append.includes(key) && !replace.includes(key));
  if (extra !== undefined) {
    throw new ItemError(
      `Unexpected key '${extra}': no corresponding entry under 'override' is defined.`,
      placeOfKey(item, extra),
      `Write ${extra} under override, too.`,
    );
  }
  return {
    ...{ ...named, ...update(item), ...parts },
    ...{ hasAppend: append.length > 0, hasReplace: replace.length > 0 },
  };
}

function readParts(item: Item, keys: readonly string[], isPartial: boolean): RuleParts {
  const wants = (key: string): boolean => keys.includes(key) && has(item, key);
  checkCapture(item);
  const enabled = wants('enabled') ? booleanAt(item, 'enabled') : undefined;
  const warns = wants('warn_evttypes') ? booleanAt(item, 'warn_evttypes') : undefined;
  const skips = 'skip-if-unknown-filter';
  const isSkipped = wants(skips) ? booleanAt(item, skips) : undefined;
  return {
    ...(wants('condition') && { condition: [pieceOf(item, 'condition')] }),
    ...(wants('output') && { output: outputOf(item) }),
    ...(wants('desc') && { desc: textAt(item, 'desc') }),
    ...(wants('priority') && { priority: priorityOf(item) }),
    ...(wants('tags') && { tags: textsAt(item, 'tags') }),
    ...(wants('exceptions') && { exceptions: readExceptions(item, isPartial) }),
    ...(enabled !== undefined && { enabled }),
    ...(warns !== undefined && { warnEvttypes: warns }),
    ...(isSkipped !== undefined && { skipIfUnknownFilter: isSkipped }),
  };
}

/** Captures of system calls are Falco's own; here they are checked, and nothing else. */
function checkCapture(item: Item): void {
  booleanAt(item, 'capture');
  const duration = optionalTextAt(item, 'capture_duration') ?? '0';
  if (/^\d+$/.test(duration)) return;
  throw new ItemError(
    "Can't decode YAML scalar value",
    placeOfKey(item, 'capture_duration'),
    'Use a number of milliseconds.',
  );
}

function outputOf(item: Item): Output {
  return { text: textAt(item, 'output').trim(), at: placeOfKey(item, 'output') };
}

const SHORT: Readonly<Record<string, Priority>> = { info: 'informational' };

function priorityOf(item: Item): Priority {
  const name = textAt(item, 'priority').toLowerCase();
  const known = Object.hasOwn(SHORT, name) ? SHORT[name] : undefined;
  const priority = known ?? PRIORITIES.find((each) => each === name);
  if (priority !== undefined) return priority;
  throw new ItemError(
    'Invalid priority',
    placeOfKey(item, 'priority'),
    `Use one of: ${PRIORITIES.join(', ')}.`,
  );
}
