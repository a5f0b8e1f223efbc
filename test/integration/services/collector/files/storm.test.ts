/**
 * A log that is rotated many times a second by another process, packed, and deleted within a second:
 * what lived that long is read, also over restarts of the reader.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRig, type Rig } from './rig.ts';

const TIMEOUT_MS = 120_000;
const WRITER = fileURLToPath(new URL('../../../../support/rotating-writer.mjs', import.meta.url));
const LINES = 12_000;
/** A file lives for about two seconds: what a busy machine needs to look twice. */
const PAUSE_MS = 20;

let rig: Rig;
let ids: Set<string>;
let lineCount: number;
beforeEach(() => {
  rig = createRig();
  ids = new Set();
  lineCount = 0;
  // Counted once as they come: the machine has other work.
  rig.onHand = async ({ bytes }) => {
    for (const [id] of bytes.toString('latin1').matchAll(/00000000-0000-4000-8000-\d{12}/g)) {
      ids.add(id);
      lineCount++;
    }
  };
});
afterEach(() => rig.close());

function write(fileBytes: number, kept: number): Promise<{ stdout: string }> {
  const args = [WRITER, rig.folder, LINES, fileBytes, kept, PAUSE_MS].map(String);
  return promisify(execFile)(process.execPath, args);
}

it('is read whole while it is rotated', { timeout: TIMEOUT_MS }, async () => {
  await rig.start();
  const { stdout } = await write(100_000, 20);
  expect(Number(/(\d+) rotations/.exec(stdout)?.[1])).toBeGreaterThan(50);
  await rig.eventually('all lines', () => ids.size === LINES);
  expect(rig.losses).toStrictEqual([]);
  // Next to nothing twice: the files are known again when they are packed.
  expect(lineCount).toBeLessThan(LINES * 1.02);
});

it('is read whole over restarts of its reader', { timeout: TIMEOUT_MS }, async () => {
  let isWriting = true;
  const writing = write(200_000, 60).finally(() => {
    isWriting = false;
  });
  while (isWriting) {
    const worker = await rig.start();
    const before = lineCount;
    await rig.eventually('some lines', () => !isWriting || lineCount > before + 2000);
    await worker.stop();
  }
  await writing;
  await rig.start();
  await rig.eventually('all lines', () => ids.size === LINES);
  expect(rig.losses).toStrictEqual([]);
  expect(lineCount).toBeLessThan(LINES * 1.02);
});

it('tells what went too fast for its reader', { timeout: TIMEOUT_MS }, async () => {
  const worker = await rig.start();
  const first = write(100_000, 1);
  await rig.eventually('some lines', () => ids.size > 1000);
  await worker.stop();
  await first;
  await rig.start();
  await rig.eventually('a report', () => rig.losses.length > 0);
  expect(ids.size).toBeLessThan(LINES);
  expect(rig.losses[0]).toMatchObject({ reason: 'rotated_away' });
});
