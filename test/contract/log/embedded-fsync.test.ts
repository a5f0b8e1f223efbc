/**
 * Owns: the proof, from system calls, that each append and each commit is acknowledged after a sync
 * of its own, that there are no more syncs than that, and that appends at one time share them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHILD } from './embedded-child.ts';

const TIMES = 25;
/** Syncs that LevelDB may add of itself in one phase: a new file, its manifest, the folder. */
const EXTRA = 4;

const hasStrace = spawnSync('strace', ['--version']).status === 0;
/** Where real neighbours are required, a proof that does not run is a failure. */
const required = process.env['PODWITNESS_REAL'] === 'require';
const skipped = !hasStrace && !required;
const REASON = 'strace is not installed';

type Event = { readonly kind: 'sync' } | { readonly kind: 'line'; readonly text: string };

/** Syncs that ended and lines that the child began to write, in the order of the trace. */
function parseTrace(trace: string): readonly Event[] {
  const events: Event[] = [];
  for (const line of trace.split('\n')) {
    const said = /\bwrite\(1, "([^"]*)\\n"/.exec(line)?.[1];
    if (said !== undefined) events.push({ kind: 'line', text: said });
    else if (/\bf(data)?sync(\(\d+\)| resumed>\)).*= 0$/.test(line)) events.push({ kind: 'sync' });
  }
  return events;
}

/** What happened between two lines of the child. */
function phase(events: readonly Event[], from: string, to: string): readonly Event[] {
  const at = (text: string) => events.findIndex((e) => e.kind === 'line' && e.text === text);
  expect(at(from), from).toBeGreaterThanOrEqual(0);
  expect(at(to), to).toBeGreaterThan(at(from));
  return events.slice(at(from) + 1, at(to));
}

function syncs(events: readonly Event[]): number {
  return events.filter((event) => event.kind === 'sync').length;
}

/** Number of syncs right before each line. */
function syncsBeforeLines(events: readonly Event[]): readonly number[] {
  const counts: number[] = [];
  let count = 0;
  for (const event of events) {
    if (event.kind === 'sync') count += 1;
    else {
      counts.push(count);
      count = 0;
    }
  }
  return counts;
}

describe('syncs of the embedded log', () => {
  let directory = '';
  let events: readonly Event[] = [];

  beforeAll(async () => {
    if (skipped) return;
    directory = await mkdtemp(join(tmpdir(), 'podwitness-sync-'));
    const file = join(directory, 'trace');
    const tracing = ['-f', '-qq', '-s', '64', '-e', 'trace=fsync,fdatasync,write', '-o', file];
    const node = [process.execPath, '--import', 'tsx', CHILD];
    const data = join(directory, 'data');
    const run = spawnSync('strace', [...tracing, ...node, 'count', data, String(TIMES)], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(run.error, 'strace must be installed').toBeUndefined();
    expect(run.status, run.stderr).toBe(0);
    events = parseTrace(await readFile(file, 'utf8'));
  }, 90_000);

  afterAll(async () => {
    if (!skipped) await rm(directory, { recursive: true, force: true });
  });

  beforeEach(({ skip }) => skip(skipped, REASON));

  it.each([
    ['begin appends', 'begin commits', 'append'],
    ['begin commits', 'begin concurrent', 'commit'],
  ])('from %s to %s: one for each, before it is acknowledged', (from, to, word) => {
    const found = phase(events, from, to);
    const lines = found.flatMap((event) => (event.kind === 'line' ? [event.text] : []));
    expect(lines).toEqual(Array.from({ length: TIMES }, (_, n) => `${word} ${n}`));
    expect(Math.min(...syncsBeforeLines(found))).toBeGreaterThanOrEqual(1);
    expect(syncs(found)).toBeLessThanOrEqual(TIMES + EXTRA);
  });

  it('appends at one time share a sync', () => {
    const found = phase(events, 'begin concurrent', 'end');
    expect(found.filter((event) => event.kind === 'line')).toHaveLength(TIMES);
    expect(found[0]?.kind).toBe('sync');
    expect(syncs(found)).toBeLessThanOrEqual(1 + EXTRA);
  });
});
