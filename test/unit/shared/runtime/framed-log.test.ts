/**
 * A log that is framed for a schema registry: what stands in it, what is read of it, and that a
 * registry that is away costs time alone.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avsc from 'avsc';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AVRO_SCHEMAS } from '../../../../schemas/generated/avro.ts';
import { registryHeader, registryId } from '../../../../shared/adapters/avro/framing.ts';
import { openEmbeddedLog } from '../../../../shared/adapters/embedded-log/open.ts';
import { createRegistryClient } from '../../../../shared/adapters/schema-registry/client.ts';
import { registerSubjects } from '../../../../shared/adapters/schema-registry/register.ts';
import { loadConfig } from '../../../../shared/config/load.ts';
import { createHealth } from '../../../../shared/pipeline/health.ts';
import type { Consumer, Log, LogRecord } from '../../../../shared/ports/log.ts';
import { systemClock } from '../../../../shared/runtime/clock.ts';
import { openFramedLog } from '../../../../shared/runtime/framed-log.ts';
import { topicSubjects } from '../../../../shared/runtime/schemas.ts';
import { codecOf } from '../../../../shared/runtime/stage-worker.ts';
import { type RegistryDouble, startRegistryDouble } from '../../../support/registry-double.ts';

const TOPIC = 'audit.findings';
const codec = codecOf(TOPIC);
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const FINDING = {
  ...{
    id: 'f',
    cluster: 'c',
    time: 0,
    ruleId: 'r',
    ruleName: 'R',
    mode: 'active',
    level: 'LOW' as const,
  },
  ...{ events: [], userName: null, message: 'm', document: Buffer.from('{}') },
};

let double: RegistryDouble;
let folder: string;
let bare: Log;
let framed: Log;
let consumer: Consumer | undefined;
const health = createHealth(() => 0);

const clientOf = (attempts: number) =>
  createRegistryClient({ url: double.url, timeoutMs: 1_000, clock: systemClock, attempts });

async function subjects() {
  const env = {
    PODWITNESS_KAFKA_BROKERS: 'localhost:9092',
    PODWITNESS_KAFKA_SCHEMA_REGISTRY_URL: double.url,
  };
  return topicSubjects(await loadConfig({ env, defaultFile: 'none.yaml' }));
}

async function openFramed(): Promise<Log> {
  const retry = { initialMs: 5, maxMs: 20 };
  const parts = { client: clientOf(1), clock: systemClock, health, retry, logger: SILENT };
  return openFramedLog({ ...parts, log: bare, topics: await subjects() });
}

beforeEach(async () => {
  double = await startRegistryDouble();
  folder = await mkdtemp(join(tmpdir(), 'podwitness-framed-'));
  bare = await openEmbeddedLog({ directory: folder });
  const spec = {
    cleanup: 'delete',
    partitions: 1,
    retentionMs: 1e9,
    maxMessageBytes: 1e6,
  } as const;
  await bare.ensureTopics([{ ...spec, name: TOPIC }]);
  await registerSubjects(
    clientOf(1),
    (await subjects()).map(({ subject }) => subject),
  );
  framed = await openFramed();
});

afterEach(async () => {
  await consumer?.stop();
  consumer = undefined;
  await bare.close();
  await double.stop();
  await rm(folder, { recursive: true });
});

async function valuesOf(log: Log): Promise<readonly Buffer[]> {
  const found: Buffer[] = [];
  const { signal } = new AbortController();
  const options = { topic: TOPIC, from: 'beginning', untilEnd: true, signal } as const;
  for await (const { value } of log.read(options)) found.push(value ?? Buffer.alloc(0));
  return found;
}

const append = (log: Log, value: Buffer | null): Promise<void> =>
  log.append([{ topic: TOPIC, key: null, value, timestampMs: 1, partition: 0 }]);

async function consume(log: Log): Promise<readonly LogRecord[]> {
  const got: LogRecord[] = [];
  const options = { group: 'g', topic: TOPIC, maxBatchRecords: 10, maxBatchBytes: 1e6 };
  consumer = await log.consume(options, {
    async process(lane, records) {
      got.push(...records);
      const next = (records.at(-1)?.offset ?? 0n) + 1n;
      const copy = { topic: TOPIC, key: null, value: codec.encode(FINDING), timestampMs: 2 };
      const outputs = got.length === 1 ? [copy] : [];
      await lane.commit({ outputs, writes: [], nextOffset: next });
    },
  });
  consumer.done.catch(() => {});
  return got;
}

/** A value of a version that this release does not know, and the registering of it. */
async function later(): Promise<Buffer> {
  const newest = JSON.parse(AVRO_SCHEMAS.Finding.at(-1) as string) as { fields: object[] };
  const added = { name: 'later', type: 'string', default: '' };
  const schema = { ...newest, fields: [...newest.fields, added] };
  const type = avsc.Type.forSchema(schema as unknown as avsc.Schema, { wrapUnions: false });
  const id = await clientOf(1).register(`${TOPIC}-value`, JSON.stringify(schema));
  return Buffer.concat([registryHeader(id), type.toBuffer({ ...FINDING, later: 'x' })]);
}

describe('a log with a schema registry', () => {
  it('is written with ids and read without, also what was written before', async () => {
    const value = codec.encode(FINDING);
    await append(bare, value);
    await append(framed, value);
    await append(framed, null);
    const [before, after] = await valuesOf(bare);
    expect(before).toStrictEqual(value);
    expect(registryId(after ?? value)).toBeGreaterThan(0);
    expect(await valuesOf(framed)).toStrictEqual([value, value, Buffer.alloc(0)]);
  });

  it('gives workers the same, and frames what they commit', async () => {
    await append(framed, codec.encode(FINDING));
    const got = await consume(framed);
    await vi.waitFor(() => expect(got).toHaveLength(2));
    for (const { value } of got) expect(value).toStrictEqual(codec.encode(FINDING));
    for (const value of await valuesOf(bare)) expect(registryId(value)).toBeGreaterThan(0);
  });

  it('is not opened where a schema is missing', async () => {
    const [first] = await subjects();
    if (first === undefined) throw new Error('No subjects');
    const other = { ...first, subject: { ...first.subject, name: 'other-value' } };
    const parts = { client: clientOf(1), clock: systemClock, health, logger: SILENT };
    const retry = { initialMs: 5, maxMs: 20 };
    const opening = openFramedLog({ ...parts, retry, log: bare, topics: [other] });
    await expect(opening).rejects.toMatchObject({ code: 'missing_schema' });
  });

  it('asks for the schema of a later release, and waits while the registry is away', async () => {
    const value = await later();
    await double.stop();
    await append(bare, value);
    const got = await consume(framed);
    await vi.waitFor(() => expect(health.troubles()).not.toStrictEqual({}));
    expect(got).toHaveLength(0);
    await double.start();
    await vi.waitFor(() => expect(got.length).toBeGreaterThan(0));
    const decoded = codec.decode(got[0]?.value ?? Buffer.alloc(0));
    expect(decoded).toMatchObject({ ok: true, value: { id: 'f' } });
    await vi.waitFor(() => expect(health.troubles()).toStrictEqual({}));
  });

  it('can be stopped while the registry is away; the record is the next owner’s', async () => {
    await append(bare, await later());
    await double.stop();
    await consume(framed);
    await vi.waitFor(() => expect(health.troubles()).not.toStrictEqual({}));
    await consumer?.stop();
    consumer = undefined;
    const [position] = await bare.positions('g', TOPIC);
    expect(position).toMatchObject({ committed: 0n, end: 1n });
    await double.start();
  });

  it('leaves to the codec what no schema reads', async () => {
    const stranger = await clientOf(1).register('foreign-value', '"string"');
    const values = [
      Buffer.concat([registryHeader(2 ** 30), Buffer.from('x')]),
      Buffer.concat([registryHeader(stranger), Buffer.from('\u0002x')]),
      Buffer.from([0, 0]),
    ];
    for (const value of values) await append(bare, value);
    expect(await valuesOf(framed)).toStrictEqual(values);
    for (const value of values) {
      expect(codec.decode(value)).toMatchObject({ ok: false, fault: { code: 'unknown_schema' } });
    }
  });

  it('asks again for what one node of the registry does not know yet', async () => {
    await append(bare, await later());
    let isBehind = true;
    double.intercept = (_request, response) => {
      if (isBehind) response.writeHead(404).end('{"error_code":40403}');
      return isBehind;
    };
    expect(codec.decode((await valuesOf(framed))[0] ?? Buffer.alloc(0)).ok).toBe(false);
    isBehind = false;
    expect(codec.decode((await valuesOf(framed))[0] ?? Buffer.alloc(0)).ok).toBe(true);
  });

  it('passes on what it does not frame', async () => {
    await framed.ping();
    expect(await framed.reviewTopics([])).toStrictEqual([]);
    expect(await framed.positions('g', TOPIC)).toMatchObject([{ end: 0n }]);
  });
});
