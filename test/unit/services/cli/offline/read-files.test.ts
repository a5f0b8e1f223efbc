import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readLines } from '../../../../../services/cli/offline/read-files.ts';
import { FatalError } from '../../../../../shared/errors/fault.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'podwitness-lines-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function readAll(file: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of readLines(file)) lines.push(line.toString());
  return lines;
}

function linesOf(bytes: Buffer, name = 'audit.log'): Promise<readonly string[]> {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return readAll(file);
}

it.each([
  ['', []],
  ['a', ['a']],
  ['a\nb\n', ['a', 'b']],
  ['\n\na\r\n \n\tb', ['a\r', '\tb']],
])('finds the lines of %j that are not blank', async (text, expected) => {
  expect(await linesOf(Buffer.from(text))).toStrictEqual(expected);
  expect(await linesOf(gzipSync(text))).toStrictEqual(expected);
});

it('knows gzip by its bytes, not by its name, and takes several in one file', async () => {
  const both = Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]);
  expect(await linesOf(both, 'plain.log')).toStrictEqual(['a', 'b']);
  expect(await linesOf(Buffer.from('a\n'), 'audit.log.gz')).toStrictEqual(['a']);
});

it('reads lines that are longer than a block, whole', async () => {
  const long = 'x'.repeat(1_000_000);
  expect(await linesOf(Buffer.from(`${long}\n${long}`))).toStrictEqual([long, long]);
});

it('says which file can not be read', async () => {
  await expect(readAll(join(folder, 'none'))).rejects.toThrow(FatalError);
  await expect(readAll(folder)).rejects.toThrow(FatalError);
  const torn = gzipSync('x'.repeat(5000)).subarray(0, 20);
  await expect(linesOf(torn)).rejects.toThrow(FatalError);
});
