/**
 * Owns: what the detector counts of its rules. Interface only.
 */

/** Of one rule, since the process started. */
export interface RuleCount {
  readonly rule: string;
  /** Events that it matched, whatever became of the match. */
  readonly matched: number;
  /** Events that it might have matched, had the audit policy recorded more. */
  readonly undecided: number;
  /** Events for which its condition had to be looked at: its cost. */
  readonly evaluated: number;
}

export interface RuleTelemetry {
  /** Rules that are matched now, and those that are listed only. */
  inUse(matched: number, listed: number): void;
  /** Files had changed; otherwise what was read before still is in use. */
  reloaded(isGood: boolean): void;
  /** Asked whenever the metrics are read. */
  counts(read: () => Iterable<RuleCount>): void;
}
