/**
 * Owns: the numbers that coverage is judged by. Those that a user may set come from the section
 * `coverage` of the configuration (main.ts); the others are here, each with its reason.
 */
export interface CoverageSettings {
  readonly silenceMs: number;
  /** Silence is so many times the usual longest pause. */
  readonly silenceFactor: number;
  readonly establishedMs: number;
  readonly forgetMs: number;
  readonly windowMs: number;
  readonly fallingPercent: number;
  readonly minWindowRecords: number;
  readonly lateMs: number;
  readonly lateBatches: number;
  readonly lateForMs: number;
  readonly maxSkewMs: number;
  readonly gapAllowanceMs: number;
  readonly maxTracked: number;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Fewer batches say nothing about how often a sender sends. */
export const ESTABLISHED_BATCHES = 10;
/** A whole source is waited for longer than one of its senders: it is a cluster that went away. */
export const GROUP_FORGET_FACTOR = 7;
/** Events about single senders of one source in one hour; the rest is told as one. */
export const TOLD_PER_HOUR = 20;
/** A collector's clock may be ahead of the ticks' by so much. */
export const MAX_AHEAD_MS = 60_000;
/** Retention of audit.signals. */
export const SIGNALS_KEPT_MS = 24 * HOUR_MS;

/** The section `coverage` of the configuration, as far as it is judged by. */
interface CoverageSection {
  readonly silenceSeconds: number;
  readonly silenceFactor: number;
  readonly establishedSeconds: number;
  readonly forgetHours: number;
  readonly windowSeconds: number;
  readonly fallingPercent: number;
  readonly minWindowRecords: number;
  readonly lateSeconds: number;
  readonly lateBatches: number;
  readonly lateForSeconds: number;
  readonly maxSkewSeconds: number;
  readonly gapAllowanceSeconds: number;
  readonly maxTracked: number;
}

export function settingsOf(section: CoverageSection): CoverageSettings {
  return {
    silenceMs: section.silenceSeconds * 1000,
    silenceFactor: section.silenceFactor,
    establishedMs: section.establishedSeconds * 1000,
    forgetMs: section.forgetHours * HOUR_MS,
    windowMs: section.windowSeconds * 1000,
    fallingPercent: section.fallingPercent,
    minWindowRecords: section.minWindowRecords,
    lateMs: section.lateSeconds * 1000,
    lateBatches: section.lateBatches,
    lateForMs: section.lateForSeconds * 1000,
    maxSkewMs: section.maxSkewSeconds * 1000,
    gapAllowanceMs: section.gapAllowanceSeconds * 1000,
    maxTracked: section.maxTracked,
  };
}
