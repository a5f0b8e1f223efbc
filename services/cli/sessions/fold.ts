/**
 * Owns: a timeline made shorter for people: the runtime's wrapper and the command that it became are
 * one entry, and what is repeated without anything in between is one entry with a count. The record
 * and the lines for machines keep each.
 */
import type { Entry } from './timeline.ts';

/** From the wrapper to the command that takes its place in the same process; ms. */
const REPLACED_WITHIN_MS = 10_000;
/** From sure to unsure, as in a session's own confidence. */
const LESS_SURE = ['exact', 'inferred', 'ambiguous', 'conflict', 'none'];

function lessSure(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return LESS_SURE.indexOf(a) >= LESS_SURE.indexOf(b) ? a : b;
}

/** The process that an entry is of, in words that differ for each. */
function processOf({ command }: Entry): string | undefined {
  if (command?.pid === undefined) return undefined;
  return JSON.stringify([command.node, command.container, command.pid]);
}

/** Whether `next`, of the same process, is what the wrapper became. */
function became(wrapper: Entry, next: Entry): boolean {
  const [a, b] = [wrapper.command?.commandLine?.trim(), next.command?.commandLine?.trim()];
  if (a !== undefined && b !== undefined && a !== b) return false;
  if (wrapper.timeMs === undefined || next.timeMs === undefined) return false;
  return next.timeMs - wrapper.timeMs <= REPLACED_WITHIN_MS;
}

function asOne(wrapper: Entry, next: Entry): Entry {
  const hasText = next.command?.commandLine !== undefined;
  return {
    ...wrapper,
    confidence: lessSure(wrapper.confidence, next.confidence),
    text: hasText ? next.text : wrapper.text,
    notes: [...new Set([...wrapper.notes, ...next.notes])],
  };
}

/** The wrapper and its command as one entry, at the wrapper's place. */
function withoutWrappers(entries: readonly Entry[]): readonly Entry[] {
  const kept: Entry[] = [];
  /** By process, where in `kept` its wrapper is. */
  const wrappers = new Map<string, number>();
  for (const entry of entries) {
    const process = processOf(entry);
    if (process === undefined) {
      kept.push(entry);
      continue;
    }
    const at = wrappers.get(process);
    const wrapper = at === undefined ? undefined : kept[at];
    const isWrapper = entry.command?.isSessionStart === true;
    wrappers.delete(process);
    if (isWrapper) wrappers.set(process, kept.length);
    if (at !== undefined && wrapper !== undefined && !isWrapper && became(wrapper, entry)) {
      kept[at] = asOne(wrapper, entry);
    } else kept.push(entry);
  }
  return kept;
}

/** Equal for what differs in time and process alone; undefined: never folded. */
function sameness(entry: Entry): string | undefined {
  const { command, confidence, kind, level, notes, text } = entry;
  if (kind !== 'command' && kind !== 'alert' && kind !== 'finding') return undefined;
  if (command?.isSessionStart === true) return undefined;
  const { container, executable, node, userId } = command ?? {};
  return JSON.stringify([
    ...[kind, text, confidence, level, notes],
    ...[container, executable, node, userId],
  ]);
}

/** Of several processes, none is named. */
function repeated(first: Entry, next: Entry): Entry {
  const facts = first.facts.filter((fact) => next.facts.includes(fact));
  return { ...first, facts, times: (first.times ?? 1) + 1, untilMs: next.timeMs };
}

export function foldTimeline(entries: readonly Entry[]): readonly Entry[] {
  const folded: Entry[] = [];
  let last: string | undefined;
  for (const entry of withoutWrappers(entries)) {
    const key = sameness(entry);
    const previous = folded.at(-1);
    if (key !== undefined && key === last && previous !== undefined) {
      folded[folded.length - 1] = repeated(previous, entry);
    } else folded.push(entry);
    last = key;
  }
  return folded;
}
