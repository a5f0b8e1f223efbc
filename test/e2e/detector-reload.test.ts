/**
 * Rules of a running podwitness: files are added, broken and mended while events flow. It stays up,
 * loses nothing, and finds with what was right last.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Process, query, run, type Settings, start } from '../support/podwitness.ts';
import { auditEvent, enricherLine, falcoAlert } from '../support/sender-bodies.ts';
import { deliver, eventually } from '../support/sender.ts';

const SETTLE_MS = 60_000;
const TIMEOUT = { timeout: 180_000 };
const CLUSTER = 'prod';

let folder: string;
let running: Process;
let settings: Settings;
const sent: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-e2e-'));
  for (const name of ['rules', 'trial']) await mkdir(join(folder, name));
  await writeRule('rules/a.yml', 'a');
  await write('exceptions.yml', 'exceptions: []\n');
  settings = {
    PODWITNESS_DATA_DIR: join(folder, 'data'),
    PODWITNESS_COVERAGE_ENABLED: 'false',
    PODWITNESS_DETECTOR_BUNDLED_RULES: 'false',
    PODWITNESS_DETECTOR_RULES: `${join(folder, 'rules')},${join(folder, 'trial')}`,
    PODWITNESS_DETECTOR_STAGED_RULES: join(folder, 'trial'),
    PODWITNESS_DETECTOR_EXCEPTION_PATHS: join(folder, 'exceptions.yml'),
    PODWITNESS_DETECTOR_RELOAD_INTERVAL_MS: '100',
  };
  running = await start(['up'], settings);
}, 90_000);
afterAll(async () => {
  running?.kill('SIGKILL');
  await running?.exited;
  await rm(folder, { recursive: true, force: true });
});

const write = (name: string, text: string) => writeFile(join(folder, name), text);
function writeRule(name: string, id: string, more = ''): Promise<void> {
  const text = `title: Rule ${id}\nid: ${id}\nlevel: low\nlogsource: {product: kubernetes, service: audit}\ndetection:\n  s: {verb: get}\n  condition: s\n${more}`;
  return write(name, text);
}
async function send(user: string, more: object = {}): Promise<void> {
  sent.push(user);
  await deliver(
    () => running.url,
    CLUSTER,
    Buffer.from(JSON.stringify({ ...auditEvent(user), ...more })),
    'audit',
  );
}
interface FindingDocument {
  readonly rule: { readonly id: string };
  readonly podwitness: { readonly finding: { readonly mode: string } };
}
const findings = async (...where: string[]) =>
  (await query('findings', where, settings)) as readonly FindingDocument[];
/** What the rules say about a new event, as `a active`, when `expected` of them have spoken. */
async function foundBy(user: string, expected: readonly string[]): Promise<void> {
  await send(user);
  const said = await eventually(
    async () =>
      (await findings(`user.name=${user}`)).map((f) => `${f.rule.id} ${f.podwitness.finding.mode}`),
    ({ length }) => length >= expected.length,
    SETTLE_MS,
  );
  expect([...said].sort()).toEqual([...expected].sort());
}
async function metric(series: string): Promise<number> {
  const text = await (await fetch(`${running.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}
const reloads = (result: string) =>
  metric(`podwitness_detector_rule_reloads_total{result="${result}"}`);
async function reloaded(result: string, change: () => Promise<unknown>): Promise<void> {
  const before = await reloads(result);
  await change();
  await eventually(
    () => reloads(result),
    (now) => now > before,
    SETTLE_MS,
  );
}
async function readiness(): Promise<string> {
  return (await fetch(`${running.url}/readyz`)).text();
}

describe('the rules of a running podwitness', () => {
  it('are added, broken and mended while events flow', TIMEOUT, async () => {
    let flows = true;
    let flowed = 0;
    const flow = (async () => {
      while (flows) await send(`flow-${flowed++}`);
    })();
    await foundBy('one', ['a active']);

    await reloaded('used', () => writeRule('rules/b.yml', 'b'));
    await foundBy('two', ['a active', 'b active']);

    await reloaded('refused', () => write('rules/b.yml', 'title: Rule b\ndetection: [\n'));
    expect(await readiness()).toMatch(/rules/);
    expect(running.output()).toContain('rules/b.yml:');
    await foundBy('three', ['a active', 'b active']);

    await reloaded('used', () => writeRule('rules/b.yml', 'c'));
    expect(await readiness()).not.toMatch(/rules/);
    await foundBy('four', ['a active', 'c active']);

    flows = false;
    await flow;
    // Every event that flowed has one finding of the rule that was there all the time.
    const of = await eventually(
      () => findings('rule.id=a'),
      (all) => all.length >= sent.length,
      SETTLE_MS,
    );
    expect(of).toHaveLength(sent.length);
    expect(flowed).toBeGreaterThan(5);
  });

  it('are marked on trial and excepted, and found by it', TIMEOUT, async () => {
    await reloaded('used', () => writeRule('trial/t.yml', 't'));
    const text =
      'exceptions: [{rules: a, owner: o, reason: r, expires: 2099-01-01, when: {user.username: five}}]\n';
    await reloaded('used', () => write('exceptions.yml', text));
    await foundBy('five', ['a excepted', 'c active', 't test']);
    const ids = async (mode: string) =>
      (await findings(`podwitness.finding.mode=${mode}`, 'user.name=five')).map((f) => f.rule.id);
    expect(await ids('test')).toEqual(['t']);
    expect(await ids('excepted')).toEqual(['a']);
    expect(await findings('podwitness.finding.exception.owner=o')).toHaveLength(1);
  });

  it('are counted', TIMEOUT, async () => {
    const body = 'detection:\n  s: {requestObject.metadata.name: x}\n  condition: s\n';
    await reloaded('used', () =>
      write(
        'rules/u.yml',
        `title: Rule u\nid: u\nlevel: low\nlogsource: {product: kubernetes, service: audit}\n${body}`,
      ),
    );
    const before = await metric('podwitness_detector_rule_matches_total{rule="a"}');
    expect(before).toBe(sent.length);
    expect(await metric('podwitness_detector_rules{state="matched"}')).toBe(4);
    await send('six', { verb: 'create' });
    const undecided = () => metric('podwitness_detector_rule_undecided_total{rule="u"}');
    await eventually(undecided, (count) => count > 0, SETTLE_MS);
    // A write can't be a read: the index does not even ask.
    expect(await metric('podwitness_detector_rule_matches_total{rule="a"}')).toBe(before);
    expect(await metric('podwitness_detector_rule_evaluations_total{rule="a"}')).toBe(before);
  });

  it('find commands on nodes and in Falco’s alerts, once each', TIMEOUT, async () => {
    await reloaded('used', () =>
      write(
        'rules/p.yml',
        'title: Rule p\nid: p\nlevel: low\nlogsource: {product: podwitness, category: command}\ndetection:\n  s: {process.command_line|contains: s}\n  condition: s\n',
      ),
    );
    const bodies = [enricherLine('web-0'), JSON.stringify(falcoAlert('web-1'))];
    for (const body of [...bodies, ...bodies]) {
      await deliver(() => running.url, CLUSTER, Buffer.from(body), 'logs');
    }
    const seen = await eventually(
      () => findings('rule.id=p'),
      ({ length }) => length >= 2,
      SETTLE_MS,
    );
    expect(seen).toHaveLength(2);
    expect(await findings('kubernetes.pod.name=web-0', 'rule.id=p')).toMatchObject([
      { process: { command_line: 'ls -l /tmp' }, host: { name: 'worker-1' } },
    ]);
  });

  it('were read by one process, which is still there', TIMEOUT, async () => {
    expect(await readiness()).not.toMatch(/rules/);
    running.kill('SIGTERM');
    expect(await running.exited).toBe(0);
  });
});

it('findings of rules on trial and expected ones fail no scan', TIMEOUT, async () => {
  const file = join(folder, 'audit.log');
  await writeFile(file, JSON.stringify(auditEvent('five')));
  const scan = (...more: string[]) =>
    run(['scan', file, '--no-bundled-rules', '--rules', join(folder, 'rules/a.yml'), ...more]);
  const failing = await scan('--fail-on', 'low');
  expect(failing.exitCode).toBe(2);
  const expected = await scan('--fail-on', 'low', '--exceptions', join(folder, 'exceptions.yml'));
  expect(expected.exitCode).toBe(0);
  expect(expected.stdout).toContain('"mode":"excepted"');
});
