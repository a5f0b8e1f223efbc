import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LaneLostError } from '../../../../../shared/errors/fault.ts';
import { createRig, eventLines, type Rig, textOf } from './rig.ts';

let rig: Rig;
beforeEach(() => {
  rig = createRig();
});
afterEach(() => rig.close());

const ROTATED = 'audit-2026-11-21T06-39-46.657.log';
const LATER = 'audit-2026-11-21T06-39-47.001.log';

/** As lumberjack does it: the packed file is written beside the plain one, which then goes. */
function zip(name: string): void {
  writeFileSync(rig.path(`${name}.gz`), gzipSync(readFileSync(rig.path(name))));
  unlinkSync(rig.path(name));
}

const has = (lines: readonly string[]) =>
  rig.eventually('all lines', () => rig.lines().length >= lines.length);

const NOBODY = 65_534;

describe('a file that grows', () => {
  it('is read from its beginning, and on, line by line', async () => {
    const lines = eventLines(0, 30);
    rig.append('audit.log', textOf(lines.slice(0, 10)));
    await rig.start();
    await has(lines.slice(0, 10));
    for (const line of lines.slice(10)) rig.append('audit.log', `${line}\n`);
    await has(lines);
    expect(rig.lines()).toStrictEqual(lines);
    const [first] = rig.bodies;
    expect(first?.origin).toMatchObject({ path: rig.path('audit.log'), offset: 0 });
    expect(first?.records).toBe(10);
    await rig.eventually('no lag', () => rig.lag() === 0);
  });

  it('may come later than its reader', async () => {
    await rig.start();
    rig.append('audit.log', textOf(eventLines(0, 2)));
    await has(eventLines(0, 2));
  });

  it('has its last line taken when it is whole', async () => {
    const [line = ''] = eventLines(0, 1);
    rig.append('audit.log', line.slice(0, 50));
    await rig.start();
    await rig.eventually('a look', () => rig.lag() === 50);
    expect(rig.bodies).toHaveLength(0);
    rig.append('audit.log', `${line.slice(50)}\n`);
    await has([line]);
    expect(rig.lines()).toStrictEqual([line]);
  });

  it('is cut into bodies of about one part, and long lines are whole', async () => {
    const lines = [
      ...eventLines(0, 300, 500),
      ...eventLines(300, 1, 700_000),
      ...eventLines(301, 5),
    ];
    rig.append('audit.log', textOf(lines));
    await rig.start({ bodyBytes: 10_000 });
    await has(lines);
    expect(rig.lines()).toStrictEqual(lines);
    const sizes = rig.bodies.map(({ bytes }) => bytes.length).sort((a, b) => b - a);
    expect(sizes[0]).toBeGreaterThan(700_000);
    expect(sizes[0]).toBeLessThan(720_000);
    expect(sizes[1]).toBeLessThan(41_000);
  });

  it('goes on after a line that is too long, of which the beginning is kept', async () => {
    const [a = '', b = ''] = eventLines(0, 2);
    const long = 'y'.repeat(3_000_000);
    rig.append('audit.log', textOf([a, long, b]));
    await rig.start({ bodyBytes: 10_000, lineBytes: 100_000 });
    await has([a, b]);
    expect(rig.lines()).toStrictEqual([a, b]);
    expect(rig.refusals).toMatchObject([
      { bytes: long.length + 1, offset: a.length + 1, isCounted: false },
    ]);
    expect(rig.refusals[0]?.head.toString()).toBe(long.slice(0, 65_536));
  });

  it('keeps the parts of a CRI line together', async () => {
    const at = '2026-11-21T06:39:46.657123456Z stdout';
    const part = 'z'.repeat(4000);
    const line = (i: number) => `${at} P ${i}${part}\n${at} P ${part}\n${at} F ${part}\n`;
    rig.append('audit.log', [0, 1, 2, 3, 4, 5, 6].map(line).join(''));
    await rig.start({ bodyBytes: 30_000 });
    await rig.eventually('all', () => rig.lines().length === 21);
    expect(rig.bodies.length).toBeGreaterThan(2);
    for (const { bytes } of rig.bodies)
      expect(bytes.toString().trim().split('\n').at(-1)).toContain(' F ');
  });

  it('is said to be in the legacy format, once', async () => {
    const legacy = '2026-11-21T06:39:46.657123456Z AUDIT: id="a" stage="ResponseComplete" ip="::1"';
    rig.append('audit.log', textOf([legacy]));
    await rig.start();
    await has([legacy]);
    rig.append('audit.log', textOf([legacy]));
    await has([legacy, legacy]);
    const said = rig.logLines.filter(({ message }) => message.includes('legacy'));
    expect(said).toMatchObject([{ level: 'error', fields: { path: rig.path('audit.log') } }]);
    expect(said[0]?.message).toContain('--audit-log-format=json');
  });
});

describe('a file that is rotated', () => {
  it('is read to its end under its new name, before the new one', async () => {
    const lines = eventLines(0, 40);
    rig.append('audit.log', textOf(lines.slice(0, 10)));
    await rig.start();
    await has(lines.slice(0, 10));
    rig.append('audit.log', textOf(lines.slice(10, 20)));
    renameSync(rig.path('audit.log'), rig.path(ROTATED));
    rig.append('audit.log', textOf(lines.slice(20)));
    await has(lines);
    expect(rig.lines()).toStrictEqual(lines);
  });

  it('is read although it was deleted meanwhile', async () => {
    const lines = eventLines(0, 2000, 100);
    rig.append('audit.log', textOf(lines));
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    rig.onHand = () => held;
    await rig.start({ bodyBytes: 10_000 });
    await rig.eventually('a look', () => rig.lag() > 0);
    unlinkSync(rig.path('audit.log'));
    rig.append('audit.log', textOf(eventLines(2000, 1)));
    release();
    await has([...lines, '']);
    expect(rig.lines()).toStrictEqual([...lines, ...eventLines(2000, 1)]);
    expect(rig.losses).toStrictEqual([]);
  });

  it('has its last line taken although it never ended', async () => {
    const [line = '', next = ''] = eventLines(0, 2);
    rig.append('audit.log', line);
    await rig.start();
    await rig.eventually('a look', () => rig.lag() === line.length);
    renameSync(rig.path('audit.log'), rig.path(ROTATED));
    rig.append('audit.log', `${next}\n`);
    await has([line, next]);
    expect(rig.lines().toSorted()).toStrictEqual([line, next]);
  });

  it('is found again after a restart: by name, by number, packed', async () => {
    const lines = eventLines(0, 50, 100);
    rig.append('audit.log', textOf(lines.slice(0, 10)));
    const first = await rig.start();
    await has(lines.slice(0, 10));
    await first.stop();
    rig.append('audit.log', textOf(lines.slice(10, 20)));
    renameSync(rig.path('audit.log'), rig.path(ROTATED));
    zip(ROTATED);
    rig.append(LATER, textOf(lines.slice(20, 30)));
    zip(LATER);
    rig.append('audit.log.1', textOf(lines.slice(30, 40)));
    rig.append('audit.log', textOf(lines.slice(40)));
    await rig.start();
    await has(lines);
    expect(rig.lines().toSorted()).toStrictEqual(lines);
    expect(rig.bodies.filter(({ contentEncoding }) => contentEncoding === 'gzip')).toHaveLength(2);
    expect(rig.losses).toStrictEqual([]);
  });

  it('is not read again when it is packed or renamed after it was read', async () => {
    const lines = eventLines(0, 20, 100);
    rig.append('audit.log', textOf(lines.slice(0, 10)));
    const worker = await rig.start();
    await has(lines.slice(0, 10));
    renameSync(rig.path('audit.log'), rig.path(ROTATED));
    rig.append('audit.log', textOf(lines.slice(10, 15)));
    await has(lines.slice(0, 15));
    zip(ROTATED);
    await worker.stop();
    const again = await rig.start();
    rig.append('audit.log', textOf(lines.slice(15)));
    await has(lines);
    await again.stop();
    expect(rig.lines()).toStrictEqual(lines);
  });

  it('that went unread is reported', async () => {
    const lines = eventLines(0, 20);
    rig.append('audit.log', textOf(lines.slice(0, 10)));
    const first = await rig.start();
    await has(lines.slice(0, 10));
    await first.stop();
    unlinkSync(rig.path('audit.log'));
    rig.append('audit.log', textOf(lines.slice(10)));
    await rig.start();
    await has(lines);
    await rig.eventually('a report', () => rig.losses.length > 0);
    expect(rig.losses).toStrictEqual([
      { reason: 'rotated_away', known: {}, where: { path: rig.path('audit.log') } },
    ]);
  });

  it('that is torn gives what is readable, and is reported', async () => {
    const lines = eventLines(0, 3000);
    const packed = gzipSync(textOf(lines));
    rig.append('audit.log', textOf(eventLines(9000, 1)));
    await rig.start();
    await has(['']);
    rig.append(`${ROTATED}.gz`, packed.subarray(0, packed.length - 100));
    await rig.eventually('a report', () => rig.losses.length > 0);
    expect(rig.losses).toMatchObject([{ reason: 'damaged' }]);
    expect(rig.lines().length).toBeGreaterThan(2500);
  });
});

describe('a file that is truncated', () => {
  it('is read from its beginning again, whatever its length', async () => {
    const lines = eventLines(0, 30);
    rig.append('audit.log', textOf(lines.slice(0, 5)));
    await rig.start();
    await has(lines.slice(0, 5));
    truncateSync(rig.path('audit.log'));
    rig.append('audit.log', textOf(lines.slice(5)));
    await has(lines);
    expect(rig.lines()).toStrictEqual(lines);
  });

  it('has the rest of its former content read from the copy', async () => {
    const lines = eventLines(0, 30, 200);
    rig.append('audit.log', textOf(lines.slice(0, 10)));
    const first = await rig.start();
    await has(lines.slice(0, 10));
    await first.stop();
    rig.append('audit.log', textOf(lines.slice(10, 20)));
    copyFileSync(rig.path('audit.log'), rig.path('audit.log.1'));
    truncateSync(rig.path('audit.log'));
    rig.append('audit.log', textOf(lines.slice(20)));
    await rig.start();
    await has(lines);
    expect(rig.lines().toSorted()).toStrictEqual(lines);
    expect(rig.losses).toStrictEqual([]);
  });
});

describe('identity', () => {
  it('is not the inode: another content in the same file is read whole', async () => {
    rig.append('audit.log', textOf(eventLines(0, 10)));
    const first = await rig.start();
    await has(eventLines(0, 10));
    await first.stop();
    // The same inode, longer, and other bytes: what a quick rotation leaves behind.
    writeFileSync(rig.path('audit.log'), textOf(eventLines(100, 20)));
    await rig.start();
    await has(eventLines(0, 30));
    expect(rig.lines()).toStrictEqual([...eventLines(0, 10), ...eventLines(100, 20)]);
  });

  it('is the tail as well, where many files begin alike', async () => {
    const header = `# ${'header '.repeat(1000)}\n`;
    rig.append('audit.log', header + textOf(eventLines(0, 10)));
    const first = await rig.start();
    await has(eventLines(0, 11));
    await first.stop();
    writeFileSync(rig.path('audit.log'), header + textOf(eventLines(100, 20)));
    await rig.start();
    await has(eventLines(0, 32));
    expect(rig.lines().slice(-20)).toStrictEqual(eventLines(100, 20));
  });
});

describe('where to start', () => {
  it('from the end: what is there is skipped, what comes is not', async () => {
    const lines = eventLines(0, 40);
    rig.append('audit.log', textOf(lines.slice(0, 10)) + (lines[10] ?? '').slice(0, 20));
    rig.append(ROTATED, textOf(eventLines(100, 5)));
    await rig.start({ from: 'end' });
    await rig.eventually('a look', () => rig.lag() >= 0);
    rig.append('audit.log', `${(lines[10] ?? '').slice(20)}\n`);
    renameSync(rig.path('audit.log'), rig.path(LATER));
    rig.append('audit.log', textOf(lines.slice(11)));
    await has(lines.slice(10));
    expect(rig.lines()).toStrictEqual(lines.slice(10));
  });

  it('from the beginning: of the path, not of what was rotated before', async () => {
    rig.append(ROTATED, textOf(eventLines(100, 5)));
    rig.append('audit.log', textOf(eventLines(0, 5)));
    await rig.start();
    await has(eventLines(0, 5));
    rig.append('audit.log', textOf(eventLines(5, 5)));
    await has(eventLines(0, 10));
    expect(rig.lines()).toStrictEqual(eventLines(0, 10));
  });

  it('anew, all of it, where the checkpoint is garbage', async () => {
    rig.append('audit.log', textOf(eventLines(0, 5)));
    const first = await rig.start();
    await has(eventLines(0, 5));
    await first.stop();
    const folder = join(rig.folder, '..', 'checkpoints');
    const [name = ''] = readdirSync(folder).filter((n) => n.endsWith('.json'));
    writeFileSync(join(folder, name), readFileSync(join(folder, name)).subarray(0, 40));
    await rig.start({ from: 'end' });
    await has(eventLines(0, 10));
    expect(rig.lines()).toStrictEqual([...eventLines(0, 5), ...eventLines(0, 5)]);
    expect(rig.logLines.some(({ message }) => message.includes('damaged'))).toBe(true);
  });

  it('where it stopped, exactly, in the middle of a body that was not taken', async () => {
    const lines = eventLines(0, 3000, 50);
    rig.append('audit.log', textOf(lines));
    let hands = 0;
    rig.onHand = async (_body, signal) => {
      hands++;
      if (hands <= 3) return;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new LaneLostError('stopped');
    };
    const worker = await rig.start({ bodyBytes: 20_000 });
    await rig.eventually('three bodies', () => hands === 4);
    await worker.stop();
    rig.onHand = async () => undefined;
    const again = await rig.start({ bodyBytes: 20_000 });
    await has(lines);
    await again.stop();
    expect(rig.lines()).toStrictEqual(lines);
  });
});

describe('many files', () => {
  it('are followed by pattern, through links, and forgotten when they are gone', async () => {
    const lines = eventLines(0, 500);
    for (const [i, line] of lines.entries()) rig.append(`pod-${i}.log`, `${line}\n`);
    symlinkSync(rig.path('pod-1.log'), rig.path('link.log'));
    await rig.start({ pattern: rig.path('{pod,li}*.log') });
    await has(lines);
    expect(rig.lines().toSorted()).toStrictEqual(lines);
    for (const i of lines.keys()) rmSync(rig.path(`pod-${i}.log`));
    const checkpoints = join(rig.folder, '..', 'checkpoints');
    await rig.eventually('forgotten', () => readdirSync(checkpoints).every((n) => n === 'started'));
    expect(existsSync(checkpoints)).toBe(true);
    expect(rig.losses).toStrictEqual([]);
  });
});

describe('what can not be read', () => {
  it('is told with a remedy, takes nothing from the others, and is read when it can be', async () => {
    const lines = eventLines(0, 3);
    symlinkSync(rig.path('loop.log'), rig.path('loop.log'));
    rig.append('other.log', textOf(lines.slice(0, 2)));
    await rig.start({ pattern: rig.path('*.log') });
    await has(lines.slice(0, 2));
    await rig.eventually('a trouble', () => rig.troubles().includes('loop.log (ELOOP)'));
    rmSync(rig.path('loop.log'));
    rig.append('loop.log', textOf(lines.slice(2)));
    await has(lines);
    await rig.eventually('no trouble', () => rig.troubles() === '{}');
    expect(rig.lines().toSorted()).toStrictEqual(lines);
  });

  it('names the right that is missing', async () => {
    rig.append('audit.log', 'x\n');
    chmodSync(rig.path('audit.log'), 0);
    const isRoot = process.geteuid?.() === 0;
    // Root may read everything.
    chmodSync(dirname(rig.folder), 0o777);
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      await rig.start();
      await rig.eventually('a trouble', () => rig.troubles().includes('setfacl'));
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});
