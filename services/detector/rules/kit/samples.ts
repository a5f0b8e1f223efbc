/**
 * Owns: samples of a rule: events with what the rule must say of them, read from JSON lines, and
 * whether it does.
 * Does not own: files, raw records to documents (the normalizer).
 */
import { evaluateRules, type RuleSet } from '../engine/rule-set.ts';
import type { Rule } from '../model.ts';
import type { NormalEvent } from './event.ts';
import { createExplainer, type Explanation } from './explain.ts';

export const EXPECTATIONS = ['match', 'no match', 'cannot tell'] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

export interface Sample {
  readonly name: string;
  readonly expect: Expectation;
  /** The raw record as a sender sends it: a JSON value, or a line as text. */
  readonly event: unknown;
  /** What local data says of the event (inventory, lists of addresses), as a part of its document. */
  readonly local?: Readonly<Record<string, unknown>>;
  /** Id or title, where the file has samples of several rules. */
  readonly rule?: string;
  readonly path: string;
  readonly line: number;
}

export interface SampleProblem {
  readonly path: string;
  readonly line: number;
  readonly reason: string;
  readonly remedy: string;
}

interface ReadSamples {
  readonly samples: readonly Sample[];
  readonly problems: readonly SampleProblem[];
}

/**
 * One JSON object a line: `name`, `expect`, `event`, `rule` where several are meant, and `local` for what
 * enrichment would add.
 */
export function readSamples(path: string, text: string): ReadSamples {
  const samples: Sample[] = [];
  const problems: SampleProblem[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = readSample(line);
    const place = { path, line: index + 1 };
    if ('reason' in read) problems.push({ ...read, ...place });
    else samples.push({ ...read, ...place });
  }
  return { samples, problems };
}

type ReadLine = Omit<Sample, 'path' | 'line'> | Pick<SampleProblem, 'reason' | 'remedy'>;

function readSample(line: string): ReadLine {
  const value = parse(line);
  if (!isObject(value)) {
    return { reason: 'the line is no JSON object', remedy: 'Write one sample a line, as JSON.' };
  }
  const { event, expect, local, name, rule } = value;
  const known = EXPECTATIONS.find((one) => one === expect);
  if (known === undefined) {
    const reason = 'the sample does not say what is expected';
    return { reason, remedy: `Write "expect": one of "${EXPECTATIONS.join('", "')}".` };
  }
  if (typeof name !== 'string' || name === '') {
    return { reason: 'the sample has no name', remedy: 'Write "name": what it shows.' };
  }
  if (event === undefined) {
    return {
      reason: 'the sample has no event',
      remedy: 'Write "event": the record as it is sent.',
    };
  }
  if (local !== undefined && !isObject(local)) {
    const remedy = 'Write fields of the document: {"podwitness": {"environment": "production"}}.';
    return { reason: '"local" is no object', remedy };
  }
  return {
    ...{ name, expect: known, event },
    ...(typeof rule === 'string' && { rule }),
    ...(local !== undefined && { local }),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

export interface SampleResult {
  readonly rule: Rule;
  readonly sample: Sample;
  readonly passed: boolean;
  /** What the rule says of the sample's events; `unreadable`: there are none. */
  readonly got: Expectation | 'unreadable';
  /** Titles of the other rules that match. */
  readonly others: readonly string[];
  /** Of what did not pass: what decided, for each event. */
  readonly explanations: readonly Explanation[];
}

/** `set` has the rule, switched on. A record may hold several events: one match is enough. */
export function testSample(
  set: RuleSet,
  rule: Rule,
  sample: Sample,
  events: readonly NormalEvent[],
): SampleResult {
  const verdicts = events.map(({ document, kind }) => evaluateRules(set, kind, document));
  const isIn = (rules: readonly Rule[]) => rules.some(({ id }) => id === rule.id);
  const got =
    events.length === 0
      ? 'unreadable'
      : verdicts.some(({ matched }) => isIn(matched))
        ? 'match'
        : verdicts.some(({ undecided }) => isIn(undecided))
          ? 'cannot tell'
          : 'no match';
  const passed = got === sample.expect;
  const others = verdicts.flatMap(({ matched }) => matched.map(({ id, title }) => ({ id, title })));
  return {
    ...{ rule, sample, passed, got },
    others: [...new Set(others.filter(({ id }) => id !== rule.id).map(({ title }) => title))],
    explanations: passed ? [] : events.map(createExplainer(rule).explain),
  };
}
