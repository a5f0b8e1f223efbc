import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBodies } from '../../../../../services/cli/offline/read-files.ts';
import { FatalError } from '../../../../../shared/errors/fault.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'podwitness-bodies-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Reading {
  readonly bodies: readonly string[];
  readonly readBytes: number;
  readonly isDamaged: boolean;
}

async function readFile(file: string): Promise<Reading> {
  const bodies: string[] = [];
  let isDamaged = false;
  let readBytes = 0;
  const reading = await readBodies(file, () => {
    isDamaged = true;
  });
  for await (const body of reading.bodies) {
    bodies.push(body.bytes.toString('latin1'));
    readBytes = body.readBytes;
  }
  return { bodies, readBytes, isDamaged };
}

function reading(bytes: Buffer, name = 'audit.log'): Promise<Reading> {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return readFile(file);
}

it.each(['a', 'a\nb\n', '{"a":1}{"b":2}\n', '\u0081\u00a1a\u0000\n\n'])(
  'gives %j in one piece, packed or not',
  async (text) => {
    const bytes = Buffer.from(text, 'latin1');
    expect(await reading(bytes)).toStrictEqual({
      ...{ bodies: [text], readBytes: bytes.length, isDamaged: false },
    });
    expect((await reading(gzipSync(bytes))).bodies).toStrictEqual([text]);
  },
);

it('gives nothing for blanks', async () => {
  expect((await reading(Buffer.from(''))).bodies).toStrictEqual([]);
  expect((await reading(Buffer.from('\n \n'))).bodies).toStrictEqual([]);
});

it('knows gzip by its bytes, not by its name, and takes several in one file', async () => {
  const both = Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]);
  expect((await reading(both, 'plain.log')).bodies).toStrictEqual(['a\nb\n']);
  expect((await reading(Buffer.from('a\n'), 'audit.log.gz')).bodies).toStrictEqual(['a\n']);
});

describe('a large file', () => {
  const lines = Array.from({ length: 30_000 }, (_, i) => `{"n":${i},"pad":"${'x'.repeat(80)}"}\n`);

  it('comes in pieces of whole lines', async () => {
    const { bodies } = await reading(Buffer.from(lines.join('')));
    expect(bodies.length).toBeGreaterThan(2);
    expect(bodies.join('')).toBe(lines.join(''));
    for (const body of bodies) expect(body.endsWith('}\n')).toBe(true);
    for (const body of bodies) expect(body.length).toBeLessThan(1_500_000);
  });

  it('comes in pieces of whole documents, where they go over several lines', async () => {
    const pretty = lines
      .map((line) => `${JSON.stringify({ items: [JSON.parse(line)] }, null, 2)}\n`)
      .join('');
    const { bodies } = await reading(Buffer.from(pretty));
    expect(bodies.length).toBeGreaterThan(2);
    expect(bodies.join('')).toBe(pretty);
    for (const body of bodies) expect(body.endsWith('\n}\n')).toBe(true);
  });

  it('comes in one piece where it is one document', async () => {
    const list = `[\n${lines.map((line) => line.trim()).join(',\n')}\n]\n`;
    expect((await reading(Buffer.from(list))).bodies).toStrictEqual([list]);
  });

  it('that is torn gives what is readable, and says so', async () => {
    const packed = gzipSync(lines.join(''));
    const { bodies, isDamaged } = await reading(packed.subarray(0, packed.length - 1000));
    expect(isDamaged).toBe(true);
    expect(lines.join('').startsWith(bodies.join(''))).toBe(true);
    expect(bodies.join('').length).toBeGreaterThan(lines.join('').length * 0.8);
  });

  it('is not held up by a torn document', async () => {
    const torn = `{"kind":"Event","auditID":"1","requestObject":{"a":[1,2\n`;
    const text = lines.map((line, i) => (i % 100 === 0 ? torn : line)).join('');
    const { bodies } = await reading(Buffer.from(text));
    expect(bodies.join('')).toBe(text);
    expect(bodies.length).toBeGreaterThan(2);
  });
});

it('keeps the parts of a CRI line together', async () => {
  const part = (flag: string) =>
    `2026-11-21T06:39:46.657123456Z stdout ${flag} ${'z'.repeat(9000)}\n`;
  const text = Array.from({ length: 400 }, (_, i) => part(i % 4 === 3 ? 'F' : 'P')).join('');
  const { bodies } = await reading(Buffer.from(text));
  expect(bodies.length).toBeGreaterThan(2);
  for (const body of bodies) {
    expect(body.slice(body.lastIndexOf('\n', body.length - 2) + 1)).toContain(' stdout F ');
  }
});

it('says which file can not be read', async () => {
  await expect(readFile(join(folder, 'none'))).rejects.toThrow(FatalError);
  await expect(readFile(folder)).rejects.toThrow(FatalError);
});
