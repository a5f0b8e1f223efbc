/**
 * Owns: the proof of services/cli/local/redaction-key.ts: one key, made once, whoever is first.
 */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  keptRedactionKey,
  withRedactionKey,
} from '../../../../../services/cli/local/redaction-key.ts';
import { loadConfig } from '../../../../../shared/config/load.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-key-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('many at once get the same key, and nothing else is left', async () => {
  const dataDir = join(folder, 'not', 'there', 'yet');
  const keys = await Promise.all(Array.from({ length: 20 }, () => keptRedactionKey(dataDir)));
  expect(new Set(keys).size).toBe(1);
  expect(Buffer.from(keys[0] ?? '', 'base64')).toHaveLength(32);
  expect(await readdir(dataDir)).toEqual(['redaction.key']);
  expect((await stat(join(dataDir, 'redaction.key'))).mode & 0o777).toBe(0o600);
  expect(await keptRedactionKey(dataDir)).toBe(keys[0]);
});

test('two folders have two keys', async () => {
  const [one, two] = ['a', 'b'].map((name) => keptRedactionKey(join(folder, name)));
  expect(await one).not.toBe(await two);
});

test.each(['', 'short\n'])('one that is %j is never replaced', async (content) => {
  const file = join(folder, 'redaction.key');
  await writeFile(file, content);
  await expect(keptRedactionKey(folder)).rejects.toThrow(/redaction\.key holds .* from a backup/);
  expect(await readFile(file, 'utf8')).toBe(content);
});

test('a key that is configured is used, and none is made', async () => {
  const file = join(folder, 'own');
  await writeFile(file, 'x'.repeat(40));
  const env = { PODWITNESS_DATA_DIR: folder, PODWITNESS_NORMALIZER_REDACTION_KEY_FILE: file };
  const config = await withRedactionKey(await loadConfig({ env, defaultFile: join(folder, 'no') }));
  expect(config.secrets['normalizer.redaction.keyFile']?.reveal()).toBe('x'.repeat(40));
  expect(await readdir(folder)).toEqual(['own']);
});
