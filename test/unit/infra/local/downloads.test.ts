/** Owns: tests of infra/local/downloads.ts, without Maven. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fetchOnce, parseKafkaVersion } from '../../../../infra/local/downloads.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-downloads-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function make(part: string): Promise<string> {
  await mkdir(join(part, 'out'));
  await writeFile(join(part, 'out', 'server.jar'), 'jar');
  return join(part, 'out');
}

test('two callers at the same time fetch once, and both get the whole', async () => {
  const target = join(folder, 'kafka', '3.9.1');
  const makeOnce = vi.fn(make);
  const both = [fetchOnce(target, makeOnce), fetchOnce(target, makeOnce)];
  expect(await Promise.all(both)).toEqual([target, target]);
  expect(makeOnce).toHaveBeenCalledTimes(1);
  expect(await readFile(join(target, 'server.jar'), 'utf8')).toBe('jar');
  expect(await readdir(join(folder, 'kafka'))).toEqual(['3.9.1']);
});

test('a failed fetch leaves nothing and the next one tries again', async () => {
  const target = join(folder, '3.9.1');
  const failing = (part: string) => make(part).then(() => Promise.reject(new Error('no network')));
  await expect(fetchOnce(target, failing)).rejects.toThrow('no network');
  expect(await readdir(folder)).toEqual([]);
  expect(await fetchOnce(target, make)).toBe(target);
});

test('the lock of a dead process is taken over', async () => {
  const target = join(folder, '3.9.1');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await writeFile(`${target}.lock`, String(pid));
  expect(await fetchOnce(target, make)).toBe(target);
  expect(await readdir(folder)).toEqual(['3.9.1']);
});

test('unknown versions of Kafka are refused', () => {
  expect(parseKafkaVersion('4.1.0')).toBe('4.1.0');
  expect(() => parseKafkaVersion('2.8.0')).toThrow('3.9.1, 4.1.0');
});
