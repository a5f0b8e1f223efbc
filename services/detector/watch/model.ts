/**
 * Owns: what is remembered of sources, senders and collectors, and under which keys. Types and keys.
 * Values are JSON: short lists and numbers, bounded in every part.
 */
import { contentId } from '../../../shared/domain/ids.ts';
import type { Volume } from './volume.ts';

/** Something that has begun and not ended. */
export interface Episode {
  /** When it was found; with kind and key its identity. */
  readonly atMs: number;
  readonly sinceMs: number;
  /** Not told: it is known, but was one of too many. */
  readonly told: boolean;
}

export type SubjectKind = 'silent' | 'falling' | 'late' | 'skew';

/** Longest pause of a day; the day is a number of days since the epoch. */
export type DayPause = readonly [day: number, pauseMs: number];

/** Records in the running ten minutes and the ten before. */
export interface Rate {
  readonly startMs: number;
  readonly records: number;
  readonly before: number;
}

/** How a sender's events relate to the clock, over its last batches. */
export interface Times {
  /** Batches in a row that were late, and since when. */
  readonly late: number;
  readonly lateSinceMs: number;
  /** Batches in a row that were not late, that were not from the future. */
  readonly inTime: number;
  readonly notAhead: number;
  /** The last few, newest last. */
  readonly latenessMs: readonly number[];
}

/** One source of one cluster (`sender` null), or one sender of it. */
export interface Subject {
  readonly cluster: string;
  readonly source: string;
  readonly sender: string | null;
  /** By the ticks' clock: when it came to us. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** By the collector's clock: when it had the newest batch. */
  readonly seenMs: number;
  readonly batches: number;
  readonly rate: Rate;
  readonly pauses: readonly DayPause[];
  /** Where it stands in the indexes; 0: not there. */
  readonly dueMs: number;
  readonly dropMs: number;
  readonly open: Readonly<Partial<Record<SubjectKind, Episode>>>;
  readonly times: Times;
  /** Of a source: how many of its senders are watched. */
  readonly senders: number;
  /** Of a source: hashes of its last bodies. */
  readonly recent: readonly string[];
  readonly volume: Volume;
  /** Of a source: events about single senders in this hour. */
  readonly told: { readonly hour: number; readonly count: number };
}

/** A subject in hand, under its key. */
export interface Held {
  readonly key: string;
  readonly subject: Subject;
}

/** What is remembered of the lane itself. */
export interface LaneMemory {
  /** The newest tick. */
  readonly nowMs: number;
  /** Sources and senders that are watched. */
  readonly tracked: number;
  readonly collectors: number;
  /** How many were let go to make room. */
  readonly dropped: number;
  readonly overflowToldMs: number;
}

export const LANE_KEY = 'lane';
export const NEW_LANE: LaneMemory = {
  ...{ nowMs: 0, tracked: 0, collectors: 0, dropped: 0, overflowToldMs: 0 },
};

/** Names in keys are hashed: ASCII of one length, whatever a sender is called. */
export function groupKey(cluster: string, source: string): string {
  return `g/${contentId([cluster, source])}`;
}

export function senderKey(cluster: string, source: string, sender: string): string {
  return `s/${contentId([cluster, source])}/${contentId([sender])}`;
}

/** Key of the source that a sender belongs to. */
export function groupKeyOf(key: string): string {
  return `g/${key.split('/')[1] ?? ''}`;
}

export function collectorKey(collector: string): string {
  return `c/${contentId([collector])}`;
}

export function lostKey(cluster: string, source: string, sender: string): string {
  return `l/${contentId([cluster, source, sender])}`;
}
