/** The detector's decision on single events: what is written, and what the user said about the rules. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent, Finding } from '../../../../schemas/generated/avro.ts';
import type { Detection } from '../../../../services/detector/judge.ts';
import { readRules, type RuleSources } from '../../../../services/detector/read-rules.ts';
import { decodeFact } from '../../../../services/detector/sessions/facts/codec.ts';
import type { SessionFact } from '../../../../services/detector/sessions/facts/model.ts';
import {
  createDetectorStage,
  type DetectorOut,
  findingsOf,
} from '../../../../services/detector/stage.ts';
import { endings } from '../../../../shared/pipeline/outcome.ts';
import { auditEvent, enricherLine, falcoAlert } from '../../../support/sender-bodies.ts';
import { eventsOf } from '../normalizer/batches.ts';

const NOWHERE = { topic: '', partition: 0, offset: 0n, timestampMs: 0 };
const AUDIT = '{product: kubernetes, service: audit}';
const COMMAND = '{product: podwitness, category: command}';

function sigma(id: string, logsource: string, selection: string, more = ''): string {
  return `title: Rule ${id}\nid: ${id}\nlevel: low\nlogsource: ${logsource}\ndetection:\n  s: ${selection}\n  condition: s\n${more}`;
}
function falco(name: string): string {
  return `- rule: ${name}\n  desc: d\n  condition: ka.verb=get\n  output: by %ka.user.name\n  priority: NOTICE\n  source: k8s_audit\n`;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detector-stage-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}
async function rules(text: string, more: Partial<RuleSources> = {}): Promise<Detection> {
  return readRules({ bundled: false, paths: [await file('rules.yml', text)], ...more });
}
function outOf(current: Detection, events: readonly AuditEvent[]): readonly DetectorOut[] {
  const batch = events.map((value) => ({ value, origin: NOWHERE }));
  const ends = createDetectorStage({ current })
    .apply(batch)
    .flatMap((o) => endings(o));
  return ends.flatMap((ending) => (ending.kind === 'emit' ? ending.items : []));
}
function factIn(item: DetectorOut): readonly SessionFact[] {
  if (item.topic === 'audit.findings') return [];
  const fact = decodeFact(item.value);
  if (fact === undefined || !('kind' in fact)) throw new Error('It is no fact');
  return [fact];
}
function found(current: Detection, events: readonly AuditEvent[]): readonly Finding[] {
  return outOf(current, events).flatMap(findingsOf);
}
const documentOf = ({ document }: Finding): unknown => JSON.parse(document.toString('utf8'));
const lines = (...records: readonly object[]) =>
  eventsOf(records.map((record) => JSON.stringify(record)).join('\n'), { source: 'logs' });
const modes = (findings: readonly Finding[]) => findings.map((f) => `${f.ruleId} ${f.mode}`);

describe('what is written', () => {
  it('says the same as its document', async () => {
    const current = await rules(sigma('a', AUDIT, '{verb: get}'));
    const [finding, ...others] = found(current, lines(auditEvent('alice')));
    expect(others).toEqual([]);
    if (finding === undefined) throw new Error('no finding');
    expect(finding).toMatchObject({
      ...{ cluster: 'prod', ruleId: 'a', ruleName: 'Rule a', level: 'LOW', mode: 'active' },
      ...{ userName: 'alice', message: 'alice read secret prod/db' },
    });
    expect(new Date(finding.time).toISOString()).toBe('2026-11-20T10:00:00.000Z');
    expect(documentOf(finding)).toMatchObject({
      '@timestamp': expect.stringMatching(/^2026-11-20T10:00:00\.\d{6}Z$/),
      ...{ message: finding.message, event: { id: finding.id, kind: 'alert' } },
      ...{ rule: { id: 'a', name: 'Rule a' } },
      podwitness: { finding: { mode: 'active', level: 'low', events: finding.events } },
    });
  });

  it('is marked where the rule is on trial, by id, title or folder, and where it was expected', async () => {
    const expected =
      'exceptions: [{rules: [b, c], owner: o, reason: r, expires: 2027-01-01, when: {user.username: alice}}]';
    const more = { staged: ['a', 'Rule c'], exceptionPaths: [await file('e.yml', expected)] };
    const text = ['a', 'b', 'c', 'd'].map((id) => sigma(id, AUDIT, '{verb: get}')).join('---\n');
    const current = await rules(text, more);
    const findings = found(current, lines(auditEvent('alice')));
    expect(modes(findings)).toEqual(['a test', 'b excepted', 'c test', 'd active']);
    const told = findings.map((f) => (documentOf(f) as { podwitness: object }).podwitness);
    expect(told).toMatchObject([
      { finding: { mode: 'test' } },
      {
        finding: {
          mode: 'excepted',
          exception: { owner: 'o', reason: 'r', expires: '2027-01-01' },
        },
      },
      { finding: { mode: 'test' } },
      { finding: { mode: 'active' } },
    ]);
    expect(modes(found(current, lines(auditEvent('bob'))))[1]).toBe('b active');
    for (const path of [folder, join(folder, 'rules.yml')]) {
      const all = await rules(text, { staged: [path] });
      expect(found(all, lines(auditEvent('alice'))).map(({ mode }) => mode)).toEqual(
        Array.from({ length: 4 }, () => 'test'),
      );
    }
    const none = await rules(text, { staged: [folder.slice(0, -1), ''] });
    expect(found(none, lines(auditEvent('alice'))).map(({ mode }) => mode)).toEqual(
      Array.from({ length: 4 }, () => 'active'),
    );
  });

  it('is as serious as the place makes it', async () => {
    const levels = 'podwitness:\n  levels: {critical: high}\n';
    const current = await rules(sigma('a', AUDIT, '{verb: get}', levels));
    const places = ['critical', 'low'].map((criticality) =>
      lines(auditEvent('alice')).map((event) => {
        const document = JSON.parse(event.document.toString('utf8')) as { podwitness: object };
        const podwitness = { ...document.podwitness, criticality };
        return { ...event, document: Buffer.from(JSON.stringify({ ...document, podwitness })) };
      }),
    );
    const findings = places.flatMap((events) => found(current, events));
    expect(findings.map(({ level }) => level)).toEqual(['HIGH', 'LOW']);
    expect(findings.map(documentOf)).toMatchObject([
      {
        event: { severity: 73 },
        podwitness: {
          criticality: 'critical',
          finding: {
            ...{ level: 'high', rule_level: 'low' },
            level_reason: 'low, but high where criticality is critical',
          },
        },
      },
      { event: { severity: 21 }, podwitness: { criticality: 'low', finding: { level: 'low' } } },
    ]);
  });

  it('has what a person needs of the rule and of the event', async () => {
    const more =
      'description: why\nauthor: me\nreferences: [https://r.example]\ntags: [attack.execution, attack.t1609]\npodwitness:\n  runbook: |\n    Look.\n';
    const current = await rules(sigma('a', AUDIT, '{verb: get}', more));
    const [event] = lines({ ...auditEvent('alice'), impersonatedUser: { username: 'bob' } });
    if (event === undefined) throw new Error('no event');
    const own = {
      data_stream: { type: 'logs', dataset: 'kubernetes.audit_logs', namespace: 'tenant' },
      process: { command_line: 'id -u', args: ['id', '-u'], pid: 7, parent: { pid: 1 } },
      container: { id: 'c0', name: 'app' },
    };
    const document = JSON.parse(event.document.toString('utf8')) as { kubernetes: object };
    const kubernetes = {
      ...document.kubernetes,
      ...{ pod: { name: 'web', uid: 'u0' }, node: { name: 'worker' } },
    };
    const value = {
      ...event,
      document: Buffer.from(JSON.stringify({ ...document, ...own, kubernetes })),
    };
    expect(found(current, [value]).map(documentOf)).toMatchObject([
      {
        rule: { description: 'why', author: 'me', reference: 'https://r.example' },
        ...{ threat: { tactic: { id: ['TA0002'] }, technique: { id: ['T1609'] } } },
        ...{ data_stream: { dataset: 'podwitness.findings', namespace: 'tenant' } },
        process: { command_line: 'id -u', args: ['id', '-u'], pid: 7 },
        container: { id: 'c0', name: 'app' },
        kubernetes: {
          ...{ pod: { name: 'web', uid: 'u0' }, node: { name: 'worker' } },
          audit: { impersonatedUser: { username: 'bob' } },
        },
        podwitness: { finding: { runbook: 'Look.', language: 'sigma' } },
      },
    ]);
  });

  it('is of Falco’s rules the first or all, as the user wants', async () => {
    const names = async (ruleMatching: 'first' | 'all') => {
      const more = { falco: { ruleMatching, minimumPriority: 'debug', meaning: 'falco' } } as const;
      const current = await rules(falco('one') + falco('two'), more);
      return found(current, lines(auditEvent('alice'))).map((f) => `${f.ruleName}: ${f.message}`);
    };
    expect(await names('first')).toEqual(['one: by alice']);
    expect(await names('all')).toEqual(['one: by alice', 'two: by alice']);
    expect(found(await rules(falco('one') + falco('two')), lines(auditEvent('x')))).toHaveLength(1);
  });
});

it('holds the same rules against a whole batch, and each against its kind of event', async () => {
  const linux = '{product: linux, category: process_creation}';
  const first = await rules(sigma('a', AUDIT, '{verb: get}'));
  const second = await rules(sigma('p', linux, '{CommandLine|contains: s}'));
  const uses = [first, second];
  const stage = createDetectorStage({
    get current() {
      return uses.shift() ?? second;
    },
  });
  const record = JSON.parse(enricherLine('web-0')) as object;
  const batch = lines(auditEvent('alice'), record, auditEvent('bob')).map((value) => ({
    value,
    origin: NOWHERE,
  }));
  const apply = () =>
    stage.apply(batch).map((outcome) =>
      endings(outcome)
        .flatMap((end) => (end.kind === 'emit' ? end.items : []))
        .flatMap(findingsOf)
        .map((f) => f.ruleId),
    );
  expect(apply()).toEqual([['a'], [], ['a']]);
  expect(apply()).toEqual([[], ['p'], []]);
});

describe('what ran on a node, and what Falco said', () => {
  const twice = async (record: object) => {
    const current = await rules(sigma('a', COMMAND, '{process.command_line|contains: s}'));
    const [first, second] = [1, 2].map(() => found(current, lines(record)));
    // Delivered again it is the same.
    expect(second).toEqual(first);
    const [finding] = first ?? [];
    if (finding === undefined) throw new Error('no finding');
    return { finding, document: documentOf(finding) };
  };

  it('is told with command, place and user: a line of a node', async () => {
    const { document, finding } = await twice(JSON.parse(enricherLine('web-0')) as object);
    expect(finding.message).toMatch(/^Command in .*web-0.*: ls -l/);
    expect(document).toMatchObject({
      '@timestamp': expect.stringContaining('2026-11-20T10:00:00'),
      orchestrator: { cluster: { name: 'prod' } },
      process: { command_line: 'ls -l /tmp', executable: '/bin/dash', pid: 16037 },
      kubernetes: { namespace: 'prod', pod: { name: 'web-0' }, container: { name: 'nginx' } },
      ...{ host: { name: 'worker-1' }, user: { id: '0' } },
      podwitness: { request_uid: '866ee807-6843-44d3-b0bf-68efa0296aa7' },
    });
  });

  it('is told with command, place and user: an alert', async () => {
    const { document, finding } = await twice(falcoAlert('web-0'));
    expect(finding.userName).toBe('root');
    expect(document).toMatchObject({
      message: expect.stringMatching(/^Falco, Terminal shell in container, .*web-0.*spawned/),
      process: { command_line: 'sh' },
      kubernetes: { namespace: 'prod', pod: { name: 'web-0' } },
      ...{ container: { name: 'app' }, host: { name: 'worker-1' }, user: { name: 'root' } },
    });
  });

  it('gives an id of its own to each, and to each cluster', async () => {
    const current = await rules(sigma('a', COMMAND, '{process.command_line|contains: s}'));
    const line = JSON.parse(enricherLine('web-0')) as object;
    const other = { ...line, timestamp: '2026-11-20T10:00:00.001Z' };
    const here = found(current, lines(line, other, falcoAlert('web-0')));
    const there = found(current, eventsOf(JSON.stringify(line), { source: 'logs', cluster: 'b' }));
    const ids = [...here, ...there].map(({ id }) => id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('a request that is seen before it is answered', () => {
  const seen = async (stage: string, more: object, test = '') => {
    const event = {
      ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Request', auditID: 'a', stage },
      ...{ verb: 'get', user: { username: 'alice' }, sourceIPs: ['10.0.0.9'] },
      requestURI: '/api/v1/namespaces/prod/pods/db-0/exec?command=id',
      objectRef: { resource: 'pods', subresource: 'exec', namespace: 'prod', name: 'db-0' },
      requestReceivedTimestamp: '2026-11-21T06:10:00.000000Z',
      ...more,
    };
    const current = await rules(sigma('a', COMMAND, `{process.command_line: id${test}}`));
    const [finding] = found(current, lines(event));
    if (finding === undefined) throw new Error('no finding');
    return { finding, document: documentOf(finding) as Record<string, unknown> };
  };

  const AT_ANY = ', kubernetes.audit.stage: "*"';

  it('gives no finding before its answer, unless a rule asks for the stage', async () => {
    await expect(seen('RequestReceived', {})).rejects.toThrow('no finding');
    await expect(seen('Panic', {})).resolves.toBeDefined();
    await expect(seen('RequestReceived', {}, AT_ANY)).resolves.toBeDefined();
  });

  it('is the finding of its answer, and claims nothing of that', async () => {
    const asked = await seen('RequestReceived', {}, AT_ANY);
    const refused = await seen('ResponseComplete', { responseStatus: { code: 403 } }, AT_ANY);
    expect(asked.finding.id).toBe(refused.finding.id);
    expect(asked.finding.message).toBe('alice asked to run a command in pod prod/db-0: id');
    expect(refused.finding.message).toBe(
      'alice tried to run a command in pod prod/db-0 and was refused (403): id',
    );
    expect(asked.document).not.toHaveProperty('kubernetes.audit.responseStatus');
    expect(asked.document).toMatchObject({ event: { outcome: 'unknown' } });
    expect(refused.document).toMatchObject({ event: { outcome: 'failure' } });
  });

  it('gives the same at all stages that know the answer, but for the events', async () => {
    const answer = { responseStatus: { code: 101 } };
    const [started, complete] = [
      await seen('ResponseStarted', { ...answer, stageTimestamp: '2026-11-21T06:10:00.1Z' }),
      await seen('ResponseComplete', { ...answer, stageTimestamp: '2026-11-21T06:30:00Z' }),
    ];
    const rest = ({ document, finding }: typeof started) => {
      const { podwitness, ...others } = document;
      const { finding: about, ...own } = podwitness as { finding: { events: unknown } };
      return {
        ...finding,
        document: { ...others, own, about: { ...about, events: 0 } },
        events: 0,
      };
    };
    expect(started.finding.events).not.toEqual(complete.finding.events);
    expect(rest(complete)).toEqual(rest(started));
  });
});

describe('what an event says of sessions', () => {
  const line = JSON.parse(enricherLine('web-0')) as Record<string, unknown>;
  const exec = (more: object = {}) => ({
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Request', auditID: 'a' },
    ...{ stage: 'ResponseStarted', verb: 'get', user: { username: 'alice' } },
    requestURI: '/api/v1/namespaces/prod/pods/db-0/exec?command=id',
    objectRef: { resource: 'pods', subresource: 'exec', namespace: 'prod', name: 'db-0' },
    responseStatus: { code: 101 },
    requestReceivedTimestamp: '2026-11-21T06:10:00.000000Z',
    ...more,
  });
  const commands = () => rules(sigma('a', COMMAND, '{process.command_line|contains: s}'));
  const execs = () => rules(sigma('a', AUDIT, '{objectRef.subresource: exec}'));
  const topics = (items: readonly DetectorOut[]) => items.map(({ topic }) => topic);

  it('goes out beside its findings, by cluster', async () => {
    const [event] = lines(exec());
    if (event === undefined) throw new Error('no event');
    const out = outOf(await execs(), [event]);
    expect(topics(out)).toEqual(['audit.findings', 'audit.signals']);
    expect(out[1]?.value).toMatchObject({
      ...{ kind: 'session', key: 'prod', cluster: 'prod', time: event.time },
    });
  });

  it('of a request that opens one: its findings name it at once, and it lists them', async () => {
    const out = outOf(await execs(), lines(exec()));
    const [fact] = out.flatMap(factIn);
    if (fact?.kind !== 'request') throw new Error('no request');
    const [finding, ...others] = out.flatMap(findingsOf);
    expect(others).toEqual([]);
    expect(fact.findings).toEqual([
      {
        ...{ id: finding?.id, ruleId: 'a', ruleName: 'Rule a', level: 'low', mode: 'active' },
        ...{ timeMs: finding?.time, message: finding?.message },
      },
    ]);
    expect(finding && documentOf(finding)).toMatchObject({
      podwitness: { session: { id: fact.session }, finding: { level: 'low' } },
    });
  });

  it('of one that was refused: no finding names what was never opened', async () => {
    const out = outOf(await execs(), lines(exec({ responseStatus: { code: 403 } })));
    expect(out.flatMap(factIn)).toMatchObject([{ kind: 'request', state: 'refused' }]);
    const [finding] = out.flatMap(findingsOf);
    expect(finding && documentOf(finding)).not.toHaveProperty('podwitness.session');
  });

  it('of a command or an alert: its findings wait in it', async () => {
    for (const record of [line, falcoAlert('web-0')]) {
      const out = outOf(await commands(), lines(record));
      expect(topics(out)).toEqual(['audit.signals']);
      const [finding] = out.flatMap(findingsOf);
      expect(finding).toMatchObject({ ruleId: 'a', level: 'LOW', mode: 'active', cluster: 'prod' });
      expect(finding && documentOf(finding)).toMatchObject({ rule: { id: 'a' } });
    }
  });

  it('nothing: what can be joined with nothing has its findings told at once', async () => {
    const nowhere = { ...line, resource: null, node: undefined, requestUID: undefined };
    const out = outOf(await commands(), lines(nowhere));
    expect(topics(out)).toEqual(['audit.findings']);
    const about = { ...falcoAlert('web-0'), source: 'k8s_audit' };
    expect(topics(outOf(await commands(), lines(about)))).toEqual(['audit.findings']);
  });

  it('is told where no rule matches, too; what says nothing and matches nothing is dropped', async () => {
    const none = await rules(sigma('none', AUDIT, '{verb: none}'));
    expect(topics(outOf(none, lines(exec(), line)))).toEqual(['audit.signals', 'audit.signals']);
    const [outcome] = createDetectorStage({ current: none }).apply(
      lines(auditEvent('alice')).map((value) => ({ value, origin: NOWHERE })),
    );
    expect(outcome).toEqual({ kind: 'drop', reason: 'no_match' });
  });

  it('of a pod that is deleted changes nothing of its findings', async () => {
    const objectRef = { resource: 'pods', namespace: 'prod', name: 'db-0' };
    const deleted = exec({
      ...{ verb: 'delete', stage: 'ResponseComplete', responseStatus: { code: 200 }, objectRef },
    });
    const out = outOf(await rules(sigma('a', AUDIT, '{verb: delete}')), lines(deleted));
    expect(topics(out)).toEqual(['audit.findings', 'audit.signals']);
    expect(out.flatMap(factIn)).toMatchObject([{ kind: 'pod', change: 'deleted' }]);
    const [finding] = out.flatMap(findingsOf);
    expect(finding && documentOf(finding)).not.toHaveProperty('podwitness.session');
  });

  it('what is too large to wait is told at once, and nothing is lost', async () => {
    const text = Array.from({ length: 40 }, (_, i) =>
      sigma(`r${i}`, COMMAND, '{process.command_line|contains: s}'),
    ).join('---\n');
    const long = { ...line, cmdLine: `ls ${'x'.repeat(5000)} ` };
    const out = outOf(await rules(text), lines(long));
    const told = out.filter(({ topic }) => topic === 'audit.findings');
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(40);
    expect(new Set(out.flatMap(findingsOf).map(({ ruleId }) => ruleId)).size).toBe(40);
    expect(out.flatMap(findingsOf)).toHaveLength(40);
  });
});
