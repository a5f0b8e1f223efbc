/**
 * Owns: levels as the schema of findings has them.
 */
import type { Finding } from '../../../../schemas/generated/avro.ts';
import { LEVELS, type Level } from '../../rules/model.ts';

export const AVRO_LEVEL: Readonly<Record<Level, Finding['level']>> = {
  informational: 'INFORMATIONAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  critical: 'CRITICAL',
};

/** From either form; UNKNOWN for anything else. */
export function avroLevel(value: unknown): Finding['level'] {
  const level = LEVELS.find((one) => one === value || AVRO_LEVEL[one] === value);
  return level === undefined ? 'UNKNOWN' : AVRO_LEVEL[level];
}
