/**
 * Owns: what query and tail ask for, from the words on a command line or in a local request.
 */
import { TOPICS, type TopicName, topicName } from '../../schemas/topics.ts';
import { COLLECTIONS, type CollectionName } from '../../shared/domain/collections.ts';
import { FatalError } from '../../shared/errors/fault.ts';
import type { Condition, Query } from '../../shared/ports/event-store.ts';
import { JSON_SUFFIX } from '../../shared/runtime/topics.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

function usage(message: string): FatalError {
  return new FatalError(message, { code: 'usage' });
}

/** `15m`, `2h`, `7d` before `nowMs`, or an ISO time; ms since the epoch. */
export function parseTime(text: string, nowMs: number): number {
  const relative = /^(\d{1,6})([smhd])$/.exec(text);
  if (relative !== null) return nowMs - Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? 0);
  // Date.parse alone takes `banana 7` for a day in July.
  const absolute = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(absolute)) return absolute;
  throw usage(`'${text}' is no time: write 15m, 2h, 7d or 2026-11-21T06:00:00Z`);
}

export function parseCondition(text: string): Condition {
  const equals = text.indexOf('=');
  if (equals < 1)
    throw usage(`'${text}' is no condition: write field=value, as in user.name=alice`);
  return { field: text.slice(0, equals), value: text.slice(equals + 1) };
}

export function parseCollection(text: string): CollectionName {
  const names = Object.keys(COLLECTIONS) as CollectionName[];
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw usage(`'${text}' can't be queried: choose from ${names.join(', ')}`);
}

/** A topic by its name in the reference, without the prefix; `audit.` may be left out. */
export function parseTopic(text: string): TopicName {
  const names = Object.keys(TOPICS) as TopicName[];
  const found = names.find((name) => name === text || name === `audit.${text}`);
  if (found !== undefined) return found;
  throw usage(`No topic '${text}': choose from ${names.join(', ')}`);
}

export interface QueryWords {
  readonly where: readonly string[];
  readonly since?: string | undefined;
  readonly limit: string;
}

const MAX_LIMIT = 1_000_000;

export function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw usage(`--limit ${text}: a whole number from 1 to ${MAX_LIMIT}`);
}

export function parseQuery(collection: string, words: QueryWords, nowMs: number): Query {
  return {
    collection: parseCollection(collection),
    where: words.where.map(parseCondition),
    ...(words.since === undefined ? {} : { since: parseTime(words.since, nowMs) }),
    order: 'newest',
    limit: parseLimit(words.limit),
  };
}

export interface TailRequest {
  readonly topic: TopicName;
  /** The copy in JSON. */
  readonly isJson: boolean;
  readonly from: 'beginning' | 'end' | number;
  /** Stop at the end instead of following. */
  readonly untilEnd: boolean;
}

/** Name of the topic in the log. */
export function tailedTopic(prefix: string, { isJson, topic }: TailRequest): string {
  return topicName(prefix, topic) + (isJson ? JSON_SUFFIX : '');
}

export function parseTail(
  topic: string,
  words: { readonly from: string; readonly untilEnd: boolean },
  nowMs: number,
): TailRequest {
  const { from, untilEnd } = words;
  const isJson = topic.endsWith(JSON_SUFFIX);
  return {
    topic: parseTopic(isJson ? topic.slice(0, -JSON_SUFFIX.length) : topic),
    isJson,
    from: from === 'beginning' || from === 'end' ? from : parseTime(from, nowMs),
    untilEnd,
  };
}
