/**
 * The commands as they are typed, on the embedded store of a folder that nothing runs on.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addSession } from '../../../../../services/cli/commands/session.ts';
import { addSessions } from '../../../../../services/cli/commands/sessions.ts';
import { endingOf, type ExitCode } from '../../../../../services/cli/exit.ts';
import { scanFiles } from '../../../../../services/cli/offline/scan-files.ts';
import { loadConfig } from '../../../../../shared/config/load.ts';
import type { StoredDocument } from '../../../../../shared/ports/event-store.ts';
import { createContext, openStore } from '../../../../../shared/runtime/context.ts';
import { ATTACHED, RICH } from './documents.ts';

const RICH_ID = '5rVY0Zb2cXGm0qkyIYJpX3nHhV8';
const SIMILAR_ID = '5rVY0ZXXXXXXXXXXXXXXXXXXXXX';

const SCANNED = { cluster: 'prod', rules: [], bundledRules: false, exceptions: [] };

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

async function podwitness(words: readonly string[]): Promise<Result> {
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
  addSession(program, run);
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

  it('shows one that comes out of files, without a store', async () => {
    const request = {
      ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', verb: 'get' },
      ...{ auditID: '5e1b8c0a-d8a2-44c9-9183-ee6d7c4caef8', stage: 'ResponseStarted' },
      requestURI: '/api/v1/namespaces/payments/pods/pay-0/exec?command=id&container=app',
      user: { username: 'alice' },
      objectRef: {
        ...{ resource: 'pods', namespace: 'payments', name: 'pay-0', subresource: 'exec' },
      },
      responseStatus: { code: 101 },
      requestReceivedTimestamp: '2026-11-21T06:10:00.029056Z',
      stageTimestamp: '2026-11-21T06:10:00.050302Z',
    };
    const file = join(folder, 'audit.log');
    await writeFile(file, `${JSON.stringify(request)}\n`);
    const { exitCode, stderr } = await podwitness(['session', 'show', 'nothing', '--scan', file]);
    expect(exitCode).toBe(65);
    expect(stderr).toContain('scan FILE… --emit sessions');
    const [record] = (await scanFiles([file], SCANNED)).sessions;
    const found = await podwitness([
      ...['session', 'show', record?.id.slice(0, 8) ?? '', '--scan', file],
      ...['--cluster', 'prod'],
    ]);
    expect(found.stdout).toContain('alice in payments/pay-0');
  });
});
