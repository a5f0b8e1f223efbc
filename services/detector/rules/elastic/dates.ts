/**
 * Owns: times in queries, compared with a field of type `date`, to the millisecond.
 */
import type { Comparison, Test } from '../expression.ts';
import { invalid, unsupported } from './fault.ts';

const DAY_MS = 86_400_000;
/** Of what a query may leave out, the time of day is the only part that any rule does leave out. */
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?$/;

/** The instants that a text of a query stands for: a day, or one millisecond. */
interface Span {
  readonly firstMs: number;
  readonly lastMs: number;
}

function spanOf(text: string, offset: number): Span {
  if (/^now|\|\|/.test(text)) {
    const reason = `"${text}" is a time that depends on when the query runs`;
    const remedy = 'Leave it out: each event is matched once, when it comes in.';
    throw unsupported(offset, reason, remedy);
  }
  const isDay = DAY.test(text);
  const hasZone = /(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  const firstMs = Date.parse(isDay || hasZone ? text : `${text}Z`);
  if (!(isDay || TIME.test(text)) || Number.isNaN(firstMs)) {
    throw invalid(offset, `"${text}" is no time`, 'Write a time as 2026-11-21T06:00:00Z.');
  }
  return { firstMs, lastMs: isDay ? firstMs + DAY_MS - 1 : firstMs };
}

/** Elasticsearch rounds what is left out down for gte and lt, up for gt and lte. */
export function timeCompared(operator: Comparison, text: string, offset: number): Test {
  const { firstMs, lastMs } = spanOf(text, offset);
  const bound = operator === 'gt' || operator === 'lte' ? lastMs : firstMs;
  return timeTest(`${operator} ${bound}`, (ms) => HOLDS[operator](ms, bound));
}

export function timeWithin(text: string, offset: number): Test {
  const { firstMs, lastMs } = spanOf(text, offset);
  return timeTest(`${firstMs} to ${lastMs}`, (ms) => ms >= firstMs && ms <= lastMs);
}

const HOLDS: Readonly<Record<Comparison, (ms: number, bound: number) => boolean>> = {
  lt: (ms, bound) => ms < bound,
  lte: (ms, bound) => ms <= bound,
  gt: (ms, bound) => ms > bound,
  gte: (ms, bound) => ms >= bound,
};

function timeTest(key: string, holds: (ms: number) => boolean): Test {
  return {
    kind: 'custom',
    key: `elastic time ${key}`,
    test(value) {
      const ms = typeof value === 'string' ? Date.parse(value) : value;
      return typeof ms === 'number' && holds(ms);
    },
  };
}
