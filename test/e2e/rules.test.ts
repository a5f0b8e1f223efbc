/**
 * `podwitness rules` as a user runs it: what it prints, and the exit codes of the contract.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/podwitness.ts';

const SAMPLE = 'services/cli/sample/story.jsonl';
const PROGRAM = fileURLToPath(new URL('../../dist/services/cli/main.js', import.meta.url));
const EXEC = '6ee2e7f4-0402-4396-aa3e-5306067b3ec6';
const HOSTILE = 'a\\u001b[2J\\u202eb\\nc';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there.
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u202e]/;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-rules-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

function rule(id: number, title: string, selection: string): string {
  return `title: ${title}
id: 00000000-0000-4000-8000-${String(id).padStart(12, '0')}
description: What it sees
tags: [attack.t1609]
falsepositives: [None]
level: high
logsource: {product: kubernetes, service: audit}
detection:
    selection: {${selection}}
    condition: selection
`;
}

function objects(stdout: string): readonly Record<string, unknown>[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

function only(path: string, ...args: readonly string[]): readonly string[] {
  return [...args, '--rules', path, '--no-bundled-rules'];
}

async function storyLine(part: string): Promise<string> {
  const lines = (await readFile(SAMPLE, 'utf8')).split('\n');
  return lines.find((line) => line.includes(part)) ?? '';
}

describe('rules list', { timeout: 60_000 }, () => {
  it('lists the bundled rules, and fewer with filters', async () => {
    const { exitCode, stdout } = await run(['rules', 'list']);
    expect(exitCode).toBe(0);
    const all = objects(stdout);
    expect(all.find(({ id }) => id === EXEC)).toMatchObject({
      ...{ title: 'Command Started In A Pod', mode: 'active', techniques: ['T1609'] },
      ...{ auditLevel: 'Metadata', language: 'sigma', foundBy: [expect.any(String)] },
    });
    const filtered = await run(['rules', 'list', '--technique', 't1609', '--level', 'medium']);
    const some = objects(filtered.stdout);
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(all.length);
    for (const { level } of some) expect(['medium', 'high', 'critical']).toContain(level);
    expect(await run(['rules', 'list', '--level', 'huge'])).toMatchObject({ exitCode: 64 });
    const table = await run(['rules', 'list', '--output', 'table']);
    expect(table.stdout).toMatch(/^ID +TITLE +LANGUAGE/);
  });

  it('counts what rules say of recorded files', async () => {
    const { stdout } = await run(['rules', 'list', '--coverage', SAMPLE]);
    expect(objects(stdout).find(({ id }) => id === EXEC)).toMatchObject({
      coverage: { events: 40, matched: 6, undecided: 0, policy: 'enough' },
    });
    const absent = await run(['rules', 'list', '--coverage', join(folder, 'absent')]);
    expect(absent).toMatchObject({ exitCode: 65, stdout: '' });
  });

  it('takes the rules of the configuration', async () => {
    const path = await file('configured/rule.yml', rule(1, 'Configured', 'verb: get'));
    const config = await file(
      'podwitness.yaml',
      `detector: {rules: [${path}], bundledRules: false, stagedRules: [Configured]}\n`,
    );
    const { stdout } = await run(['rules', 'list', '--config', config, '--rules', path]);
    expect(objects(stdout)).toMatchObject([{ title: 'Configured', mode: 'test' }]);
  });
});

describe('rules lint', { timeout: 60_000 }, () => {
  it('finds no error in the bundled rules', async () => {
    const { exitCode, stderr } = await run(['rules', 'lint']);
    expect(stderr).toMatch(/rules: 0 errors/);
    expect(exitCode).toBe(0);
  });

  it('ends with 78 at an error, and at a warning if told so', async () => {
    const good = await file(
      'good/rule.yml',
      rule(1, 'Good', 'verb: get, responseStatus.code: 401'),
    );
    expect(await run(only(good, 'rules', 'lint', '--strict'))).toMatchObject({ exitCode: 0 });
    const odd = await file('odd/rule.yml', rule(1, 'Odd', 'verb: [get, exec]'));
    expect(await run(only(odd, 'rules', 'lint'))).toMatchObject({ exitCode: 0 });
    expect(await run(only(odd, 'rules', 'lint', '--strict'))).toMatchObject({ exitCode: 78 });
    const bad = await file('bad/rule.yml', rule(1, 'Bad', 'objectRef.resorce: pods'));
    const { exitCode, stdout } = await run(only(bad, 'rules', 'lint', '--output', 'table'));
    expect(exitCode).toBe(78);
    expect(stdout).toMatch(/rule\.yml:9:17: error unknown-field: .*objectRef\.resource\?/);
    const torn = await file('torn/rule.yml', 'title: [');
    expect(await run(only(torn, 'rules', 'lint'))).toMatchObject({ exitCode: 78 });
    const absent = await run(only(join(folder, 'absent'), 'rules', 'lint'));
    expect(absent).toMatchObject({ exitCode: 78, stdout: '' });
  });

  it('keeps hostile titles and fields as text', async () => {
    const text = rule(1, `"${HOSTILE}"`, `verb: get, "objectRef.${HOSTILE}": x`);
    const path = await file('hostile/rule.yml', text);
    for (const command of ['lint', 'list', 'test']) {
      const { stderr, stdout } = await run(only(path, 'rules', command, '--output', 'table'));
      expect(stdout + stderr, command).not.toMatch(UNSAFE);
    }
    const explained = await run(only(path, 'rules', 'explain', '0000', '--output', 'table'));
    expect(explained.stdout).toContain('a\\u{1b}[2J\\u{202e}b\\u{a}c');
    expect(explained.stdout).not.toMatch(UNSAFE);
  });

  it('reads thousands of rules in one file', { timeout: 60_000 }, async () => {
    const rules = Array.from({ length: 3000 }, (_, i) =>
      rule(i, `Rule ${i}`, `verb: get, objectRef.name: name-${i}`),
    );
    const path = await file('many/rules.yml', rules.join('---\n'));
    const { exitCode, stderr } = await run(only(path, 'rules', 'lint'));
    expect(stderr).toMatch(/3000 rules: 0 errors, 0 warnings/);
    expect(exitCode).toBe(0);
  });
});

describe('rules test', { timeout: 60_000 }, () => {
  const samples = (event: string, expected: string, more = '') =>
    `{"name": "s", "expect": "${expected}", "event": ${event}${more}}\n`;

  it('passes, fails with what decided, and writes both as JUnit', async () => {
    const event = await storyLine('/exec?');
    const path = await file('tested/rule.yml', rule(1, 'Tested', 'objectRef.subresource: exec'));
    const beside = await file('tested/rule.samples.jsonl', samples(event, 'match'));
    const junit = join(folder, 'junit.xml');
    const passed = await run(only(path, 'rules', 'test', '--junit', junit));
    expect(passed.exitCode).toBe(0);
    expect(objects(passed.stdout)).toMatchObject([
      { result: 'pass', name: 's', expected: 'match' },
    ]);
    expect(await readFile(junit, 'utf8')).toMatch(
      /<testsuites .*tests="1" failures="0" errors="0">/,
    );
    await writeFile(beside, samples(event, 'no match'));
    const failed = await run(only(path, 'rules', 'test', '--junit', junit, '--output', 'table'));
    expect(failed.exitCode).toBe(2);
    expect(failed.stdout).toContain('expected no match, got match');
    expect(failed.stdout).toContain('✓ objectRef.subresource is exec  ("exec")  ←');
    expect(await readFile(junit, 'utf8')).toMatch(
      /<failure message="expected no match, got match"/,
    );
    await writeFile(beside, 'no json\n');
    expect(await run(only(path, 'rules', 'test'))).toMatchObject({ exitCode: 65 });
  });

  it('wants samples only if told so, finds them in folders, and never passes over a broken rule', async () => {
    const path = await file('untested/rule.yml', rule(1, 'Untested', 'verb: get'));
    expect(await run(only(path, 'rules', 'test'))).toMatchObject({ exitCode: 0 });
    const strict = only(path, 'rules', 'test', '--require-samples');
    expect(await run(strict)).toMatchObject({ exitCode: 2 });
    const event = await storyLine('"verb":"get"');
    await file('elsewhere/any.samples.jsonl', samples(event, 'match', ', "rule": "Untested"'));
    const found = await run([...strict, '--samples', join(folder, 'elsewhere')]);
    expect(found).toMatchObject({ exitCode: 0 });
    await file('untested/torn.yml', 'title: [');
    const broken = await run(only(join(folder, 'untested'), 'rules', 'test'));
    expect(broken.exitCode).toBe(78);
    expect(broken.stderr).toContain('torn.yml:1:');
  });
});

describe('rules explain', { timeout: 60_000 }, () => {
  it('shows the condition, and what decided on an event', async () => {
    const condition = await run(['rules', 'explain', EXEC.slice(0, 8), '--output', 'table']);
    expect(condition.stdout).toMatch(
      /^Command Started In A Pod .*\nfor events of kind audit\nfound by .*\nall of\n {2}objectRef\.resource is pods\n/,
    );
    const explained = await run(['rules', 'explain', EXEC, '--event', SAMPLE, '--output', 'table']);
    expect(explained.stdout).toMatch(/^match: Command Started In A Pod/);
    expect(explained.stdout).toContain('  ✓ objectRef.subresource is exec  ("exec")  ←');
    const all = await run(['rules', 'explain', EXEC, '--event', SAMPLE, '--all']);
    expect(objects(all.stdout)).toHaveLength(43);
  });

  it('takes stored documents as they are, from standard input', async () => {
    const events = await run(['scan', SAMPLE, '--emit', 'events']);
    const child = promisify(execFile)(process.execPath, [
      ...[PROGRAM, 'rules', 'explain', EXEC, '--event', '-', '--output', 'ndjson'],
    ]);
    child.child.stdin?.end(events.stdout);
    const [explanation] = objects((await child).stdout);
    expect(explanation).toMatchObject({ rule: { id: EXEC }, event: { verdict: 'match' } });
  });

  it('refuses names of no rule and of several, and files without events', async () => {
    expect(await run(['rules', 'explain', 'nothing'])).toMatchObject({ exitCode: 64, stdout: '' });
    const several = await run(['rules', 'explain', 'role']);
    expect(several).toMatchObject({ exitCode: 64, stdout: '' });
    expect(several.stderr).toMatch(/rules are called 'role':\n {2}[0-9a-f-]{36} {2}/);
    const garbage = await file('garbage', 'no event\n');
    expect(await run(['rules', 'explain', EXEC, '--event', garbage])).toMatchObject({
      exitCode: 65,
    });
  });
});

describe('the rule kit', { timeout: 60_000 }, () => {
  it('teaches', async () => {
    for (const command of ['list', 'lint', 'test', 'explain']) {
      const { exitCode, stdout } = await run(['rules', command, '--help']);
      expect(exitCode).toBe(0);
      expect(stdout).toContain(`  podwitness rules ${command}`);
    }
  });

  it('ends well where nobody reads on', async () => {
    const command = `"${process.execPath}" "${PROGRAM}" rules list --output table | head -n 1`;
    const { stderr, stdout } = await promisify(execFile)('bash', ['-o', 'pipefail', '-c', command]);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('EPIPE');
  });
});
