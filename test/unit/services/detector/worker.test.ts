import { expect, it } from 'vitest';
import { sessionsOf } from '../../../../services/detector/worker.ts';
import { exec, line, signalOf } from './sessions/join/stage-story.ts';

/** A process that goes on for an hour after its session. */
const signals = [
  ...exec('s', 10, 60),
  line(20, 'nohup /tmp/miner', { requestUid: 'uid-s' }),
  line(3660, '/tmp/miner --pool x', { requestUid: 'uid-s' }),
].map(signalOf);

const rulesOf = (bundledRules: boolean) =>
  sessionsOf(signals, bundledRules).flatMap((record) =>
    record.topic === 'audit.findings' ? [record.value.ruleId] : [],
  );

it('tells what rules on sessions find, unless bundled rules are not wanted', () => {
  expect(rulesOf(true)).toContain('session_outlived');
  expect(rulesOf(false)).toEqual([]);
});

it('tells sessions either way', () => {
  for (const bundled of [true, false]) {
    const sessions = sessionsOf(signals, bundled).filter(({ topic }) => topic === 'audit.sessions');
    expect(sessions).toMatchObject([{ value: { kind: 'exec', commands: 2, state: 'closed' } }]);
  }
});
