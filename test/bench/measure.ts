/**
 * Owns: what a process used, as Linux accounts for it.
 */
import { readFileSync } from 'node:fs';

/** USER_HZ of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** User and system time, and the high-water mark of resident memory, since the process started. */
export function usageOf(pid: number): Usage {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
  const fields = afterName.split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpuSeconds: ticks / TICKS_PER_SECOND, peakMiB: Math.round(Number(peak?.[1]) / 1024) };
}

/** One line of the report. `cpuMicros` is per event. */
export interface Figure {
  readonly run: string;
  readonly part: string;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly cpuMicros: number;
  readonly peakMiB: number;
}

export function figureOf(
  run: string,
  part: string,
  events: number,
  seconds: number,
  used: Usage,
): Figure {
  return {
    run,
    part,
    events,
    eventsPerSecond: Math.round(events / seconds),
    cpuMicros: Math.round((used.cpuSeconds / events) * 1e7) / 10,
    peakMiB: used.peakMiB,
  };
}

export function difference(after: Usage, before: Usage): Usage {
  return { cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakMiB: after.peakMiB };
}
