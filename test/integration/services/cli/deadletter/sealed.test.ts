/**
 * Owns: the proof that what is sealed goes the same way as what is not: rotated keys, keys that come
 * late, parts, retries, rejected items and their replays.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replayLetters } from '../../../../../services/cli/deadletter/replay.ts';
import { diagnose, problems } from '../../../../../services/cli/doctor/diagnose.ts';
import { accept } from '../../../../../services/collector/accept.ts';
import { createProtection } from '../../../../../services/collector/protect/protection.ts';
import { createNormalizerStage } from '../../../../../services/normalizer/stage.ts';
import { CHAIN_START, type Link } from '../../../../../shared/domain/chain.ts';
import { createSealer } from '../../../../../shared/domain/sealing/batch.ts';
import { openLetter } from '../../../../../shared/domain/sealing/letter.ts';
import type { SealKey } from '../../../../../shared/domain/sealing/seal.ts';
import { rawKeys } from '../../../../../shared/runtime/raw-keys.ts';
import { codecOf } from '../../../../../shared/runtime/stage-worker.ts';
import { isCut } from '../../../../../shared/pipeline/letter.ts';
import {
  auditEvent,
  eventList,
  type NormalizerStage,
  openPipelineRig,
  type PipelineRig,
} from '../../../../support/pipeline-rig.ts';

let folder: string;
let rig: PipelineRig;
let keys: readonly SealKey[];
let last: Link;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-sealed-'));
  const [now, before] = ['now', 'before'].map((name) => join(folder, name));
  await writeFile(now ?? '', 'the key that is used now, of 32+ bytes');
  await writeFile(before ?? '', 'the key that was used before that one');
  rig = await openPipelineRig({
    PODWITNESS_COLLECTOR_RAW_PROTECT: 'encrypt',
    PODWITNESS_COLLECTOR_RAW_KEY_FILE: now ?? '',
    PODWITNESS_COLLECTOR_RAW_PREVIOUS_KEY_FILES: before ?? '',
    PODWITNESS_KAFKA_MAX_MESSAGE_BYTES: String(34 * 1024 * 1024),
  });
  keys = rawKeys(rig.context.config);
  last = CHAIN_START;
});
afterEach(async () => {
  await rig.close();
  await rm(folder, { recursive: true });
});

const [NOW, BEFORE] = [0, 1];

function stage(known: readonly SealKey[] = keys): NormalizerStage {
  return createNormalizerStage({ dataStreamNamespace: 'default', rawKeys: known });
}

/** As the collector takes it, with the key at `at`. */
async function send(body: string, at = NOW, partBytes = 64 * 1024): Promise<number> {
  const key = keys[at ?? 0] as SealKey;
  const request = {
    ...{ source: 'audit', cluster: 'c1', sender: '10.0.0.1', senderId: 'apiserver', origin: '' },
    ...{ contentEncoding: '', receivedAtMs: Date.now(), body: Buffer.from(body), trace: {} },
  };
  const accepted = accept(
    {
      ...{ topic: 'audit.raw', collectorId: 'collector-1' },
      protection: createProtection({ key, random: randomBytes }),
      limits: { partBytes, maxBytes: 1 << 24 },
      encode: (batch) => codecOf('audit.raw').encode(batch),
    },
    request,
    last,
  );
  if (!accepted.ok) throw new Error('Not accepted');
  last = accepted.last;
  await rig.log.append(accepted.records);
  return accepted.records.length;
}

async function replay(known: readonly SealKey[] = keys): Promise<readonly string[]> {
  const sealer = createSealer(known[0] ?? (keys[0] as SealKey), randomBytes);
  const run = { actor: 'carol', id: 'run', nowMs: Date.now(), rawKeys: known, sealer };
  const request = { ids: [], filter: {}, limit: 1000, topicPrefix: '', isDry: false };
  const said: string[] = [];
  for await (const step of replayLetters(rig.pipeline, { ...request, run, isAgain: false })) {
    said.push(step.reason ?? step.action);
  }
  return said;
}

async function ids(): Promise<readonly string[]> {
  return (await rig.values('audit.events')).map(({ id }) => id);
}

it('reads parts, retries, and records under the key of before', { timeout: 60_000 }, async () => {
  const list = eventList(Array.from({ length: 30 }, () => auditEvent()));
  expect(await send(list, NOW, 2_000)).toBeGreaterThan(3);
  await send(list, NOW, 2_000);
  await send(auditEvent(), BEFORE);
  await rig.normalize(stage());
  expect(await rig.letters()).toEqual([]);
  const found = await ids();
  expect(found).toHaveLength(61);
  expect(new Set(found).size).toBe(31);
  await rig.detect();
  await rig.index();
  const window = { since: 0, until: Number.POSITIVE_INFINITY, nowMs: Date.now() + 3_600_000 };
  const diagnosis = await diagnose({ pipeline: rig.pipeline, stage: stage(), window });
  expect(Object.values(problems(diagnosis))).toEqual([0, 0, 0, 0, 0]);
  // And without the key nothing is altered either: the chain is over what is stored.
  const blind = await diagnose({ pipeline: rig.pipeline, stage: stage([]), window });
  expect(problems(blind)).toMatchObject({ altered: 0, gaps: 0 });
});

it('keeps what it has no key for, and gives each event once when it has', async () => {
  await send(eventList([auditEvent(), auditEvent()]));
  await send(auditEvent(), BEFORE);
  await rig.normalize(stage(keys.slice(1)));
  expect(await ids()).toHaveLength(1);
  const [letter, ...others] = await rig.letters();
  expect(others).toEqual([]);
  expect(letter).toMatchObject({ code: 'unknown_key', index: null, senderId: 'apiserver' });

  expect(await replay(keys.slice(1))).toEqual([expect.stringMatching(/neither collector\.raw/)]);
  expect(await replay()).toEqual(['appended']);
  await rig.normalize(stage());
  expect(new Set(await ids()).size).toBe(3);
  expect(await rig.letters()).toHaveLength(1);
  expect(await replay()).toEqual([expect.stringMatching(/replayed before/)]);
});

it('rejects what was changed, or shown as another’s', async () => {
  await send(auditEvent());
  const [batch] = await rig.values('audit.raw');
  if (batch === undefined) throw new Error('Not there');
  const value = codecOf('audit.raw').encode({ ...batch, cluster: 'other' });
  await rig.log.append([{ topic: 'audit.raw', key: null, value, timestampMs: Date.now() }]);
  await rig.normalize(stage());
  expect(await ids()).toHaveLength(1);
  expect(await rig.letters()).toMatchObject([{ code: 'broken_seal', cluster: 'other' }]);
});

it('seals what was rejected of it, and what is replayed', async () => {
  await send(eventList([auditEvent(), '{"password":"hunter2"}']));
  await rig.normalize(stage());
  const [letter] = await rig.letters();
  if (letter === undefined) throw new Error('No letter');
  expect(letter).toMatchObject({ code: 'unreadable_item', index: 1 });
  expect(letter.bytes.includes('hunter2')).toBe(false);
  const opened = openLetter(keys, letter);
  expect(opened.ok && opened.bytes.toString()).toBe('{"password":"hunter2"}');

  expect(await replay()).toEqual(['appended']);
  const batches = await rig.values('audit.raw');
  expect(batches.map(({ body }) => body.includes('hunter2'))).toEqual([false, false]);
  expect(batches[1]?.contentEncoding).toBe('aes256gcm');
  await rig.normalize(stage());
  // Rejected again: the same letter, one more try.
  const letters = await rig.letters();
  expect(letters.map(({ attempts, id }) => [id, attempts])).toEqual([
    [letter.id, 1],
    [letter.id, 2],
  ]);
  expect(letters.every(({ bytes }) => !bytes.includes('hunter2'))).toBe(true);
});

it('cuts what is too long for its letter before it is sealed, so that it opens', async () => {
  const garbage = 'x'.repeat(1_095_000);
  await rig.close();
  rig = await openPipelineRig({
    PODWITNESS_COLLECTOR_RAW_KEY_FILE: join(folder, 'now'),
    PODWITNESS_COLLECTOR_MAX_BODY_BYTES: '1048576',
    PODWITNESS_KAFKA_MAX_MESSAGE_BYTES: '1114112',
  });
  await rig.send([garbage]);
  await rig.normalize(stage());
  const [letter] = await rig.letters();
  const opened = letter && openLetter(keys, letter);
  expect(letter && isCut(letter)).toBe(true);
  expect(opened?.ok && /^x{1000000,}$/.test(opened.bytes.toString())).toBe(true);
  expect(await replay()).toEqual(['appended']);
});
