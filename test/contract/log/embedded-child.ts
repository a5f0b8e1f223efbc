/**
 * Owns: what a second process does with an embedded log in the tests of crashes, syncs and locks.
 * Runs alone: `node --import tsx embedded-child.ts <mode> <directory> [arguments]`. Each line on
 * stdout is written at once and says what was acknowledged.
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openEmbeddedLog } from '../../../shared/adapters/embedded-log/open.ts';
import type { ConsumerOptions, Lane, Log, LogRecord } from '../../../shared/ports/log.ts';
import type { Failpoint } from '../../../shared/ports/telemetry.ts';
import { after, copyOf, options, out } from './harness.ts';

export const CHILD = fileURLToPath(import.meta.url);

export const TOPICS = {
  input: 'in',
  output: 'out',
  changelog: 'changes',
  stream: 'stream',
} as const;
export const PARTITIONS = 3;

export const COPY: ConsumerOptions = {
  ...options('copy', TOPICS.input, { maxBatchRecords: 5 }),
  changelogTopic: TOPICS.changelog,
};

export async function openWithTopics(directory: string, failpoint?: Failpoint): Promise<Log> {
  const log = await openEmbeddedLog({ directory, ...(failpoint && { failpoint }) });
  await log.ensureTopics(
    Object.values(TOPICS).map((name) => ({
      name,
      partitions: name === TOPICS.stream ? PARTITIONS : 1,
      cleanup: name === TOPICS.changelog ? 'compact' : 'delete',
      retentionMs: 86_400_000,
      maxMessageBytes: 1_048_576,
    })),
  );
  return log;
}

/** The bytes of the n-th streamed record: anyone can tell whether they are as they were written. */
export function streamed(n: number): Buffer {
  const seed = createHash('sha256').update(String(n)).digest();
  const length = 20 + (seed.readUInt32LE(0) % (n % 50 === 0 ? 200_000 : 3000));
  return Buffer.concat([Buffer.from(`${n} `), Buffer.alloc(length, seed)]);
}

/** How many records the n-th streamed append has. */
export function streamedCount(n: number): number {
  return 1 + ((createHash('sha256').update(`append ${n}`).digest()[0] ?? 0) % 40);
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Copies a batch and counts in the state; the state says how many records were copied. */
export async function copyAndCount(lane: Lane, records: readonly LogRecord[]): Promise<void> {
  const count = Number((await lane.state.getMany(['count']))[0]?.toString() ?? '0');
  const value = Buffer.from(String(count + records.length));
  await lane.commit({
    outputs: records.map((record) => copyOf(TOPICS.output, record)),
    writes: [{ kind: 'put', key: 'count', value }],
    nextOffset: after(records),
  });
}

/** Dies at the n-th time that the failpoint is passed. */
async function copyUntil(directory: string, point: string, times: number): Promise<void> {
  let passed = 0;
  const log = await openWithTopics(directory, (name) => {
    if (name !== point) return;
    passed += 1;
    if (passed === times) process.kill(process.pid, 'SIGKILL');
  });
  const consumer = await log.consume(COPY, {
    async process(lane, records) {
      await copyAndCount(lane, records);
      say(`committed ${after(records)}`);
    },
  });
  await consumer.done;
}

/** Appends until it is killed, two callers at a time. */
async function stream(directory: string, firstAppend: number, firstRecord: number): Promise<void> {
  const log = await openWithTopics(directory);
  let [append, record] = [firstAppend, firstRecord];
  const caller = async (): Promise<void> => {
    for (;;) {
      const [id, count] = [append, streamedCount(append)];
      const records = Array.from({ length: count }, (_, i) => ({
        ...out(TOPICS.stream, '', { partition: (record + i) % PARTITIONS }),
        value: streamed(record + i),
        headers: { append: String(id), count: String(count) },
      }));
      append += 1;
      record += count;
      await log.append(records);
      say(`appended ${id}`);
    }
  };
  await Promise.all([caller(), caller()]);
}

/** Sequential appends, then as many commits, then as many appends at once; one line for each. */
async function count(directory: string, times: number): Promise<void> {
  const log = await openWithTopics(directory);
  say('begin appends');
  for (let n = 0; n < times; n += 1) {
    await log.append([out(TOPICS.input, `n${n}`)]);
    say(`append ${n}`);
  }
  say('begin commits');
  let commits = 0;
  const done = new Promise<void>((resolve) => {
    const process = async (lane: Lane, records: readonly LogRecord[]) => {
      await copyAndCount(lane, records);
      say(`commit ${commits}`);
      commits += 1;
      if (commits === times) resolve();
    };
    void log.consume({ ...COPY, maxBatchRecords: 1 }, { process });
  });
  await done;
  say('begin concurrent');
  const concurrent = Array.from({ length: times }, async (_, n) => {
    await log.append([out(TOPICS.input, `c${n}`)]);
    say(`concurrent ${n}`);
  });
  await Promise.all(concurrent);
  say('end');
  await log.close();
}

/** Appends until the file system refuses, and then until it takes something again. */
async function fill(directory: string): Promise<void> {
  const log = await openWithTopics(directory);
  const text = 'x'.repeat(50_000);
  const ping = () => log.ping().then(() => 'fine', codeOf);
  let n = 0;
  const append = () => log.append([out(TOPICS.stream, `${n} ${text}`, { partition: 0 })]);
  try {
    for (; ; n += 1) {
      await append();
      say(`appended ${n}`);
    }
  } catch (error) {
    say(`refused ${codeOf(error)}`);
  }
  say(`then ${await append().then(() => 'taken', codeOf)}`);
  say(`ping ${await ping()}`);
  while ((await append().then(() => 'taken', codeOf)) !== 'taken') await delay(50);
  say(`appended ${n}`);
  say(`ping ${await ping()}`);
  process.exit(0);
}

/** Says how opening went. */
async function open(directory: string): Promise<void> {
  const log = await openEmbeddedLog({ directory }).catch(codeOf);
  say(typeof log === 'string' ? log : 'open');
  if (typeof log !== 'string') await log.close();
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return String(error);
  return `${error.name} ${String(error.code)}`;
}

async function main([mode, directory = '', one = '', two = '']: readonly string[]): Promise<void> {
  if (mode === 'copy') await copyUntil(directory, one, Number(two));
  else if (mode === 'stream') await stream(directory, Number(one), Number(two));
  else if (mode === 'count') await count(directory, Number(one));
  else if (mode === 'fill') await fill(directory);
  else if (mode === 'open') await open(directory);
  else throw new Error(`no mode ${mode}`);
}

if (process.argv[1] === CHILD) await main(process.argv.slice(2));
