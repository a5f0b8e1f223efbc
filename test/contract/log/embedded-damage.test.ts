/**
 * Owns: that the embedded log's folder belongs to one process and one format, and that damage to it
 * is reported, never delivered or passed over.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it } from 'vitest';
import { openEmbeddedLog } from '../../../shared/adapters/embedded-log/open.ts';
import { FatalError } from '../../../shared/errors/fault.ts';
import { folderPerTest, inOtherProcess } from './embedded-folder.ts';
import { collect, eventually, numbered, options, out, skip } from './harness.ts';

const WAIT_MS = 10_000;
const folder = folderPerTest();
const { open } = folder;

describe('one process at a time', () => {
  it('tells a second process that the folder is taken', { timeout: 40_000 }, async () => {
    const log = await open();
    expect(inOtherProcess('', 'open', folder.path()).stdout).toBe('FatalError data_dir_locked\n');
    const second = await openEmbeddedLog({ directory: folder.path() }).catch(
      (error: unknown) => error,
    );
    expect(second).toBeInstanceOf(FatalError);
    expect(second).toMatchObject({ code: 'data_dir_locked' });
    await log.append([out('t', 'the first is well')]);
    await log.close();
    expect(inOtherProcess('', 'open', folder.path()).stdout).toBe('open\n');
  });

  it('does not open what another release wrote', async () => {
    await (await open()).close();
    const level = new ClassicLevel(folder.path());
    await level.put('\u0001format', '{"format":99}');
    await level.close();
    await expect(openEmbeddedLog({ directory: folder.path() })).rejects.toMatchObject({
      code: 'invalid_config',
    });
  });
});

describe('damage', () => {
  it('reports a record whose bytes changed on disk', async () => {
    const log = await open();
    const value = randomBytes(100_000);
    await log.append([{ ...out('t', ''), value }]);
    await log.close();
    // Recovery moves the records from the write-ahead log to a table.
    await (await open()).close();
    await flipByte(value.subarray(50_000, 50_016));
    const again = await open();
    const read = await collect(again, 't').catch((error: unknown) => error);
    expect(read).toBeInstanceOf(FatalError);
    expect(read).toMatchObject({ code: 'data_dir_damaged' });
  });

  it('reports records that are gone, and never passes them over', async () => {
    const log = await open();
    for (const n of [0, 1, 2]) await log.append([out('t', `n${n}`)]);
    await log.close();
    const level = new ClassicLevel<Buffer, Buffer>(folder.path(), { keyEncoding: 'buffer' });
    const chunk = Buffer.from([3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(await level.has(chunk)).toBe(true);
    await level.del(chunk);
    await level.close();
    await expect(collect(await open(), 't')).rejects.toMatchObject({ code: 'data_dir_damaged' });
  });

  it('reports a group that has processed more than there is', async () => {
    const log = await open();
    await log.append(numbered('t', 0, 'n', 3));
    const consumer = await log.consume(options('g', 't'), { process: skip });
    const committed = async () => (await log.positions('g', 't'))[0]?.committed;
    await eventually(WAIT_MS, committed, (offset) => offset === 3n);
    await consumer.stop();
    await log.close();
    const level = new ClassicLevel<Buffer, Buffer>(folder.path(), { keyEncoding: 'buffer' });
    for (const kind of [3, 4]) {
      await level.del(Buffer.from([kind, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    }
    await level.close();
    const again = await open();
    const next = await again.consume(options('g', 't'), { process: skip });
    await expect(next.done).rejects.toMatchObject({ code: 'data_dir_damaged' });
  });

  async function flipByte(pattern: Buffer): Promise<void> {
    for (const name of await readdir(folder.path())) {
      const path = join(folder.path(), name);
      const bytes = await readFile(path);
      const at = bytes.indexOf(pattern);
      if (at < 0) continue;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(path, bytes);
      return;
    }
    throw new Error('the record is in no file');
  }
});
