/**
 * Owns: what a workload runs by itself: probes, timers, children of its own processes. Learnt where
 * nobody was, so that the same is not taken for what somebody did (docs/adr/0033).
 * Does not own: which commands are the same, and which pods are of one workload (shape.ts).
 */
import { isInteractiveShell, isRuntime, isShell } from '../evasion/shells.ts';
import type { Span, Tolerance } from './attribute.ts';
import { callerOf, type Ran, shapeOf } from './shape.ts';
import { isAfter, isBefore, isNodeLevel, isOtherContainer, isOtherPod } from './windows.ts';

/**
 * What a shell starts counts so long after the end of a session only: somebody may have left the
 * shell behind. Sessions that ended before are of no interest here.
 */
export const QUIET_MS = 15 * 60 * 1000;
/** What is seen twice within this may be one run. */
const REPEAT_MS = 5000;
/** Of a workload: those with the least shapes, so that it does not matter which came first. */
const MAX_SHAPES = 512;

/** Seen once, or more often within a moment: the first and last time, ms. */
type Seen = readonly [firstMs: number, lastMs: number];

/** Shapes, and `own` for those that were seen again. Plain JSON, to be kept; never changed. */
export type Baseline = Readonly<Record<string, Seen | 'own'>>;

/** Whether a workload may run it by itself at all, whoever is in the pod. */
function mayBeOwn(ran: Ran): boolean {
  const { commandLine = '', place, requestUid = '' } = ran;
  const scope = ran.kind === 'line' ? ran.scope : 'container';
  if (requestUid !== '' || isNodeLevel({ place, scope })) return false;
  const isTyped = ran.kind === 'line' ? ran.isSessionStart : ran.hasTerminal === true;
  if (isTyped || isInteractiveShell({ commandLine })) return false;
  return commandLine.trim() !== '' || hasOwnCaller(ran);
}

/** Of what has no command line only the caller is known: then it must say something. */
function hasOwnCaller(ran: Ran): boolean {
  const caller = callerOf(ran) ?? '';
  return caller !== '' && caller !== '/' && !isShell(caller) && !isRuntime(caller);
}

/** A shell may be somebody's, wherever it is. So may be what nobody knows. */
function isByShell(ran: Ran): boolean {
  const caller = callerOf(ran);
  return caller === undefined || caller === '/' || isShell(caller);
}

/**
 * Whether it counts for what the workload runs by itself: nobody was in its container then. `spans`:
 * all sessions of the pod that were open then or in the QUIET_MS before; others do no harm. To be
 * asked when no request can come any more that changes the answer.
 */
export function isOutside(ran: Ran, spans: readonly Span[], tolerance: Tolerance): boolean {
  if (!mayBeOwn(ran) || !Number.isFinite(ran.timeMs)) return false;
  const when = { timeMs: ran.timeMs, isWholeSecond: ran.kind === 'line' && ran.isWholeSecond };
  const { graceMs } = tolerance;
  const afterMs = isByShell(ran) ? Math.max(graceMs, QUIET_MS) : graceMs;
  const slack = { ...tolerance, graceMs: afterMs };
  return spans.every(
    (span) =>
      span.kind === 'port-forward' ||
      isOtherPod(span.place, ran.place) ||
      isOtherContainer(span, ran.place.container) ||
      isBefore(span, when, slack) ||
      isAfter(span, when, slack),
  );
}

function withTime(known: Seen | 'own' | undefined, timeMs: number): Seen | 'own' {
  if (known === 'own') return known;
  const [firstMs, lastMs] = known ?? [timeMs, timeMs];
  const first = Math.min(firstMs, timeMs);
  const last = Math.max(lastMs, timeMs);
  return last - first >= REPEAT_MS ? 'own' : [first, last];
}

/** With a shape that is new; the greatest goes where there are too many. */
function withShape(baseline: Baseline, shape: string, seen: Seen | 'own'): Baseline {
  const shapes = Object.keys(baseline);
  if (shapes.length < MAX_SHAPES) return { ...baseline, [shape]: seen };
  const greatest = shapes.reduce((most, one) => (one > most ? one : most), '');
  if (shape > greatest) return baseline;
  const { [greatest]: gone, ...kept } = baseline;
  return gone === undefined ? baseline : { ...kept, [shape]: seen };
}

/**
 * With something that isOutside says counts. The same object where nothing is new; the same content in
 * whatever order, and however often, things are added.
 */
export function addToBaseline(baseline: Baseline | undefined, ran: Ran): Baseline {
  const known = baseline ?? {};
  const shape = shapeOf(ran);
  const before = known[shape];
  const after = withTime(before, ran.timeMs);
  if (before === undefined) return withShape(known, shape, after);
  return String(before) === String(after) ? known : { ...known, [shape]: after };
}

/** Whether the workload was seen to run it by itself, at two times. */
export function isWorkloads(baseline: Baseline | undefined, ran: Ran): boolean {
  return baseline !== undefined && mayBeOwn(ran) && baseline[shapeOf(ran)] === 'own';
}
