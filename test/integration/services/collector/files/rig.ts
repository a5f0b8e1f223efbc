/**
 * Owns: a followed folder in a temporary place: real files, a log that is a list of lines, and
 * everything that was reported.
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { startFollowing } from '../../../../../services/collector/files/edge/follow.ts';
import { parseGlob } from '../../../../../services/collector/files/glob.ts';
import type {
  Body,
  Delivery,
  Loss,
  Oversize,
} from '../../../../../services/collector/inputs/edge/deliver.ts';
import { createHealth } from '../../../../../shared/pipeline/health.ts';
import type { RunningWorker } from '../../../../../shared/pipeline/runner.ts';
import type { InputTelemetry } from '../../../../../shared/ports/telemetry.ts';
import { systemClock } from '../../../../../shared/runtime/clock.ts';
import { within } from '../../../../contract/log/harness.ts';
import { createLines, type LogLine, until } from '../../../../support/worker-rig.ts';

const KIB = 1024;
const WAIT_MS = 60_000;

export interface Rig {
  readonly folder: string;
  readonly bodies: readonly Body[];
  readonly losses: readonly Loss[];
  readonly refusals: readonly Oversize[];
  readonly logLines: readonly LogLine[];
  readonly lag: () => number;
  troubles(): string;
  path(name: string): string;
  append(name: string, text: string | Buffer): void;
  start(options?: Partial<StartOptions>): Promise<RunningWorker>;
  /** Lines that the log has, in its order. */
  lines(): readonly string[];
  /** Resolves when `holds`, or throws after a while. */
  eventually(what: string, holds: () => boolean): Promise<void>;
  /** Called for each body before it is in the log. */
  onHand: (body: Body, signal: AbortSignal) => Promise<void>;
  close(): Promise<void>;
}

interface StartOptions {
  readonly pattern: string;
  readonly from: 'beginning' | 'end';
  readonly bodyBytes: number;
  readonly lineBytes: number;
}

function telemetryOf(set: (bytes: number) => void): InputTelemetry {
  const nothing = (): void => undefined;
  return { read: nothing, lagBytes: set, lagMessages: nothing, lost: nothing, legacyFile: nothing };
}

export function createRig(): Rig {
  const base = mkdtempSync(join(tmpdir(), 'podwitness-files-'));
  const folder = join(base, 'logs');
  mkdirSync(folder);
  const bodies: Body[] = [];
  const losses: Loss[] = [];
  const refusals: Oversize[] = [];
  const workers: RunningWorker[] = [];
  const { lines: logLines, logger } = createLines();
  const health = createHealth();
  let lag = -1;
  const delivery: Delivery = {
    async hand(body, signal) {
      await rig.onHand(body, signal);
      bodies.push({ ...body, bytes: Buffer.from(body.bytes) });
      return true;
    },
    refuse: async (oversize) => void refusals.push(oversize),
    lost: async (loss) => void losses.push(loss),
  };
  const path = (name: string): string => join(folder, name);
  const rig: Rig = {
    ...{ folder, bodies, losses, refusals, logLines, path },
    lag: () => lag,
    troubles: () => JSON.stringify(health.troubles()),
    onHand: async () => undefined,
    append: (name, text) => appendFileSync(path(name), text),
    async start(options = {}) {
      const { bodyBytes = 64 * KIB, from = 'beginning', lineBytes = 1024 * KIB } = options;
      const glob = parseGlob(options.pattern ?? path('audit.log'));
      if (glob === undefined) throw new Error('no pattern');
      const worker = await startFollowing({
        ...{ glob, from, delivery, logger, health, clock: systemClock },
        senderId: 'file:test',
        checkpointFolder: join(base, 'checkpoints'),
        limits: { bodyBytes, lineBytes },
        shared: { slots: pLimit(4), large: pLimit(1) },
        telemetry: telemetryOf((bytes) => {
          lag = bytes;
        }),
      });
      workers.push(worker);
      return worker;
    },
    lines: () =>
      bodies.flatMap(({ bytes }) =>
        bytes
          .toString()
          .split('\n')
          .filter((line) => line !== ''),
      ),
    eventually: (what, holds) => within(WAIT_MS, what, until(holds)),
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      rmSync(base, { recursive: true, force: true });
    },
  };
  return rig;
}

/** Lines that look like audit events, each unlike any other. */
export function eventLines(from: number, count: number, bytes = 0): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const auditID = `00000000-0000-4000-8000-${String(from + i).padStart(12, '0')}`;
    const event = { kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', auditID };
    return JSON.stringify({ ...event, verb: 'get', pad: 'x'.repeat(bytes) });
  });
}

export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
