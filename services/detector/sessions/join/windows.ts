/**
 * Owns: whether a session was open when something happened, and whether that can have been in it by
 * its place. Answers for what is not known are named, since what is unknown must never make sure.
 * Does not own: what follows from it (attribute.ts).
 */
import type { Place } from '../facts/model.ts';

/** What a time in whole seconds has lost at most. */
const SECOND_REST_MS = 999;
/** So long after its end something still counts as of a session where nothing but time says so. */
const INFERENCE_GRACE_MS = 1000;

/** What is asked of a session here; attribute.ts says what each is. */
interface Opened {
  readonly place: Place;
  readonly containers?: readonly string[];
  readonly askedMs?: number;
  readonly fromMs: number;
  readonly untilMs?: number;
}

interface Happened {
  readonly timeMs: number;
  readonly isWholeSecond: boolean;
}

/** When something happened: somewhere from the first to the last ms. */
interface Moment {
  readonly earliest: number;
  readonly latest: number;
}

function momentOf({ isWholeSecond, timeMs }: Happened): Moment {
  return { earliest: timeMs, latest: isWholeSecond ? timeMs + SECOND_REST_MS : timeMs };
}

function askedMs({ askedMs: asked, fromMs }: Opened): number {
  return asked === undefined ? fromMs : Math.min(asked, fromMs);
}

/** An end before the start is that of another clock: it ended when it began. */
function endMs(span: Opened): number {
  return span.untilMs === undefined ? Infinity : Math.max(span.fromMs, span.untilMs);
}

/**
 * It was asked for, and had not ended more than a second ago: that it began is written down when its
 * first command may run already. False where a time is not known.
 */
export function isOpen(span: Opened, evidence: Happened): boolean {
  const { earliest, latest } = momentOf(evidence);
  return latest >= askedMs(span) && earliest <= endMs(span) + INFERENCE_GRACE_MS;
}

export interface Slack {
  readonly graceMs: number;
  readonly clockSkewMs: number;
}

/** False where a time is not known. */
export function isBefore(span: Opened, evidence: Happened, { clockSkewMs }: Slack): boolean {
  return momentOf(evidence).latest < askedMs(span) - clockSkewMs;
}

/** False where a time is not known. */
export function isAfter(span: Opened, evidence: Happened, { graceMs }: Slack): boolean {
  return momentOf(evidence).earliest > endMs(span) + graceMs;
}

/** From its request to its end, as clocks allow. False where a time is not known. */
export function isWithin(span: Opened, evidence: Happened, slack: Slack): boolean {
  const { earliest, latest } = momentOf(evidence);
  return latest >= askedMs(span) - slack.clockSkewMs && earliest <= endMs(span) + slack.graceMs;
}

interface NodeOrPod {
  readonly place: Place;
  readonly scope: 'container' | 'node';
}

/** Nothing is known of which container, or the enricher could not tell it. */
export function isNodeLevel({ place, scope }: NodeOrPod): boolean {
  return scope === 'node' || place.pod === undefined;
}

/** Both are known, and not the same. */
export function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** Both are known, and the same. */
export function agree(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && a === b;
}

export function isOtherPod(a: Place, b: Place): boolean {
  return differ(a.namespace, b.namespace) || differ(a.pod, b.pod);
}

export function isSamePod(a: Place, b: Place): boolean {
  return agree(a.namespace, b.namespace) && agree(a.pod, b.pod);
}

/** A debug session is in the containers that it made, any other in the one that it named. */
export function isOtherContainer({ containers = [], place }: Opened, container?: string): boolean {
  if (container === undefined) return false;
  return containers.length > 0
    ? !containers.includes(container)
    : differ(place.container, container);
}
