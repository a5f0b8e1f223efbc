/**
 * Owns: a query's commands to what has to be true of one event, and to what keeps one event from being
 * enough.
 * Does not own: expressions (bind.ts).
 */
import type { Command, Query } from './ast.ts';
import { bind, type Binder } from './bind.ts';
import { createColumns, type Definition } from './columns.ts';
import { readDissect } from './dissect.ts';
import { QueryFault, unsupported } from '../fault.ts';
import { readGrok } from './grok.ts';
import { and, constant, type Extractor, node, type Node } from './node.ts';

export interface Plan {
  /** All of them have to be true. */
  readonly conditions: readonly Node[];
  /** What needs more than one event. */
  readonly state?: string;
}

interface Progress extends Binder {
  readonly conditions: Node[];
}

/** @throws QueryFault */
export function planQuery({ commands }: Query, source: string): Plan {
  const first = commands[0];
  const metadata = first?.kind === 'from' ? first.metadata : [];
  return planCommands(commands, {
    source,
    columns: createColumns(metadata),
    conditions: [],
    depth: 0,
  });
}

function planCommands(commands: readonly Command[], progress: Progress): Plan {
  const { conditions } = progress;
  for (const [i, command] of commands.entries()) {
    const state = stateOf(command);
    if (state !== undefined) return { conditions, state };
    if (command.kind === 'expand') {
      return expand(command, commands.slice(i + 1), progress);
    }
    apply(command, progress);
  }
  return { conditions };
}

/** Undefined where the command needs no more than the event. */
export function stateOf(command: Command): string | undefined {
  if (command.kind === 'other' && command.needsState) return `the query ${command.reason}`;
  if (command.kind !== 'stats') return undefined;
  const { aggregates, by } = command;
  const group = by.length === 0 ? '' : ` by ${shortened(by)}`;
  return aggregates.length === 0
    ? `looks for different values${group}: needs state`
    : `counts over events${group} (${shortened(aggregates)}): needs state`;
}

function shortened(texts: readonly string[]): string {
  const text = texts.join(', ').replace(/\s+/g, ' ');
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function apply(command: Command, progress: Progress): void {
  const { columns, conditions } = progress;
  switch (command.kind) {
    case 'where':
      conditions.push(bind(command.condition, progress));
      return;
    case 'eval':
      for (const { name, value } of command.assignments) {
        columns.set(
          name,
          definition(() => bind(value, progress)),
        );
      }
      return;
    case 'grok': {
      const { columns: names, extractor } = readGrok(command.patterns, command.start);
      extract(command.input, names, extractor, progress);
      return;
    }
    case 'dissect': {
      const { pattern, separator, start } = command;
      const { columns: names, extractor } = readDissect(pattern, separator, start);
      extract(command.input, names, extractor, progress);
      return;
    }
    case 'keep':
    case 'drop':
      columns[command.kind](command.names);
      return;
    case 'rename':
      for (const { from, to } of command.pairs) columns.rename(from, to);
      return;
    case 'limit':
      if (command.count === 0) conditions.push(constant(false));
      return;
    case 'other':
      throw unsupported(command.start, `the query ${command.reason}`, 'Leave the command out.');
    default:
  }
}

/** A column that is not supported is a fault only where something depends on it. */
function definition(make: () => Node): Definition {
  try {
    return make();
  } catch (error) {
    if (error instanceof QueryFault && error.fault.kind === 'unsupported') return error;
    throw error;
  }
}

type Input = Extract<Command, { kind: 'grok' }>['input'];

function extract(
  input: Input,
  names: readonly string[],
  extractor: Extractor,
  progress: Progress,
): void {
  const from = definition(() => bind(input, progress));
  for (const name of names) {
    progress.columns.set(name, from instanceof QueryFault ? from : column(name, extractor, from));
  }
}

function column(name: string, extractor: Extractor, input: Node): Node {
  const label = `${extractor.key} ${JSON.stringify(name)}`;
  return { ...node({ kind: 'extract', name, extractor, args: [input] }, label), text: name };
}

/** What follows has to be true of a row with one of the values. */
function expand(
  { name, start }: Extract<Command, { kind: 'expand' }>,
  rest: readonly Command[],
  progress: Progress,
): Plan {
  if (rest.some(({ kind }) => kind === 'expand')) {
    const reason = 'two MV_EXPAND make a row of each pair of values';
    throw unsupported(start, reason, 'Expand one column, or use MV_CONTAINS.');
  }
  const over = progress.columns.get(name, start);
  const element = { ...node({ kind: 'element', of: over.key }, `element ${over.key}`), text: name };
  progress.columns.set(name, element);
  const { conditions, state } = planCommands(rest, { ...progress, conditions: [] });
  const open = conditions.filter(({ isOpen }) => isOpen);
  const settled = conditions.filter(({ isOpen }) => !isOpen);
  const all = [...progress.conditions, ...settled];
  if (open.length > 0) all.push(anyOf(over, open));
  return { conditions: all, ...(state === undefined ? {} : { state }) };
}

function anyOf(over: Node, open: readonly Node[]): Node {
  const body = and(open);
  const any = node({ kind: 'any', element: over.key, args: [over, body] }, 'any');
  return { ...any, isOpen: false, text: body.text };
}
