/**
 * Sessions of the whole product on Node alone: whatever comes first, and wherever it is killed, the
 * sessions that `scan` puts together are there, once; and all commands that show them answer.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missingData } from '../support/data.ts';
import { type Process, query, run, type Settings, start } from '../support/podwitness.ts';
import type { RecordedSessions } from '../support/recorded-sessions.ts';
import { scannedSessions, SOON } from '../support/scanned-sessions.ts';
import { deliver, eventually } from '../support/sender.ts';
import { bodyOf, revisionsOf, saidOf } from '../support/session-views.ts';

const CLUSTER = 'prod';
const SETTLE_MS = 60_000;
const isMissing = missingData() !== undefined;
let scanned: ReadonlyMap<string, unknown>;
let story: RecordedSessions;
let folder: string;
let settings: Settings;
let running: Process | undefined;

beforeAll(async () => {
  if (isMissing) return;
  const expected = await scannedSessions(CLUSTER);
  ({ story } = expected);
  scanned = saidOf(expected.scanned);
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-e2e-sessions-'));
  settings = { ...SOON, PODWITNESS_DATA_DIR: folder };
});

afterEach(async () => {
  running?.kill('SIGKILL');
  await running?.exited;
  running = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function launch(failpoint?: string): Promise<Process> {
  const extra = failpoint === undefined ? {} : { PODWITNESS_FAILPOINT: failpoint };
  running = await start(['up'], { ...settings, ...extra });
  return running;
}

async function post(bodies: readonly (readonly string[])[]): Promise<void> {
  for (const lines of bodies) {
    await deliver(() => running?.url ?? '', CLUSTER, bodyOf(lines), 'logs');
  }
}

/** The first or second half of both logs. */
function half(which: 0 | 1): readonly (readonly string[])[] {
  return [story.audit, story.enricher].map((lines) => {
    const middle = Math.floor(lines.length / 2);
    return which === 0 ? lines.slice(0, middle) : lines.slice(middle);
  });
}

function isSame(found: readonly unknown[]): boolean {
  const said = saidOf(found);
  return [...scanned].every(([id, one]) => JSON.stringify(said.get(id)) === JSON.stringify(one));
}

async function expectScanned(): Promise<readonly unknown[]> {
  let found: readonly unknown[] = [];
  const look = async (): Promise<boolean> => {
    found = await query('sessions', [], settings);
    return isSame(found);
  };
  // What is not the same is shown below.
  await eventually(look, (same) => same, SETTLE_MS).catch(() => false);
  expect(Object.fromEntries(saidOf(found))).toEqual(Object.fromEntries(scanned));
  return found;
}

describe.skipIf(isMissing)('sessions', () => {
  it('are those of scan, the commands first', { timeout: 120_000 }, async () => {
    await launch();
    await post([story.enricher, story.audit]);
    await expectScanned();
  });

  it.each(['after-produce:3', 'before-commit:5', 'after-commit:4', 'after-bulk:2'])(
    'are the same, once, when it is killed at %s',
    { timeout: 120_000 },
    async (failpoint) => {
      const dying = await launch(failpoint);
      const restarted = dying.exited.then(async (code) => {
        expect(code).toBe('SIGKILL');
        await launch();
      });
      await post([...half(0).toReversed(), ...half(1)]);
      await restarted;
      await expectScanned();
    },
  );

  it('are the same, and never told of as older, over kill -9 and one more while it restores', {
    timeout: 120_000,
  }, async () => {
    const first = await launch();
    await post(half(0));
    const open = 'podwitness.session.requested_command=/bin/bash';
    const before = await eventually(
      () => query('sessions', [open], settings),
      (found) => found.length === 2,
      SETTLE_MS,
    );
    first.kill('SIGKILL');
    await first.exited;
    await expect(launch('in-restore')).rejects.toThrow('SIGKILL');
    await launch();
    await post(half(1).toReversed());
    const after = revisionsOf(await expectScanned());
    for (const [id, revision] of revisionsOf(before)) {
      expect(after.get(id)).toBeGreaterThanOrEqual(revision);
    }
  });

  it('are those of scan, listed and shown, and findings say who it was', {
    timeout: 120_000,
  }, async () => {
    await launch();
    await post([story.audit, story.enricher]);
    await expectScanned();
    const listed = await run(['sessions', '--all', '--output', 'ndjson'], settings);
    expect(listed.stdout.trimEnd().split('\n')).toHaveLength(scanned.size);
    const open = await run(['sessions'], settings);
    expect(open.stdout).toContain('node-debugger-node-1-hmrpx');
    expect(open.stdout).not.toContain('ledger-0');
    const who = [
      'user.name=bob',
      'podwitness.session.kind=exec',
      'podwitness.session.confidence=exact',
    ];
    const [token] = await query('sessions', who, settings);
    const { id } = (token as { event: { id: string } }).event;
    const shown = await run(['session', 'show', id], settings);
    expect(shown.stdout).toMatch(/exact .*cat \/var\/run\/secrets\/kubernetes.io/);
    const messages = (await query('findings', [], settings)).map(
      (finding) => (finding as { message: string }).message,
    );
    expect(messages).toContain(
      'bob, in a debug session on a node in default/node-debugger-node-1-hmrpx (debugger), ran: chroot /host',
    );
    expect(messages).toContain(
      'alice had an exec session in payments/checkout-0 (app), but the mark of what ran says otherwise: cat /etc/shadow',
    );
  });
});
