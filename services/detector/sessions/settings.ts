/**
 * Owns: the settings of sessions in the units of the stage, from the configuration.
 */
const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

export interface SessionSettings {
  readonly graceMs: number;
  readonly clockSkewMs: number;
  readonly lateEventsMs: number;
  readonly settleMs: number;
  readonly holdFindingsMs: number;
  readonly maxAgeMs: number;
  readonly keepClosedMs: number;
  readonly maxCommands: number;
  readonly cacheBytes: number;
}

/** The section `sessions` of the configuration. */
type SessionsSection = Omit<SessionSettings, 'maxAgeMs' | 'keepClosedMs' | 'cacheBytes'> &
  Readonly<Record<'maxAgeHours' | 'keepClosedHours' | 'cacheMb', number>>;

export function sessionSettings(section: SessionsSection): SessionSettings {
  const { cacheMb, keepClosedHours, maxAgeHours, ...same } = section;
  return {
    ...same,
    maxAgeMs: maxAgeHours * HOUR_MS,
    keepClosedMs: keepClosedHours * HOUR_MS,
    cacheBytes: cacheMb * MIB,
  };
}
