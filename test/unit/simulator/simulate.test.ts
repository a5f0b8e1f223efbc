/**
 * Owns: that a simulation depends on its options alone, has the shapes and the timing of the real
 * senders, and knows nothing of podwitness.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Source } from '../../simulator/delivery/posts.ts';
import { parseOptions } from '../../simulator/options.ts';
import { simulateCluster } from '../../simulator/simulate.ts';
import type { LineRow, SessionRow } from '../../simulator/truth/rows.ts';
import { SMALL, smallCluster } from './small.ts';

const FOLDER = fileURLToPath(new URL('../../simulator', import.meta.url));
const TINY = { ...SMALL, days: 0.03, pods: 12, sessionsPerHour: 40, noise: 2 };

function sessionsOf(i: number): readonly SessionRow[] {
  return smallCluster(i).truth.flatMap((row) => (row.row === 'session' ? [row] : []));
}

function linesOf(i: number): readonly LineRow[] {
  return smallCluster(i).truth.flatMap((row) => (row.row === 'line' ? [row] : []));
}

/** Lines as sent, by their own id. */
function sent(i: number): ReadonlyMap<string, { readonly [key: string]: unknown }> {
  const texts = smallCluster(i).files.spo;
  return new Map(
    texts.map((text) => {
      const line = JSON.parse(text.slice(text.indexOf('{')));
      return [line.auditID, line];
    }),
  );
}

describe('simulation', () => {
  it('gives the same for the same options, and something else for another seed', () => {
    const once = JSON.stringify(simulateCluster(0, TINY));
    expect(JSON.stringify(simulateCluster(0, TINY))).toBe(once);
    expect(JSON.stringify(simulateCluster(0, { ...TINY, seed: 'other' }))).not.toBe(once);
  });

  it('imports nothing of the product', () => {
    const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((f) =>
      f.endsWith('.ts'),
    );
    expect(files.length).toBeGreaterThan(30);
    for (const file of files) {
      const text = readFileSync(join(FOLDER, file), 'utf8');
      const imported = [...text.matchAll(/from '([^']+)'|import\('([^']+)'\)/g)].map(
        (m) => m[1] ?? m[2] ?? '',
      );
      for (const path of imported.filter((name) => name.startsWith('.'))) {
        const inside = relative(FOLDER, join(FOLDER, file, '..', path));
        expect(inside.startsWith('..'), `${file} imports ${path}`).toBe(false);
      }
      for (const name of imported.filter((n) => !n.startsWith('.'))) expect(name).toMatch(/^node:/);
    }
  });

  it('writes audit events as API servers do: stages in order, what is known at each', () => {
    const events = smallCluster(0).files.audit.map((text) => JSON.parse(text));
    const stages = new Set(events.map(({ stage }) => stage));
    expect([...stages].sort()).toEqual(['RequestReceived', 'ResponseComplete', 'ResponseStarted']);
    const execs = events.filter(({ objectRef }) => objectRef?.subresource === 'exec');
    expect(new Set(execs.map(({ verb }) => verb))).toEqual(new Set(['get', 'create']));
    for (const event of execs) {
      expect(event.kind).toBe('Event');
      expect(event.requestReceivedTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      expect('responseStatus' in event).toBe(event.stage !== 'RequestReceived');
      if (event.stage === 'RequestReceived') expect(event.annotations).toBeUndefined();
    }
    const marked = execs.filter((e) => e.annotations?.['execmetadata.spo.io/SPO_EXEC_REQUEST_UID']);
    expect(marked.length).toBeGreaterThan(20);
    for (const { level } of marked) expect(level).toBe('Request');
    expect(smallCluster(1).files.audit.every((text) => text.includes('"level":"Metadata"'))).toBe(
      true,
    );
    const keys = smallCluster(1).files.audit.filter((text) =>
      text.includes('execmetadata_spo_io/SPO_EXEC_REQUEST_UID'),
    );
    expect(keys.length).toBeGreaterThan(20);
  });

  it('writes lines with keys in order, and times of whole seconds up to 1.0.0', () => {
    for (const line of sent(0).values()) {
      expect(Object.keys(line)).toEqual(Object.keys(line).toSorted());
      expect(line['version']).toBe('spo/v1_alpha');
    }
    const texts = smallCluster(0).files.spo;
    expect(texts.some((text) => /^\S+Z stdout F \{/.test(text))).toBe(true);
    const times = [...sent(0).values()].map(({ timestamp }) => String(timestamp));
    const whole = times.filter((time) => time.endsWith('.000Z')).length;
    expect(whole).toBeGreaterThan(times.length / 5);
    expect(whole).toBeLessThan(times.length);
  });

  it('labels each line that is sent, once', () => {
    const ids = linesOf(0)
      .filter(({ isLost }) => !isLost)
      .map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids)).toEqual(new Set(sent(0).keys()));
  });

  it('calls a UID valid only where it is that of the session, whose answer came', () => {
    const byId = new Map([0, 1].flatMap((i) => sessionsOf(i).map((s) => [s.id, s] as const)));
    const valid = [0, 1].flatMap(linesOf).filter(({ label }) => label === 'valid_uid');
    expect(valid.length).toBeGreaterThan(1000);
    for (const { namespace, pod, requestUid, session } of valid) {
      const own = byId.get(session ?? '');
      expect(own?.requestUid).toBe(requestUid);
      expect([own?.namespace, own?.pod]).toEqual([namespace, pod]);
      expect(own?.isSeen).toBe(true);
    }
    for (const line of [0, 1].flatMap(linesOf)) {
      if (line.label === 'foreign')
        expect(byId.get(line.session ?? '')?.requestUid).not.toBe(line.requestUid);
      if (line.label === 'nobodys') expect(line.session).toBeUndefined();
    }
  });

  it('has the first second before a session, lines that come late, and stale ones', () => {
    const asked = new Map(sessionsOf(0).map((s) => [s.id, s.asked[0] ?? 0]));
    const early = linesOf(0).filter(
      (l) => l.label === 'valid_uid' && l.time < (asked.get(l.session ?? '') ?? 0),
    );
    expect(early.length).toBeGreaterThan(10);
    for (const { session, time } of early)
      expect((asked.get(session ?? '') ?? 0) - time).toBeLessThan(1200);
    expect(linesOf(0).some(({ label }) => label === 'stale')).toBe(true);
    expect(linesOf(0).some(({ copyOf }) => copyOf !== undefined)).toBe(true);
  });

  it('delivers every line, and some of them twice', () => {
    const { files, posts } = smallCluster(0);
    const names: readonly Source[] = ['audit', 'spo', 'falco'];
    for (const name of names) {
      const lines = posts.filter(({ source }) => source === name).flatMap((post) => post.lines);
      expect(new Set(lines).size).toBe(files[name].length);
      expect(Math.max(...lines)).toBe(files[name].length);
    }
    const all = posts.flatMap(({ lines, source }) => lines.map((line) => `${source} ${line}`));
    expect(all.length).toBeGreaterThan(new Set(all).size);
  });

  it('says the next step where options are wrong', () => {
    expect(() => parseOptions(['--days', 'x', '--out', 'a'])).toThrow('a number from');
    expect(() => parseOptions(['--dayz', '1', '--out', 'a'])).toThrow('no such option');
    expect(() => parseOptions(['--days'])).toThrow('a value is missing');
    expect(() => parseOptions([])).toThrow('--out');
    expect(parseOptions(['--days=0.5', '--out', 'a', '--delivery', 'random']).options.days).toBe(
      0.5,
    );
  });
});
