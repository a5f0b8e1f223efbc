import { describe, expect, it } from 'vitest';
import { alert, exec, finding, line, live, offline, PAY, pod, T, unmarked } from './stage-story.ts';

const OTHER = { place: { ...PAY, pod: 'web-1' } };

describe('a finding on a command', () => {
  const found = { findings: [finding('f')] };

  it('is told at once with the session that the command lies in', async () => {
    const { held, sessions } = await live([
      ...exec('s', 10),
      line(20, 'rm -rf /', { ...found, requestUid: 'uid-s' }),
    ]);
    expect(held).toMatchObject([
      {
        finding: { id: 'f' },
        confidence: 'exact',
        candidates: [],
        session: { id: 's', revision: 2 },
      },
    ]);
    expect(sessions['s']?.findings).toMatchObject([{ id: 'f' }]);
    expect(sessions['s']?.findings[0]).not.toHaveProperty('record');
  });

  it('is not told on the first process where its request has it by the same rule', () => {
    const { record: _, document: __, ...ref } = finding('of-request');
    const wrapper = { isSessionStart: true, requestUid: 'uid-s' };
    const other = { ...finding('other'), ruleId: 'another' };
    const { held, sessions } = offline([
      ...exec('s', 10, 60, { findings: [ref] }),
      line(10, 'bash', { ...wrapper, findings: [finding('same'), other] }),
      line(20, 'bash', { requestUid: 'uid-s', findings: [finding('typed')] }),
    ]);
    const ids = ['of-request', 'other', 'typed'];
    expect(held.map(({ finding: { id } }) => id).sort()).toEqual(['other', 'typed']);
    expect(sessions['s']?.findings.map(({ id }) => id).sort()).toEqual(ids);
  });

  it('names the sessions that it may be of', () => {
    const { held } = offline([
      ...unmarked(exec('s1', 10, 60)),
      ...unmarked(exec('s2', 10, 60)),
      line(20, 'rm -rf /', found),
    ]);
    expect(held).toMatchObject([{ confidence: 'ambiguous', candidates: ['s1', 's2'] }]);
    expect(held[0]).not.toHaveProperty('session');
  });

  it('waits for its session', async () => {
    const typed = line(20, 'rm -rf /', { ...found, requestUid: 'uid-s' });
    const { held } = await live([typed, 20, ...exec('s', 10), 100]);
    expect(held).toMatchObject([{ confidence: 'exact', session: { id: 's' } }]);
  });

  it('does not wait for ever, and is told once', async () => {
    const typed = line(20, 'rm -rf /', { ...found, requestUid: 'uid-s' });
    const { held } = await live([typed, 34, 36, typed, 100, ...exec('s', 10), 200, 1000]);
    expect(held).toMatchObject([{ finding: { id: 'f' }, candidates: [] }]);
    expect(held[0]).not.toHaveProperty('session');
  });

  it('of an alert has the alert’s session', () => {
    const { held, sessions } = offline([
      ...exec('s', 10, 60),
      alert(20, 'Read sensitive file', { ...found, requestUid: 'uid-s' }),
    ]);
    expect(sessions['s']).toMatchObject({
      ...{ alertCount: 1, commandCount: 0, confidence: 'exact' },
      alerts: [{ rule: 'Read sensitive file', confidence: 'exact' }],
    });
    expect(held).toMatchObject([{ session: { id: 's' } }]);
  });
});

describe('an evasion', () => {
  const rulesOf = (told: ReturnType<typeof offline>) => told.evasions.map(({ rule }) => rule);

  it('is the request UID of another pod’s session', () => {
    const forged = line(20, 'id', { ...OTHER, requestUid: 'uid-s' });
    const { evasions, sessions } = offline([
      ...exec('s', 10, 60),
      line(15, 'ls', { requestUid: 'uid-s', pid: 7 }),
      forged,
    ]);
    expect(evasions).toMatchObject([
      {
        ...{ rule: 'session_mark_of_other_pod', eventIds: [forged.eventId] },
        ...{ owner: { session: 's', userName: 'alice' }, place: { pod: 'web-1' } },
      },
    ]);
    expect(sessions['s']).toMatchObject({ commandCount: 1, confidence: 'exact' });
    expect(sessions['s']?.coverage).toContain('mark_of_other_pod');
  });

  it('is not what the enricher kept of an earlier process', () => {
    const { evasions, sessions } = offline([
      ...exec('s', 10, 60),
      line(15, 'ls', { requestUid: 'uid-s', pid: 7 }),
      line(200, 'ls', { ...OTHER, requestUid: 'uid-s', pid: 7 }),
    ]);
    expect(evasions).toEqual([]);
    expect(sessions['s']?.coverage).not.toContain('mark_of_other_pod');
  });

  it('is a session without any command on a node that told of others', () => {
    const noise = [0, 30, 61, 65].map((at) => line(at, 'probe', OTHER));
    const bound = pod(-600, 'bound', { place: { ...PAY } });
    expect(rulesOf(offline([...exec('s', 10, 60), ...noise, bound]))).toEqual([
      'session_without_telemetry',
    ]);
    expect(rulesOf(offline([...exec('s', 10, 60), bound]))).toEqual([]);
  });

  it('is told once all has been waited for, and once', async () => {
    const noise = [0, 30, 61, 65].map((at) => line(at, 'probe', OTHER));
    const bound = pod(-600, 'bound', { place: { ...PAY } });
    const facts = [...exec('s', 10, 60), ...noise, bound];
    expect((await live([...facts, 200])).evasions).toEqual([]);
    const told = await live([...facts, 300, 600, 900, 1200, line(20, 'probe', OTHER), 1500]);
    expect(rulesOf(told)).toEqual(['session_without_telemetry']);
  });

  it('is a shell that no request is known of', () => {
    const shell = line(600, 'bash', { executable: '/usr/bin/runc' });
    const audit = [...exec('before', 10, 20), ...exec('after', 1200, 1210)];
    expect(rulesOf(offline([...audit, shell]))).toContain('session_past_api_server');
    expect(rulesOf(offline([shell]))).toEqual([]);
    const late = exec('s', 590, 700);
    expect(rulesOf(offline([...audit, shell, ...late]))).not.toContain('session_past_api_server');
  });

  it('is a process that goes on when its session is over', () => {
    const { evasions, sessions } = offline([
      ...exec('s', 10, 60),
      line(20, 'nohup miner', { requestUid: 'uid-s', pid: 5 }),
      line(100, 'curl evil', { requestUid: 'uid-s', pid: 6, executable: '/tmp/miner' }),
    ]);
    expect(evasions).toMatchObject([{ rule: 'session_outlived', key: 's' }]);
    expect(sessions['s']?.coverage).toContain('process_outlived');
  });

  it('is a mark that is lost on the way', () => {
    const { evasions, sessions } = offline([
      ...exec('s', 10, 60),
      line(12, 'bash', { requestUid: 'uid-s', executable: '/usr/bin/runc' }),
      line(20, 'env -i bash', { executable: '/bin/bash' }),
      line(24, 'cat /etc/shadow', { executable: '/bin/bash' }),
      line(28, 'id', { executable: '/bin/bash' }),
    ]);
    expect(evasions).toMatchObject([{ rule: 'session_mark_stripped', key: 's' }]);
    expect(sessions['s']?.coverage).toContain('mark_stripped');
  });

  it('is a session without a mark where others have one', () => {
    const bare = unmarked(exec('s', 100, 160));
    expect(rulesOf(offline([...exec('other', 10, 20), ...bare]))).toEqual(['session_mark_not_set']);
    expect(rulesOf(offline(bare))).toEqual([]);
    const later = exec('other', 200, 210);
    expect(rulesOf(offline([...later, ...bare]))).toEqual([]);
  });
});

describe('a command that nobody claims', () => {
  it('waits for its session, and then is gone', async () => {
    const typed = line(20, 'ls');
    const session = unmarked(exec('s', 10));
    const soon = await live([typed, 200, ...session]);
    expect(soon.sessions['s']).toMatchObject({ commandCount: 1 });
    const late = await live([typed, 200, 400, 600, ...session]);
    expect(late.sessions['s']).toMatchObject({ commandCount: 0, requestedMs: T + 10_000 });
  });
});
