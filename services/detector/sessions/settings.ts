/**
 * Owns: the settings of sessions in the units of the stage, from the configuration.
 */
import type { Config } from '../../../shared/config/load.ts';

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

export function sessionSettings({ sessions }: Pick<Config, 'sessions'>): SessionSettings {
  const { cacheMb, keepClosedHours, maxAgeHours, ...same } = sessions;
  return {
    ...same,
    maxAgeMs: maxAgeHours * HOUR_MS,
    keepClosedMs: keepClosedHours * HOUR_MS,
    cacheBytes: cacheMb * MIB,
  };
}
