import { describe, expect, it } from 'vitest';
import {
  alert,
  exec,
  finding,
  line,
  live,
  offline,
  pod,
  request,
  T,
  unmarked,
} from './stage-story.ts';

describe('a session', () => {
  it('has the commands with its request UID, in the order of time', () => {
    const { sessions } = offline([
      ...exec('s', 10, 60),
      line(20, 'rm -f /etc/pay/config.yaml', { requestUid: 'uid-s' }),
      line(15, 'ls', { requestUid: 'uid-s' }),
    ]);
    expect(sessions['s']).toMatchObject({
      ...{ id: 's', cluster: 'prod', kind: 'exec', state: 'closed', confidence: 'exact' },
      ...{ requestedMs: T + 10_000, startedMs: T + 10_000, endedMs: T + 60_000 },
      ...{ endedBy: 'response', revision: 1, commandCount: 2 },
      place: { namespace: 'payments', pod: 'pay-0', container: 'app', node: 'worker-1' },
      commands: [
        { commandLine: 'ls', confidence: 'exact', others: [] },
        { commandLine: 'rm -f /etc/pay/config.yaml', confidence: 'exact' },
      ],
    });
  });

  it('is told at once, live, and again with each command', async () => {
    const [started, ended] = exec('s', 10, 60);
    const { records } = await live([
      ...[started, line(20, 'ls', { requestUid: 'uid-s' }), 90, ended, 200].flatMap((x) => x ?? []),
    ]);
    expect(
      records.map(({ commandCount, endedMs, revision, state }) => [
        revision,
        state,
        commandCount,
        endedMs,
      ]),
    ).toEqual([
      [1, 'open', 0, undefined],
      [2, 'open', 1, undefined],
      [3, 'open', 1, T + 60_000],
      [4, 'closed', 1, T + 60_000],
    ]);
  });
  void [alert, finding, pod, request, unmarked];
});
