/**
 * The commands as they are typed, on the embedded store of a folder that nothing runs on.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addSession } from '../../../../../services/cli/commands/session.ts';
import { addSessions } from '../../../../../services/cli/commands/sessions.ts';
import { endingOf, type ExitCode } from '../../../../../services/cli/exit.ts';
import { loadConfig } from '../../../../../shared/config/load.ts';
import type { StoredDocument } from '../../../../../shared/ports/event-store.ts';
import { createContext, openStore } from '../../../../../shared/runtime/context.ts';
import { ATTACHED, RICH } from './documents.ts';

const RICH_ID = '5rVY0Zb2cXGm0qkyIYJpX3nHhV8';
const SIMILAR_ID = '5rVY0ZXXXXXXXXXXXXXXXXXXXXX';

let folder: string;

function withId(document: StoredDocument, id: string): StoredDocument {
  const copy = structuredClone(document) as { podwitness: { session: { id: string } } };
  copy.podwitness.session.id = id;
  return { ...copy, event: { id } };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-sessions-'));
  const overrides = [{ name: 'dataDir', value: folder, where: 'test' }];
  const store = await openStore(createContext(await loadConfig({ file: undefined, overrides })));
  const documents = [
    withId(RICH, RICH_ID),
    withId(RICH, SIMILAR_ID),
    withId(ATTACHED, '7aQd1Yc9Kk3mB2vX0LwTzRpSnHe'),
  ];
  await store.setup();
  await store.write(
    documents.map((document) => ({
      ...({ kind: 'put', collection: 'sessions', revision: 1 } as const),
      id: (document as { event: { id: string } }).event.id,
      document: Buffer.from(JSON.stringify(document)),
    })),
  );
  await store.close();
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Result {
  readonly exitCode: ExitCode | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

async function podwitness(
  words: readonly string[],
  scan?: (files: readonly string[], cluster: string) => Promise<readonly StoredDocument[]>,
): Promise<Result> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  let exitCode: ExitCode | undefined;
  const program = new Command('podwitness').exitOverride();
  const run = async (action: Promise<ExitCode>): Promise<void> => {
    try {
      exitCode = await action;
    } catch (error) {
      const ending = endingOf(error);
      written.stderr += ending.text;
      ({ exitCode } = ending as { exitCode: ExitCode });
    }
  };
  addSessions(program, run);
  addSession(program, run, scan);
  try {
    await program.parseAsync(['node', 'podwitness', ...words]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { exitCode, ...written };
}

const here = (...words: string[]) => podwitness([...words, '--data', folder]);

describe('podwitness sessions', () => {
  it('shows who is in which pod now', async () => {
    const { exitCode, stdout } = await here('sessions', '--output', 'table');
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).toContain('node-debugger-worker-1-hmrpx');
  });

  it('shows closed ones, too, where that is asked for, newest first', async () => {
    const { stdout } = await here('sessions', '--all', '--output', 'ndjson');
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents).toHaveLength(3);
    expect(documents[2].podwitness.session.kind).toBe('debug-node');
  });

  it('takes conditions, a time and a limit', async () => {
    const linesOf = async (...words: string[]) =>
      (await here('sessions', '--all', '--output', 'ndjson', ...words)).stdout.split('\n').length -
      1;
    expect(await linesOf('--where', 'podwitness.session.findings.level=high')).toBe(2);
    expect(await linesOf('--where', 'user.name=nobody')).toBe(0);
    expect(await linesOf('--since', '2026-11-21T06:00:00Z')).toBe(2);
    expect(await linesOf('--limit', '1')).toBe(1);
  });

  it('says that nothing runs that could be watched', async () => {
    const { exitCode, stderr, stdout } = await here('sessions', '--watch');
    expect([exitCode, stdout]).toEqual([64, '']);
    expect(stderr).toContain('start `podwitness up`, or leave out --watch');
  });

  it('says how to see more where nobody is in a pod', async () => {
    const { stdout } = await here('sessions', '--where', 'user.name=x', '--output', 'table');
    expect(stdout).toBe('No open sessions. With --all: closed ones, too.\n');
  });
});

describe('podwitness session show', () => {
  it('shows one by its id or the beginning of it', async () => {
    for (const id of [RICH_ID, '7aQd1Y']) {
      const { exitCode, stdout } = await here('session', 'show', id);
      expect(exitCode).toBe(0);
      expect(stdout.startsWith(`Session ${id}`)).toBe(true);
      expect(stdout).toContain('Timeline');
    }
  });

  it('writes lines and reports', async () => {
    const lines = await here('session', 'show', RICH_ID, '--output', 'ndjson');
    expect(JSON.parse(lines.stdout.split('\n')[0] ?? '')).toMatchObject({ id: RICH_ID });
    const page = await here('session', 'show', RICH_ID, '--output', 'html');
    expect(page.stdout).toMatch(/^<!DOCTYPE html>[\s\S]*<\/html>\n$/);
  });

  it('lists those that begin so, on standard error', async () => {
    const { exitCode, stderr, stdout } = await here('session', 'show', '5rVY0Z');
    expect([exitCode, stdout]).toEqual([64, '']);
    expect(stderr).toContain(RICH_ID);
    expect(stderr).toContain(SIMILAR_ID);
  });

  it('says where to look where none is known', async () => {
    const { exitCode, stderr, stdout } = await here('session', 'show', 'unknown-id');
    expect([exitCode, stdout]).toEqual([65, '']);
    expect(stderr).toContain("No session 'unknown-id' is known.\npodwitness sessions --all");
  });

  it.each([
    ['short', 'text'],
    ['a*****', 'text'],
    [RICH_ID, 'pdf'],
  ])('refuses %s as %s', async (id, output) => {
    const { exitCode, stdout } = await here('session', 'show', id, '--output', output);
    expect([exitCode, stdout]).toEqual([64, '']);
  });

  it('shows sessions of files where it is given what reads them', async () => {
    const asked: unknown[] = [];
    const scan = async (...given: unknown[]) => {
      asked.push(given);
      return [RICH, ATTACHED];
    };
    const words = ['session', 'show', '5rVY0Z', '--scan', 'a.log', 'b.log', '--cluster', 'prod'];
    expect((await podwitness(words, scan)).stdout).toContain(`Session ${RICH_ID}`);
    expect(asked).toEqual([[['a.log', 'b.log'], 'prod']]);
    expect((await podwitness(words)).stderr).toContain("unknown option '--scan'");
  });
});
