/** Owns: tests of test/support/closing-line-reporter.ts, with runs of vitest on written files. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closingLine, skippedText } from '../../support/closing-line-reporter.ts';

const REPORTER = fileURLToPath(new URL('../../support/closing-line-reporter.ts', import.meta.url));
const VITEST = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-reporter-'));
  await writeFile(
    join(folder, 'vitest.config.mts'),
    `import { ClosingLineReporter } from ${JSON.stringify(REPORTER)};
     export default {
       test: { globals: true, reporters: ['default', new ClosingLineReporter()] },
     };`,
  );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Returns the lines that a run of `files` prints, without the empty ones at the end. */
async function runVitest(files: Readonly<Record<string, string>>, ...args: string[]) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const stdout = await new Promise<string>((resolve) => {
    const command = [VITEST, 'run', '--root', folder, ...args];
    const env = { ...process.env, NO_COLOR: '1', CI: '1' };
    execFile(process.execPath, command, { env }, (_error, text) => resolve(text));
  });
  return stdout.trimEnd().split('\n');
}

test('passed, failed and skipped tests are counted, the last with their reasons', async () => {
  const lines = await runVitest({
    'a.test.js': `
      test('good', () => {});
      test('bad', () => { throw new Error('bad'); });
      test('absent', (ctx) => ctx.skip('no JDK'));
      test.skip('silent', () => {});
      test.todo('later');`,
  });
  expect(lines.at(-1)).toBe('1 passed, 1 failed, 3 skipped');
  expect(lines).toContain('  a.test.js > absent: no JDK');
  expect(lines).toContain('  a.test.js > silent: no reason given');
  expect(lines).toContain('  a.test.js > later: to be written');
});

test('without skipped tests the line has two numbers', async () => {
  const lines = await runVitest({ 'a.test.js': `test('good', () => {});` });
  expect(lines.at(-1)).toBe('1 passed, 0 failed');
});

test('files that can not be read, failed set-ups and errors nobody caught are failures', async () => {
  const lines = await runVitest({
    'broken.test.js': `throw new Error('at import');`,
    'setup.test.js': `
      beforeAll(() => { throw new Error('no server'); });
      test('never run', () => {});`,
    'late.test.js': `
      test('good', async () => {
        Promise.reject(new Error('nobody waits for me'));
        await new Promise((resolve) => setTimeout(resolve, 50));
      });`,
  });
  expect(lines.at(-1)).toBe('1 passed, 3 failed, 1 skipped');
  expect(lines).toContain('  setup.test.js > never run: its set-up failed');
});

test('tests left out by name are one line', async () => {
  const text = `test('chosen', () => {}); test('other', () => {}); test('third', () => {});`;
  const lines = await runVitest({ 'a.test.js': text }, '-t', 'chosen');
  expect(lines).toContain('  2 tests: not selected by the name filter');
  expect(lines.at(-1)).toBe('1 passed, 0 failed, 2 skipped');
});

test('the texts of small counts', () => {
  expect(closingLine({ passed: 0, failed: 0, skipped: 0 })).toBe('0 passed, 0 failed');
  expect(skippedText(new Map())).toBe('');
});
