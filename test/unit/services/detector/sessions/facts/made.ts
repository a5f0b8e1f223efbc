/**
 * Owns: findings as the matching stage has them before they are written, for tests of facts.
 */
import type { MadeFinding } from '../../../../../../services/detector/finding.ts';

export function madeFinding(
  id: string,
  more: Partial<MadeFinding['record']> = {},
  size = 0,
): MadeFinding {
  return {
    record: {
      ...{ id, cluster: 'prod', time: 1_795_241_400_000, ruleId: 'r', ruleName: 'A Rule' },
      ...{ level: 'HIGH', events: ['e'], userName: null, message: 'Command: id', mode: 'active' },
      ...more,
    },
    document: { event: { id }, process: { command_line: 'x'.repeat(size) } },
  };
}
