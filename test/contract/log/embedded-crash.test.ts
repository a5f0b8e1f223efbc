/**
 * Owns: what the embedded log holds after kill -9: all that was acknowledged, nothing torn, commits
 * as a whole or not at all. (That an acknowledgement follows a sync: embedded-fsync.test.ts.)
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FailpointName } from '../../../shared/ports/telemetry.ts';
import {
  CHILD,
  COPY,
  copyAndCount,
  openWithTopics,
  streamed,
  streamedCount,
  TOPICS,
} from './embedded-child.ts';
import { collect, eventually, numbered, textOf, texts, within } from './harness.ts';

const WAIT_MS = 20_000;
const INPUTS = 30;

let directory = '';
let child: ChildProcessByStdio<null, Readable, null> | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'podwitness-crash-'));
});

afterEach(async () => {
  child?.kill('SIGKILL');
  child = undefined;
  await rm(directory, { recursive: true, force: true });
});

interface Run {
  readonly lines: string[];
  readonly ended: Promise<unknown>;
}

/** Starts the child; `onLine` sees each line as it comes. */
function run(args: readonly string[], onLine: (line: string) => void = () => undefined): Run {
  const started = spawn(process.execPath, ['--import', 'tsx', CHILD, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const lines: string[] = [];
  createInterface({ input: started.stdout }).on('line', (line) => {
    lines.push(line);
    onLine(line);
  });
  return { lines, ended: within(WAIT_MS, 'the end of the child', once(started, 'close')) };
}

describe('kill -9 in a consumer', () => {
  // What is committed when the process dies at the third passing; batches are of 5 records.
  const cases: readonly (readonly [FailpointName, number, bigint])[] = [
    ['after-produce', 3, 10n],
    ['before-commit', 3, 10n],
    ['after-commit', 3, 15n],
    ['in-restore', 1, 0n],
  ];

  it.each(cases)('at %s leaves a whole number of commits', { timeout: 60_000 }, async (...row) => {
    const [point, times, committed] = row;
    const before = await openWithTopics(directory);
    await before.append(numbered(TOPICS.input, 0, 'n', INPUTS));
    await before.close();

    const { lines, ended } = run(['copy', directory, point, String(times)]);
    expect(await ended).toEqual([null, 'SIGKILL']);

    const log = await openWithTopics(directory);
    const outputs = await texts(log, TOPICS.output);
    expect(outputs).toHaveLength(Number(committed));
    const [position] = await log.positions(COPY.group, TOPICS.input);
    expect(position?.committed).toBe(committed);
    const said = lines.map((line) => BigInt(line.split(' ')[1] ?? ''));
    expect(said.every((offset) => offset <= committed)).toBe(true);

    const states: number[] = [];
    const consumer = await log.consume(COPY, {
      async assigned(lane) {
        states.push(Number((await lane.state.getMany(['count']))[0]?.toString() ?? '0'));
      },
      process: copyAndCount,
    });
    const all = await eventually(
      WAIT_MS,
      () => texts(log, TOPICS.output),
      (found) => found.length >= INPUTS,
    );
    await consumer.stop();
    expect(states).toEqual([Number(committed)]);
    expect(all).toEqual(await texts(log, TOPICS.input));
    await log.close();
  });
});

describe('kill -9 in a stream of appends', () => {
  it('keeps what was acknowledged, whole and in order', { timeout: 90_000 }, async () => {
    const acknowledged = new Set<number>();
    let [append, record] = [0, 0];
    for (const linesBeforeKill of [3, 40, 17]) {
      let lines = 0;
      const { ended } = run(['stream', directory, String(append), String(record)], (line) => {
        acknowledged.add(Number(line.split(' ')[1]));
        lines += 1;
        if (lines === linesBeforeKill) child?.kill('SIGKILL');
      });
      expect(await ended).toEqual([null, 'SIGKILL']);
      const found = await appendsFound(directory);
      for (const id of acknowledged) expect(found.has(id), `append ${id}`).toBe(true);
      // The next life writes behind what this one may have written.
      while (append <= Math.max(...found.keys())) {
        record += streamedCount(append);
        append += 1;
      }
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(60);
  });
});

/** Ids of the appends that are there, after proof that each is complete and unharmed. */
async function appendsFound(path: string): Promise<ReadonlyMap<number, number>> {
  const log = await openWithTopics(path);
  const counts = new Map<number, number>();
  const last = new Map<number, number>();
  for (const record of await collect(log, TOPICS.stream)) {
    const n = Number(textOf(record).split(' ', 1)[0]);
    expect(record.value?.equals(streamed(n)), `record ${n}`).toBe(true);
    expect(n).toBeGreaterThan(last.get(record.partition) ?? -1);
    last.set(record.partition, n);
    const id = Number(record.headers['append']);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  for (const [id, count] of counts) expect(count, `append ${id}`).toBe(streamedCount(id));
  await log.close();
  return counts;
}
