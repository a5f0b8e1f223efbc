/**
 * `podwitness scan` as a user runs it: the same input gives the same bytes, whatever the order of
 * the files, and the exit codes of the contract.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingData, recordedBurst, recordedScenario } from '../support/data.ts';
import { distinctEvents, documentKeys } from '../support/distinct.ts';
import { run } from '../support/podwitness.ts';

const SAMPLE = 'services/cli/sample/story.jsonl';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-scan-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function documents(stdout: string): readonly unknown[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

describe('scan', () => {
  it('tells the story of the sample in its findings', async () => {
    const { exitCode, stderr, stdout } = await run(['scan', SAMPLE]);
    expect(exitCode).toBe(0);
    const told = documents(stdout) as readonly { rule?: { name: string }; message: string }[];
    const rules = told.flatMap(({ rule }) => rule?.name ?? []);
    expect(rules.sort()).toEqual([
      'All Secrets Of The Cluster Read',
      'Authentication Failed',
      'Cluster Admin Rights Bound',
      'Command Started In A Pod',
      'Command Started In A Pod',
      'Command Started In A Pod',
      'Config Map Changed By A Person',
      'Critical Files Deleted Or Moved',
      'Interactive Shell In A Container',
      'Reading Secrets Refused',
      'Roles Or Bindings Changed',
      'Secret Read By A Person',
      'Service Account Token Read',
      'Service Account Token Read',
      'Session In Production',
      'Session In Production',
    ]);
    const sessions = told.filter(({ rule }) => rule === undefined);
    expect(sessions.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^alice opened a shell in payments\/checkout-0 .*joined exactly/),
      expect.stringMatching(/^bob ran a command in production\/ledger-0 /),
      expect.stringMatching(/^bob ran a command in production\/ledger-0 /),
    ]);
    expect(stderr).toContain('43 distinct events, 16 findings, 3 sessions');
  });

  it('reads gzip by its bytes, one body over many lines, lists and garbage beside them', async () => {
    const lines = (await readFile(SAMPLE, 'utf8')).trim().split('\n');
    const items = lines.slice(0, 10).map((line) => JSON.parse(line) as unknown);
    const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items };
    const pretty = await file('pretty.json', JSON.stringify(list, null, 2));
    const zipped = await file('zipped.txt', gzipSync(lines.slice(10, 20).join('\n')));
    const mixed = await file('mixed.log', `no audit\n${lines.slice(20).join('\n')}\n{"torn": `);
    const whole = await run(['scan', SAMPLE, '--emit', 'events,findings']);
    const parts = await run(['scan', mixed, pretty, zipped, '--emit', 'events,findings']);
    expect(parts.stdout).toBe(whole.stdout);
    expect(parts.stderr).toMatch(/mixed\.log: 23 events, 2 unreadable/);
  });

  it('ends with the exit codes of the contract', { timeout: 60_000 }, async () => {
    const garbage = await file('garbage', Buffer.from([0, 255, 10, 13, 7]));
    expect(await run(['scan', garbage])).toMatchObject({ exitCode: 65, stdout: '' });
    expect(await run(['scan', join(folder, 'absent')])).toMatchObject({ exitCode: 65 });
    expect(await run(['scan', SAMPLE, '--fail-on', 'high'])).toMatchObject({ exitCode: 2 });
    expect(await run(['scan', SAMPLE, '--fail-on', 'critical'])).toMatchObject({ exitCode: 0 });
    expect(await run(['scan', SAMPLE, '--fail-on', 'huge'])).toMatchObject({ exitCode: 64 });
    expect(await run(['scan'])).toMatchObject({ exitCode: 64 });
    const rule = await file('rule.yml', 'title: [');
    expect(await run(['scan', SAMPLE, '--rules', rule])).toMatchObject({ exitCode: 78 });
  });

  it('shows tables without control characters', async () => {
    const line = (await readFile(SAMPLE, 'utf8'))
      .split('\n')
      .find((l) => l.includes('ledger-0/exec?') && l.includes('"ResponseStarted"'));
    const hostile = (line ?? '').replaceAll('ledger-0', 'a\\u001b[2Jb\\u202ec');
    const path = await file('hostile.log', hostile);
    const { stdout } = await run(['scan', path, '--output', 'table']);
    expect(stdout).toContain('\\u{1b}[2J');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there.
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });
});

describe.skipIf(missingData() !== undefined)('scan of the recordings', () => {
  it('gives the same bytes on every run and in every order, each distinct event once', {
    timeout: 60_000,
  }, async () => {
    const files = ['a', 'd', 'i1'].map((name) => recordedScenario(name).auditLog);
    const first = await run(['scan', ...files, '--emit', 'events,findings']);
    const second = await run(['scan', ...files.toReversed(), '--emit', 'events,findings']);
    expect(second.stdout).toBe(first.stdout);
    const bodies = recordedScenario('i1').bodies;
    const path = await file('bodies.jsonl', Buffer.concat([...bodies]));
    const scanned = await run(['scan', path, '--emit', 'events']);
    expect(documentKeys(documents(scanned.stdout))).toEqual(distinctEvents(bodies));
  });

  it('scans the burst', { timeout: 60_000 }, async () => {
    const { auditLog } = recordedBurst();
    const scanned = await run(['scan', auditLog, '--emit', 'events']);
    const lines = execFileSync('gzip', ['-dc', auditLog], { maxBuffer: 1e9 });
    expect(documents(scanned.stdout)).toHaveLength(
      lines.toString('utf8').trim().split('\n').length,
    );
    const again = await run(['scan', auditLog, '--emit', 'events']);
    expect(sha256(again.stdout)).toBe(sha256(scanned.stdout));
  });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
