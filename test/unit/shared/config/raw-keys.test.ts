/**
 * Owns: the proof of the keys that are ours: too short, no text, several, and needed but not there.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Config, loadConfig, readConfig } from '../../../../shared/config/load.ts';
import { redactConfig } from '../../../../shared/config/redact.ts';
import { rawKeys } from '../../../../shared/runtime/raw-keys.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podwitness-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function key(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function problemsOf(env: Readonly<Record<string, string>>): Promise<string> {
  const reading = await readConfig({ env, defaultFile: join(folder, 'none.yaml') });
  return reading.ok ? '' : reading.problems.map(({ message }) => message).join('\n');
}

function load(env: Readonly<Record<string, string>>): Promise<Config> {
  return loadConfig({ env, defaultFile: join(folder, 'none.yaml') });
}

const NAMES = [
  'PODWITNESS_COLLECTOR_RAW_KEY_FILE',
  'PODWITNESS_COLLECTOR_RAW_PREVIOUS_KEY_FILES',
  'PODWITNESS_NORMALIZER_REDACTION_KEY_FILE',
];

test.each(NAMES)('%s: a key that could be guessed is refused with a remedy', async (name) => {
  expect(await problemsOf({ [name]: key('short', 'a'.repeat(31)) })).toMatch(
    /holds 31 bytes, and a key needs 32 or more: make one with `openssl rand -base64 32`/,
  );
  expect(await problemsOf({ [name]: key('long', `${'a'.repeat(32)}\n`) })).toBe('');
});

test.each(NAMES)('%s: bytes that are no text would lose most of what they hold', async (name) => {
  const binary = Buffer.concat([Buffer.from([0xff]), randomBytes(63)]);
  expect(await problemsOf({ [name]: key('binary', binary) })).toMatch(/which is no text/);
});

test.each(['encrypt', 'redact'])('%s without a key is refused', async (protect) => {
  expect(await problemsOf({ PODWITNESS_COLLECTOR_RAW_PROTECT: protect })).toMatch(
    /collector\.raw\.protect: .* needs a key: set collector\.raw\.keyFile/,
  );
});

test('every file of the list is read, in its order, behind the key that is used now', async () => {
  const [now, one, two] = ['now', 'one', 'two'].map((name) => key(name, name.repeat(16)));
  const config = await load({
    PODWITNESS_COLLECTOR_RAW_PROTECT: 'encrypt',
    PODWITNESS_COLLECTOR_RAW_KEY_FILE: now ?? '',
    PODWITNESS_COLLECTOR_RAW_PREVIOUS_KEY_FILES: `${one},${two}`,
  });
  const ids = rawKeys(config).map(({ id }) => id.toString('hex'));
  expect(new Set(ids).size).toBe(3);
  const alone = await load({ PODWITNESS_COLLECTOR_RAW_KEY_FILE: two ?? '' });
  expect(rawKeys(alone).map(({ id }) => id.toString('hex'))).toEqual([ids[2]]);
  expect(JSON.stringify(redactConfig(config))).not.toContain('twotwo');
  expect(JSON.stringify(config.secrets)).not.toContain('twotwo');
});

test('one file of the list that is not there is a problem', async () => {
  const there = key('there', 'x'.repeat(40));
  const found = await problemsOf({
    PODWITNESS_COLLECTOR_RAW_PREVIOUS_KEY_FILES: `${there},${join(folder, 'gone')}`,
  });
  expect(found).toMatch(/previousKeyFiles names .*gone, which can not be read \(ENOENT\)/);
});
