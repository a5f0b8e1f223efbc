import { describe, expect, it } from 'vitest';
import { createLines, createNdjson } from '../../../../../services/cli/sessions/append.ts';
import { jsonLines } from '../../../../../services/cli/local/client.ts';
import { documentIn } from '../../../../../services/cli/sessions/follow.ts';
import { createLive, type LiveOptions } from '../../../../../services/cli/sessions/live.ts';
import { createScreen, frameOf, LEAVE } from '../../../../../services/cli/sessions/screen.ts';
import { watch, type WatchView } from '../../../../../services/cli/sessions/watch.ts';
import type { StoredDocument } from '../../../../../shared/ports/event-store.ts';
import { HOSTILE_TEXTS, sessionOfText } from './documents.ts';

const NOW = Date.parse('2026-11-21T07:00:00Z');
const UNSAFE = /\p{Cc}|[\p{Cs}\p{Zl}\p{Zp}]|[\p{Bidi_Control}]|\u00ad|\u200b|\ufeff/u;

/** A session in a state: so many commands, open or closed. */
function state(id: string, revision: number, commands: number, more: object = {}): StoredDocument {
  const started_at = `2026-11-21T06:0${id.length}:00Z`;
  return {
    '@timestamp': started_at,
    user: { name: `user-of-${id}` },
    podwitness: {
      session: {
        ...{ id, revision, kind: 'exec', state: 'open', started_at, confidence: 'exact' },
        commands: Array.from({ length: commands }, (_, i) => ({
          ...{ time: `2026-11-21T06:30:0${i}Z`, command_line: `${id} ran ${i}`, event_id: `${i}` },
          confidence: 'exact',
        })),
        command_count: commands,
        ...more,
      },
    },
  };
}

const OPEN: LiveOptions = {
  isShown: () => true,
  isRow: ({ state: now }) => now !== 'closed',
  limit: 100,
};

describe('what a live view knows', () => {
  const textsOf = (news: ReturnType<ReturnType<typeof createLive>['update']>) =>
    news?.map(({ text, what }) => `${what} ${text}`);

  it('tells of each session and command once', () => {
    const live = createLive(OPEN);
    expect(textsOf(live.update(state('a', 1, 1)))).toEqual(['opened exec', 'command a ran 0']);
    expect(textsOf(live.update(state('a', 3, 3)))).toEqual(['command a ran 1', 'command a ran 2']);
    expect(live.update(state('a', 3, 3))).toBeUndefined();
    expect(live.update(state('a', 2, 2))).toBeUndefined();
    expect(textsOf(live.update(state('a', 4, 3)))).toEqual([]);
    expect(live.rows()).toMatchObject([{ id: 'a', commands: '3' }]);
  });

  it('has no row for a session that ended, unless that is asked for', () => {
    for (const isAll of [false, true]) {
      const live = createLive({ ...OPEN, isRow: (now) => isAll || OPEN.isRow(now) });
      live.update(state('a', 1, 1));
      expect(textsOf(live.update(state('a', 2, 1, { state: 'closed' })))).toEqual(['closed exec']);
      expect(live.rows()).toHaveLength(isAll ? 1 : 0);
      // A late command opens nothing, but is told.
      expect(textsOf(live.update(state('a', 3, 2, { state: 'closed' })))).toEqual([
        'command a ran 1',
      ]);
    }
  });

  it('shows what is asked for alone, also when that changes', () => {
    const isShown = (document: StoredDocument) => JSON.stringify(document).includes('wanted');
    const live = createLive({ ...OPEN, isShown });
    expect(live.update(state('a', 1, 1))).toBeUndefined();
    live.update(state('a', 2, 1, { max_level: 'wanted' }));
    expect(live.rows()).toHaveLength(1);
    live.update(state('a', 3, 1));
    expect(live.rows()).toEqual([]);
  });

  it('has the newest first, and so many at most', () => {
    const live = createLive({ ...OPEN, limit: 2 });
    for (const id of ['a', 'ccc', 'bb']) live.update(state(id, 1, 0));
    expect(live.rows().map(({ id }) => id)).toEqual(['ccc', 'bb']);
  });

  it('is bounded: of very many sessions the one that changed least recently is forgotten', () => {
    const live = createLive({ ...OPEN, limit: 1_000_000 });
    for (let i = 0; i < 5_100; i++) live.update(state(`${i}`, 1, 0));
    expect(live.rows()).toHaveLength(5_000);
  });

  it('tells the last twenty of very many commands, and how many there were', () => {
    const commands = Array.from({ length: 50 }, (_, i) => ({ command_line: `n${i}`, pid: i }));
    const news = createLive(OPEN).update(state('a', 1, 0, { commands })) ?? [];
    expect(textsOf(news.slice(0, 3))).toEqual(['opened exec', 'command (30 more)', 'command n30']);
    expect(news).toHaveLength(22);
  });
});

/** A stream that gives what is pushed, until it is stopped or told to fail. */
function stream() {
  const waiting: StoredDocument[] = [];
  let wake: () => void = () => {};
  let failure: Error | undefined;
  return {
    push: (document: StoredDocument) => {
      waiting.push(document);
      wake();
    },
    fail: (error: Error) => {
      failure = error;
      wake();
    },
    async *updates(signal: AbortSignal) {
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield next;
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function rig(viewOf: (live: ReturnType<typeof createLive>) => WatchView) {
  const live = createLive(OPEN);
  const source = stream();
  const stop = new AbortController();
  const stored = [state('a', 1, 1)];
  const clock = {
    now: () => NOW,
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  const view = viewOf(live);
  const done = watch({ live, view, stored, updates: source.updates, clock, signal: stop.signal });
  return { done, source, stop: () => stop.abort() };
}

/** Resolves when `written` holds `text`. */
async function until(written: readonly string[], text: string): Promise<void> {
  while (!written.join('').includes(text)) await new Promise((resolve) => setImmediate(resolve));
}

describe('a live view on a terminal', () => {
  const terminalOf = (written: string[]) => ({
    ...{ columns: 120, rows: 24 },
    write: async (text: string) => void written.push(text),
  });

  it('is redrawn as commands come, and gives the terminal back', async () => {
    const written: string[] = [];
    const { done, source, stop } = rig((live) => createScreen(live, terminalOf(written)));
    await until(written, 'a ran 0');
    source.push(state('a', 2, 3));
    await until(written, 'a ran 2');
    source.push(state('bb', 1, 1));
    await until(written, 'user-of-bb');
    stop();
    await done;
    expect(written[0]).toContain('\u001b[?1049h');
    expect(written.at(-1)?.startsWith(LEAVE)).toBe(true);
    expect(written.join('').split(LEAVE)).toHaveLength(2);
    expect(written.at(-1)).toContain('user-of-bb');
  });

  it('draws nothing where nothing changed', async () => {
    const written: string[] = [];
    const { done, source, stop } = rig((live) => createScreen(live, terminalOf(written)));
    await until(written, 'a ran 0');
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toHaveLength(2);
    source.push(state('a', 1, 1));
    stop();
    await done;
    expect(written).toHaveLength(3);
  });

  it('gives the terminal back also when what it follows fails', async () => {
    const written: string[] = [];
    const { done, source } = rig((live) => createScreen(live, terminalOf(written)));
    source.fail(new Error('gone'));
    await expect(done).rejects.toThrow('gone');
    expect(written.at(-1)?.startsWith(LEAVE)).toBe(true);
  });

  it.each([
    [80, 10],
    [200, 50],
    [20, 3],
  ])('keeps within %d columns and %d rows, and lets nothing through', (columns, rows) => {
    const live = createLive(OPEN);
    const happened = HOSTILE_TEXTS.flatMap((text) => live.update(sessionOfText(text)) ?? []);
    expect(happened.length).toBeGreaterThan(HOSTILE_TEXTS.length);
    const lines = frameOf({ live, happened, nowMs: NOW, columns, rows });
    expect(lines.length).toBeLessThanOrEqual(rows);
    for (const line of lines) {
      expect(line.length).toBeLessThanOrEqual(columns);
      expect(line).not.toMatch(UNSAFE);
    }
  });

  it('says how many sessions there is no room for', () => {
    const live = createLive(OPEN);
    for (let i = 0; i < 30; i++) live.update(state(`${i}`, 1, 0));
    const [title] = frameOf({ live, happened: [], nowMs: NOW, columns: 120, rows: 15 });
    expect(title).toContain('30 sessions, 20 not shown');
  });
});

describe('a live view elsewhere', () => {
  it('appends one line for each session and command', async () => {
    const written: string[] = [];
    const write = async (text: string) => void written.push(text);
    const { done, source, stop } = rig((live) => createLines(live, write));
    source.push(state('a', 2, 2));
    source.push(state('a', 3, 2, { state: 'closed', ended_at: '2026-11-21T06:59:00Z' }));
    await until(written, 'closed');
    stop();
    await done;
    expect(written[0]).toContain('user-of-a');
    expect(written.slice(1)).toEqual([
      '06:30:01Z  command  a  user-of-a  exact  a ran 1\n',
      '06:59:00Z  closed  a  user-of-a  exec\n',
    ]);
    expect(written.join('')).not.toContain('\u001b');
  });

  it('is a line of JSON for each state, those that were stored first', async () => {
    const written: string[] = [];
    const stored = [state('a', 1, 1)];
    const { done, source, stop } = rig(() =>
      createNdjson(stored, async (text) => void written.push(text)),
    );
    source.push(state('a', 2, 2));
    await until(written, 'a ran 1');
    stop();
    await done;
    const lines = written.join('').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([...stored, state('a', 2, 2)]);
  });
});

describe('what comes from the topic', () => {
  it('is cut at its lines, wherever the network cut it', async () => {
    const bytes = Buffer.from('{"a":"ä😀"}\n\n{"b":2}\n');
    for (let size = 1; size < bytes.length; size++) {
      const chunks = (async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      })();
      const values: unknown[] = [];
      for await (const value of jsonLines(chunks)) values.push(value);
      expect(values).toEqual([{ a: 'ä😀' }, { b: 2 }]);
    }
  });

  it('is a session, or nothing of ours', () => {
    expect(documentIn({ value: { document: { a: 1 } } })).toEqual({ a: 1 });
    for (const value of [
      null,
      undefined,
      { document: null },
      { document: 'x' },
      { document: [] },
    ]) {
      expect(documentIn({ value })).toBeUndefined();
    }
    expect(documentIn(null)).toBeUndefined();
  });
});
