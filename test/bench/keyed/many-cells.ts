/**
 * Owns: a process that keeps many cells open on an embedded log, for figures of its memory and for
 * being killed. Runs alone: `node --import tsx many-cells.ts fill|verify <folder> <cells> <touches>
 * <records>`; where records are given it kills itself, -9, when so many are committed and it is about to
 * commit more.
 * Its one line on stdout is JSON: what it used or found.
 *
 * A record opens a cell of about 1.5 kB in five parts, with a timer; further records change one part
 * of any cell.
 */
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openEmbeddedLog } from '../../../shared/adapters/embedded-log/open.ts';
import { cellKey } from '../../../shared/pipeline/keyed/cell-key.ts';
import { createKeyed } from '../../../shared/pipeline/keyed/keyed.ts';
import type { KeyedOptions, KeyedStage } from '../../../shared/pipeline/keyed/model.ts';
import type { Envelope } from '../../../shared/pipeline/stage.ts';
import type { Lane, Log, LogRecord, OutRecord } from '../../../shared/ports/log.ts';
import type { Failpoint } from '../../../shared/ports/telemetry.ts';
import { peakRssMiB } from '../../support/process-memory.ts';

export const MANY_CELLS = fileURLToPath(import.meta.url);

export interface Used {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Peak of the resident memory, above what it was before the first record. */
  readonly grownMiB: number;
}

export interface Found {
  readonly committed: number;
  readonly cells: number;
  readonly timers: number;
  /** How often cells were changed after they were opened. */
  readonly touches: number;
  /** Cells that are not as their records made them. */
  readonly wrong: number;
}

const GROUP = { group: 'cells', topic: 'in', changelogTopic: 'changes' } as const;
const LIMITS = { maxBatchRecords: 500, maxBatchBytes: 1_048_576 };
const OPTIONS: KeyedOptions = {
  cacheBytes: 64 * 1024 * 1024,
  maxTimersPerTick: 2000,
  idleMs: 60_000,
  maxAheadMs: 60_000,
};
const PART_CHARS = 260;
const START_MS = 1_800_000_000_000;

interface Touch {
  readonly cell: number;
  readonly part: number;
}

function text(cell: number, part: number): string {
  return `${cell}/${part} `.padEnd(PART_CHARS, `${cell * 31 + part} `);
}

const stage: KeyedStage<Touch, never> = {
  name: 'many-cells',
  cellsOf: ({ cell }) => [cellKey('session', String(cell))],
  apply(turn, { value: { cell, part } }) {
    const found = turn.cell(cellKey('session', String(cell)));
    turn.observe('cluster', 'audit', turn.nowMs);
    if (found.get('p0') === undefined) {
      for (let i = 0; i < 5; i++) found.put(`p${i}`, { text: text(cell, i), touched: 0 });
      found.setTimer('close', turn.nowMs + 86_400_000);
    } else {
      const old = found.get<{ touched: number }>(`p${part}`);
      found.put(`p${part}`, { text: text(cell, part), touched: (old?.touched ?? 0) + 1 });
    }
    return { kind: 'drop', reason: 'empty' };
  },
  fire: () => [],
};

function say(line: Used | Found): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

async function openLog(directory: string, failpoint: Failpoint = () => {}): Promise<Log> {
  const log = await openEmbeddedLog({ directory, failpoint });
  const spec = { partitions: 1, retentionMs: 86_400_000, maxMessageBytes: 1_048_576 };
  await log.ensureTopics([
    { name: GROUP.topic, cleanup: 'delete', ...spec },
    { name: GROUP.changelogTopic, cleanup: 'compact', ...spec },
  ]);
  return log;
}

/** Every cell once, then any of them, by a fixed rule. */
function touchOf(n: number, cells: number): Touch {
  if (n < cells) return { cell: n, part: 0 };
  return { cell: (n * 7919) % cells, part: n % 5 };
}

async function append(log: Log, cells: number, touches: number): Promise<void> {
  for (let from = 0; from < cells + touches; from += 2000) {
    const count = Math.min(2000, cells + touches - from);
    const records = Array.from({ length: count }, (_, i): OutRecord => {
      const value = Buffer.from(JSON.stringify(touchOf(from + i, cells)));
      return {
        topic: GROUP.topic,
        key: null,
        value,
        partition: 0,
        timestampMs: START_MS + from + i,
      };
    });
    await log.append(records);
  }
}

function envelope({ offset, partition, timestampMs, topic, value }: LogRecord): Envelope<Touch> {
  const touch = JSON.parse(value?.toString() ?? '') as Touch;
  return { value: touch, origin: { topic, partition, offset, timestampMs } };
}

/** Takes all records; resolves when the last one is committed. */
async function consume(
  log: Log,
  records: number,
  onCommit: (committed: number) => void,
): Promise<void> {
  const decide = createKeyed(stage, OPTIONS);
  await new Promise<void>((resolve, reject) => {
    const process = async (lane: Lane, batch: readonly LogRecord[]): Promise<void> => {
      const { writes } = await decide(lane, batch.map(envelope))();
      const nextOffset = (batch.at(-1)?.offset ?? 0n) + 1n;
      await lane.commit({ outputs: [], writes, nextOffset });
      onCommit(Number(nextOffset));
      if (Number(nextOffset) >= records) resolve();
    };
    log
      .consume({ ...GROUP, ...LIMITS }, { process })
      .then((c) => c.done, reject)
      .catch(reject);
  });
}

interface Load {
  readonly directory: string;
  readonly cells: number;
  readonly touches: number;
  readonly killAt: number;
}

async function fill({ cells, directory, killAt, touches }: Load): Promise<void> {
  let committed = 0;
  const log = await openLog(directory, (name) => {
    if (name === 'before-commit' && committed >= killAt) process.kill(process.pid, 'SIGKILL');
  });
  const [position] = await log.positions(GROUP.group, GROUP.topic);
  if (position?.end === 0n) await append(log, cells, touches);
  const before = process.memoryUsage.rss() / 1024 / 1024;
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await consume(log, cells + touches, (records) => {
    committed = records;
  });
  const { system, user } = process.cpuUsage(cpu);
  say({
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (system + user) / 1e6,
    grownMiB: (peakRssMiB(process.pid) ?? Number.NaN) - before,
  });
  process.exit(0);
}

interface StoredLine {
  readonly text: string;
  readonly touched: number;
}

/** Touches that a cell had, if it is as records made it. */
function touchesOf(lines: readonly string[], cell: number): number | undefined {
  const parts = lines.filter((line) => line.startsWith('v"p'));
  if (parts.length !== 5 || lines.length !== 6) return undefined;
  let touches = 0;
  for (const [i, line] of parts.entries()) {
    const part = JSON.parse(line.slice(line.indexOf('\t') + 1)) as StoredLine;
    if (part.text !== text(cell, i)) return undefined;
    touches += part.touched;
  }
  return touches;
}

/** Reads the state of the lane, as whoever takes it over finds it. */
async function verify(directory: string): Promise<void> {
  const log = await openLog(directory);
  const [position] = await log.positions(GROUP.group, GROUP.topic);
  const found = { cells: 0, timers: 0, touches: 0, wrong: 0 };
  await new Promise<void>((resolve, reject) => {
    const assigned = async ({ state }: Lane): Promise<void> => {
      for await (const [key, value] of state.scan('c/session:')) {
        const cell = Number(key.slice('c/session:'.length, -1));
        const touches = touchesOf(value.toString().split('\n'), cell);
        found.cells++;
        if (touches === undefined) found.wrong++;
        else found.touches += touches;
      }
      for await (const _ of state.scan('t/')) found.timers++;
      resolve();
    };
    const process = () => new Promise<void>(() => {});
    log.consume({ ...GROUP, ...LIMITS }, { assigned, process }).catch(reject);
  });
  say({ committed: Number(position?.committed ?? 0n), ...found });
  process.exit(0);
}

if (process.argv[1] === MANY_CELLS) {
  const [mode, directory = '', cells, touches, killAt = Infinity] = process.argv.slice(2);
  const load = { cells: Number(cells), touches: Number(touches), killAt: Number(killAt) };
  if (mode === 'fill') await fill({ directory, ...load });
  else await verify(directory);
}
