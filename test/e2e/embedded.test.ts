/**
 * The whole way of recorded bodies on Node alone: front door to searchable documents and findings,
 * once each, also when the process is killed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missingData, type Recording, recordedBurst, recordedScenario } from '../support/data.ts';
import { distinctEvents, documentKeys } from '../support/distinct.ts';
import { largeBody } from '../support/large-body.ts';
import { type Process, query, run, type Settings, start } from '../support/podwitness.ts';
import { deliver, eventually } from '../support/sender.ts';

const SCENARIOS = ['a', 'b', 'c', 'd', 'f', 'i1', 'i3'];
const SETTLE_MS = 30_000;
const FAILPOINTS = ['after-produce:3', 'before-commit:3', 'after-commit:3', 'after-bulk:2'];

let folder: string;
let running: Process | undefined;
let settings: Settings;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-e2e-'));
  settings = { PODWITNESS_DATA_DIR: folder };
});

afterEach(async () => {
  running?.kill('SIGKILL');
  await running?.exited;
  running = undefined;
  await rm(folder, { recursive: true, force: true });
});

function clusterOf(recording: Recording): string {
  return recording.name;
}

async function deliverAll(address: () => string, recordings: readonly Recording[]): Promise<void> {
  await Promise.all(
    recordings.map(async (recording) => {
      for (const body of recording.bodies) await deliver(address, clusterOf(recording), body);
    }),
  );
}

async function expectOnce(recordings: readonly Recording[]): Promise<void> {
  for (const recording of recordings) {
    const expected = distinctEvents(recording.bodies);
    const where = [`orchestrator.cluster.name=${clusterOf(recording)}`];
    const found = await eventually(
      () => query('events', where, settings),
      (documents) => documents.length >= expected.length,
      SETTLE_MS,
    );
    expect(documentKeys(found)).toEqual(expected);
  }
}

describe.skipIf(missingData() !== undefined)('the embedded pair', () => {
  it('has each distinct event of the recordings once, and the findings that scan gives', {
    timeout: 120_000,
  }, async () => {
    const recordings = SCENARIOS.map(recordedScenario);
    running = await start(['up'], settings);
    const { url } = running;
    await deliverAll(() => url, recordings);
    await expectOnce(recordings);
    await deliverAll(() => url, recordings.slice(0, 2));
    for (const recording of recordings) {
      const options = ['--cluster', recording.name, '--emit', 'findings'];
      const scanned = await run(['scan', recording.auditLog, ...options]);
      const where = [`orchestrator.cluster.name=${recording.name}`];
      const expected = scanned.stdout.split('\n').filter((line) => line !== '');
      const found = await eventually(
        () => query('findings', where, settings),
        (documents) => documents.length >= expected.length,
        SETTLE_MS,
      );
      expect(comparable(found)).toEqual(comparable(expected.map((line) => JSON.parse(line))));
    }
    await expectOnce(recordings);
    running.kill('SIGTERM');
    expect(await running.exited).toBe(0);
  });

  it.each(FAILPOINTS)(
    'loses and doubles nothing when it is killed at %s',
    {
      timeout: 120_000,
    },
    async (failpoint) => {
      const recordings = ['b', 'i3'].map(recordedScenario);
      running = await start(['up'], { ...settings, PODWITNESS_FAILPOINT: failpoint });
      let address = running.url;
      const restarted = restart(running).then((url) => {
        address = url;
      });
      await deliverAll(() => address, recordings);
      await restarted;
      await expectOnce(recordings);
    },
  );

  it('loses and doubles nothing when it is killed while it restores', {
    timeout: 120_000,
  }, async () => {
    const recordings = ['b', 'i3'].map(recordedScenario);
    running = await start(['up'], settings);
    const first = running.url;
    await deliverAll(() => first, recordings.slice(0, 1));
    running.kill('SIGKILL');
    await running.exited;
    const dying = start(['up'], { ...settings, PODWITNESS_FAILPOINT: 'in-restore' });
    await expect(dying).rejects.toThrow('SIGKILL');
    running = await start(['up'], settings);
    const { url } = running;
    await deliverAll(() => url, recordings);
    await expectOnce(recordings);
  });

  it('takes a body of nearly 32 MiB and refuses a larger one', { timeout: 60_000 }, async () => {
    const large = { name: 'large', bodies: [largeBody()], auditLog: '' };
    running = await start(['up'], settings);
    const { url } = running;
    await deliverAll(() => url, [large]);
    await expectOnce([large]);
    const body = new Uint8Array(33 * 1024 * 1024);
    const refused = await fetch(`${url}/v1/audit/large`, { method: 'POST', body });
    expect(refused.status).toBe(413);
    expect(running.output()).toContain('collector.maxBodyBytes');
  });

  it('takes the whole burst', { timeout: 120_000 }, async () => {
    const burst = recordedBurst();
    running = await start(['up'], settings);
    const { url } = running;
    await deliverAll(() => url, [burst]);
    await expectOnce([burst]);
  });
});

/** Waits for the process to be killed at its failpoint, then starts one without. */
async function restart(dying: Process): Promise<string> {
  expect(await dying.exited).toBe('SIGKILL');
  running = await start(['up'], settings);
  return running.url;
}

interface FindingDocument {
  readonly event: { readonly id: string };
  readonly host?: unknown;
  readonly kubernetes: { readonly node?: unknown; readonly pod?: { readonly name: string } };
  readonly podwitness: { readonly finding: Readonly<Record<string, unknown>> };
  readonly related: { readonly hosts?: unknown };
}

/**
 * Sorted, without the ids of the events: a request at two stages gives one finding, and live either
 * stage may come first. Without what is learnt of a pod: files are read as a whole, and live that is
 * known only to what comes later.
 */
function comparable(documents: readonly unknown[]): readonly unknown[] {
  return (documents as readonly FindingDocument[])
    .map(({ host: _host, kubernetes, podwitness, related, ...rest }) => {
      const { events: _events, ...finding } = podwitness.finding;
      const { node: _node, pod, ...places } = kubernetes;
      const { hosts: _hosts, ...others } = related;
      const where = { ...places, pod: pod?.name };
      return { ...rest, kubernetes: where, podwitness: { finding }, related: others };
    })
    .sort((a, b) => (a.event.id < b.event.id ? -1 : 1));
}
