/**
 * Owns: what a process used, as Linux accounts for it.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

function fieldsOf(pid: string): readonly string[] {
  // The name in parentheses may hold spaces and parentheses of its own.
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
}

function isInGroup(pid: string, group: string): boolean {
  try {
    return fieldsOf(pid)[2] === group;
  } catch {
    return false; // It ended since the folder was listed.
  }
}

function usageOfOne(pid: string): Usage {
  const fields = fieldsOf(pid);
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpuSeconds: ticks / TICKS_PER_SECOND, peakMiB: Math.round(Number(peak?.[1]) / 1024) };
}

/**
 * User and system time, and the high-water mark of resident memory, since the start of a process
 * and, if it leads a group, of those in it (Elasticsearch is the child of its launcher).
 */
export function usageOf(pid: number): Usage {
  const group = String(pid);
  const members = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && isInGroup(name, group),
  );
  return [...new Set([group, ...members])].map(usageOfOne).reduce((sum, one) => ({
    cpuSeconds: sum.cpuSeconds + one.cpuSeconds,
    peakMiB: sum.peakMiB + one.peakMiB,
  }));
}

/** One line of the report. `cpuMicros` is per event. */
export interface Figure {
  readonly run: string;
  readonly part: string;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly cpuMicros: number;
  readonly peakMiB: number;
  /** Its CPU per event as a multiple of that of the first part of the run. */
  readonly cpuRatio?: number;
}

export function figureOf(
  name: Pick<Figure, 'run' | 'part'>,
  events: number,
  seconds: number,
  used: Usage,
): Figure {
  return {
    ...name,
    events,
    eventsPerSecond: Math.round(events / seconds),
    cpuMicros: Math.round((used.cpuSeconds / events) * 1e7) / 10,
    peakMiB: used.peakMiB,
  };
}

export function difference(after: Usage, before: Usage): Usage {
  return { cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakMiB: after.peakMiB };
}
