/**
 * Owns: proof that the embedded log survives a disk that is really full, without a restart: on a
 * file system of its own in memory, which only root may mount.
 * Does not own: the limit of a file's size, which anyone may set (embedded-only.test.ts).
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openEmbeddedLog } from '../../../shared/adapters/embedded-log/open.ts';
import { TransientError } from '../../../shared/errors/fault.ts';
import type { Lane, Log, LogRecord } from '../../../shared/ports/log.ts';
import { COPY, copyAndCount, openWithTopics, TOPICS } from './embedded-child.ts';
import { eventually, out, texts } from './harness.ts';

const SIZE_MIB = 24;
const WAIT_MS = 20_000;

const mountPoint = mkdtempSync(join(tmpdir(), 'podwitness-disk-'));
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', mountPoint]).status === 0;

afterAll(() => {
  if (mounted) spawnSync('umount', ['-l', mountPoint]);
  rmSync(mountPoint, { recursive: true, force: true });
});

/** Takes all the room that is left; returns how to give it back. */
function fillDisk(): () => void {
  const file = join(mountPoint, 'ballast');
  const handle = openSync(file, 'w');
  for (let bytes = 1024 * 1024; bytes >= 1; ) {
    try {
      if (writeSync(handle, Buffer.alloc(bytes)) < bytes) bytes = Math.floor(bytes / 2);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      bytes = Math.floor(bytes / 2);
    }
  }
  closeSync(handle);
  return () => rmSync(file);
}

/** As the runner does: again while the log can't. */
async function patiently(lane: Lane, records: readonly LogRecord[]): Promise<void> {
  for (;;) {
    try {
      return await copyAndCount(lane, records);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
  }
}

describe.skipIf(!mounted)('a disk that is full', () => {
  it('is waited for: nothing acknowledged is lost, each commit is there once', {
    timeout: 90_000,
  }, async () => {
    const directory = join(mountPoint, 'log');
    const log = await openWithTopics(directory);
    const consumer = await log.consume(COPY, { process: patiently });
    const acknowledged: string[] = [];
    let next = 0;
    const append = async (): Promise<boolean> => {
      const text = `r${next++} ${'x'.repeat(500)}`;
      try {
        await log.append([out(TOPICS.input, text)]);
        acknowledged.push(text);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(TransientError);
        return false;
      }
    };
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 50; n += 1) expect(await append()).toBe(true);
      const giveBack = fillDisk();
      while (await append());
      for (let n = 0; n < 20; n += 1) expect(await append()).toBe(false);
      await expect(log.ping()).rejects.toBeInstanceOf(TransientError);
      giveBack();
      await eventually(WAIT_MS, append, (isTaken) => isTaken);
      await log.ping();
    }
    const inputs = await texts(log, TOPICS.input);
    for (const text of acknowledged) expect(inputs).toContain(text);
    const copies = await eventually(
      WAIT_MS,
      () => texts(log, TOPICS.output),
      (found) => found.length >= inputs.length,
    );
    expect(copies).toEqual(inputs);
    await consumer.stop();
    await log.close();
    await expectSame(directory, inputs);
  });
});

async function expectSame(directory: string, inputs: readonly string[]): Promise<void> {
  const again: Log = await openEmbeddedLog({ directory });
  expect(await texts(again, TOPICS.input)).toEqual(inputs);
  expect(await texts(again, TOPICS.output)).toEqual(inputs);
  await again.close();
}
