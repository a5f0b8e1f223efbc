/**
 * The examples in infra/consumers, run as docs/consuming.md says, against topics that podwitness has
 * written: plain, then with a schema registry turned on over the same topics, and from the beginning.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DownloadError } from '../../infra/local/downloads.ts';
import { type LocalRegistry, startRegistry } from '../../infra/local/schema-registry.ts';
import {
  CONSUMERS,
  findJars,
  findKcat,
  findPython,
  runProgram,
  type Tool,
} from '../support/consumer-tools.ts';
import { run, type Settings, start } from '../support/podwitness.ts';
import { describeReal, localOptions, sharedKafka } from '../support/real.ts';
import { eventually } from '../support/sender.ts';
import { auditEvent } from '../support/sender-bodies.ts';

const EACH = 5;
const SCHEMAS = join(CONSUMERS, '../../schemas/avro');

interface Document {
  readonly event: { readonly id: string };
}

describeReal('a consumer of audit.events', () => {
  let broker: string;
  let folder: string;
  let registry: LocalRegistry | undefined;
  let noRegistry = '';
  /** Topics without a registry at first; topics that had one from the beginning. */
  const older = `t${randomBytes(4).toString('hex')}.`;
  const newer = `t${randomBytes(4).toString('hex')}.`;
  const python: { found: Tool<string> } = { found: { skip: 'not looked for' } };

  function settingsOf(prefix: string, url?: string): Settings {
    return {
      PODWITNESS_KAFKA_BROKERS: broker,
      PODWITNESS_KAFKA_TOPIC_PREFIX: prefix,
      PODWITNESS_KAFKA_JSON_TOPICS: 'audit.events,audit.findings',
      PODWITNESS_DATA_DIR: join(folder, prefix),
      ...(url === undefined ? {} : { PODWITNESS_KAFKA_SCHEMA_REGISTRY_URL: url }),
    };
  }

  async function tailed(settings: Settings, topic: string): Promise<readonly unknown[]> {
    const done = await run(['tail', topic, '--from', 'beginning', '--until-end'], settings);
    expect(done, done.stderr).toMatchObject({ exitCode: 0 });
    return lines(done.stdout);
  }

  /** Sends events through all workers, and waits until there are `total` of them. */
  async function send(settings: Settings, total: number): Promise<void> {
    const up = await start(['up'], settings);
    try {
      const events = Array.from({ length: EACH }, (_, i) => auditEvent(`${total}-${i}`));
      const body = events.map((event) => JSON.stringify(event)).join('\n');
      const reply = await fetch(`${up.url}/v1/audit/c1`, { method: 'POST', body });
      expect(reply.status).toBeLessThan(300);
      const count = async () => (await tailed(settings, 'audit.events')).length;
      await eventually(count, (seen) => seen === total, 60_000);
    } finally {
      up.kill('SIGTERM');
      await up.exited;
    }
  }

  beforeAll(async () => {
    [broker = ''] = (await sharedKafka()).brokers;
    folder = await mkdtemp(join(tmpdir(), 'podwitness-consumers-'));
    python.found = await findPython(localOptions().cacheDir);
    await send(settingsOf(older), EACH);
    try {
      registry = await startRegistry(localOptions());
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      noRegistry = error.message;
    }
  }, 300_000);

  afterAll(async () => {
    await registry?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function lines(text: string): readonly unknown[] {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  }

  /** Ids of events that are JSON lines. */
  function idsOf(text: string): readonly string[] {
    return (lines(text) as readonly Document[]).map(({ event }) => event.id).toSorted();
  }

  async function ids(settings: Settings, topic = 'audit.events'): Promise<readonly string[]> {
    const records = (await tailed(settings, topic)) as readonly { value: { id: string } }[];
    return records.map(({ value }) => value.id).toSorted();
  }

  const group = (): string => `g${randomBytes(6).toString('hex')}`;

  it('finds the same events in the topic and in its copy in JSON', async () => {
    const settings = settingsOf(older);
    const found = await ids(settings);
    expect(found).toHaveLength(EACH);
    expect(await ids(settings, 'audit.events.json')).toStrictEqual(found);
    expect(await tailed(settings, 'audit.raw')).toMatchObject([{ value: { cluster: 'c1' } }]);
  });

  it('reads them with Python', async ({ skip }) => {
    if ('skip' in python.found) return skip(python.found.skip);
    const script = ['python/read_events.py', broker, '--topic', `${older}audit.events`];
    const rest = ['--schemas', SCHEMAS, '--group', group(), '--count', String(EACH)];
    const text = await runProgram(python.found.tool, [...script, ...rest]);
    expect(idsOf(text)).toStrictEqual(await ids(settingsOf(older)));
  });

  it('reads them with Java', async ({ skip }) => {
    const { cacheDir } = localOptions();
    const pom = join(CONSUMERS, 'java/pom.xml');
    const jars = await findJars(cacheDir, 'java-3.9.1-1.12.0', pom);
    if ('skip' in jars) return skip(jars.skip);
    const classes = join(folder, 'classes');
    const source = 'java/src/main/java/ReadEvents.java';
    const path = `${jars.tool}/*`;
    await runProgram('javac', ['--release', '17', '-cp', path, '-d', classes, source]);
    const text = await runProgram('java', [
      ...['-cp', `${classes}:${path}`, 'ReadEvents', broker, `${older}audit.events`, group()],
      ...[join(SCHEMAS, 'audit-event'), String(EACH)],
    ]);
    expect(idsOf(text)).toStrictEqual(await ids(settingsOf(older)));
  });

  it('reads them with kcat: in JSON, and in Avro through a decoder', async ({ skip }) => {
    const kcat = await findKcat();
    if ('skip' in kcat) return skip(kcat.skip);
    const all = ['-C', '-b', broker, '-o', 'beginning', '-e', '-q', '-t'];
    const json = await runProgram(kcat.tool, [...all, `${older}audit.events.json`]);
    const copies = lines(json) as readonly { readonly document: Document }[];
    const expected = await ids(settingsOf(older));
    expect(copies.map(({ document }) => document.event.id).toSorted()).toStrictEqual(expected);
    if ('skip' in python.found) return skip(python.found.skip);
    const command = `"$0" ${all.join(' ')} ${older}audit.events -f '%R%s' | "$1" kcat/decode.py "$2"`;
    const text = await runProgram('sh', ['-c', command, kcat.tool, python.found.tool, SCHEMAS]);
    expect(idsOf(text)).toStrictEqual(expected);
  });

  it('takes them with Kafka Connect, from the topic in JSON', async ({ skip }) => {
    const { cacheDir } = localOptions();
    const jars = await findJars(cacheDir, 'connect-3.9.1', join(CONSUMERS, 'connect/pom.xml'));
    if ('skip' in jars) return skip(jars.skip);
    const file = join(folder, 'events.txt');
    const properties = async (name: string, replaced: Readonly<Record<string, string>>) => {
      let text = await readFile(join(CONSUMERS, 'connect', name), 'utf8');
      for (const [from, to] of Object.entries(replaced)) {
        expect(text).toContain(from);
        text = text.replace(from, to);
      }
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    };
    const worker = await properties('json-worker.properties', {
      'kafka-1:9092': broker,
      '/var/lib/connect/offsets': join(folder, 'offsets'),
    });
    const sink = await properties('file-sink.properties', {
      'audit.events.json': `${older}audit.events.json`,
      '/var/lib/connect/events.txt': file,
    });
    const main = 'org.apache.kafka.connect.cli.ConnectStandalone';
    const listen = `${await readFile(worker, 'utf8')}\nlisteners=http://127.0.0.1:0\n`;
    await writeFile(worker, listen);
    const args = ['-Xmx256m', '-cp', `${jars.tool}/*`, main, worker, sink];
    const connect = spawn('java', args, { stdio: 'ignore' });
    try {
      const taken = async (): Promise<readonly string[]> => {
        const text = await readFile(file, 'utf8').catch(() => '');
        return text.split('\n').filter((line) => line !== '');
      };
      const found = await eventually(taken, (seen) => seen.length === EACH, 90_000);
      // The file sink prints a map, not JSON; converted it is all the same.
      for (const id of await ids(settingsOf(older))) {
        expect(found.filter((line) => line.includes(`id=${id},`))).toHaveLength(1);
      }
    } finally {
      connect.kill('SIGKILL');
    }
  });

  it('goes on when a schema registry is turned on over full topics', async ({ skip }) => {
    if (registry === undefined) return skip(noRegistry);
    const settings = settingsOf(older, registry.url);
    const before = await run(['check'], settings);
    expect(before.stdout).toMatch(/FAIL {2}schema registry: .*has none of our schemas/);
    const done = await run(['setup'], settings);
    expect(done, done.stderr).toMatchObject({ exitCode: 0 });
    expect(done.stdout).toMatch(new RegExp(`created\\s+schemas of ${older}audit.events-value`));
    expect((await run(['setup'], settings)).stdout).not.toMatch(/^(created|changed)/m);
    expect((await run(['check'], settings)).stdout).toMatch(/ok {4}schema registry: \d+ subjects/);
    await send(settings, 2 * EACH);
    const found = await ids(settings);
    expect(await ids(settings, 'audit.events.json')).toStrictEqual(found);
    if ('skip' in python.found) return skip(python.found.skip);
    const script = ['python/read_events.py', broker, '--topic', `${older}audit.events`];
    const rest = ['--schemas', SCHEMAS, '--group', group(), '--count', String(2 * EACH)];
    const all = [...script, ...rest, '--registry', registry.url];
    expect(idsOf(await runProgram(python.found.tool, all))).toStrictEqual(found);
  });

  it('reads with Confluent’s own deserializer what was written with a registry', async ({
    skip,
  }) => {
    if (registry === undefined) return skip(noRegistry);
    const settings = settingsOf(newer, registry.url);
    await send(settings, EACH);
    if ('skip' in python.found) return skip(python.found.skip);
    const script = ['python/read_registry.py', broker, registry.url];
    const rest = ['--topic', `${newer}audit.events`, '--group', group(), '--count', String(EACH)];
    const text = await runProgram(python.found.tool, [...script, ...rest]);
    expect(idsOf(text)).toStrictEqual(await ids(settings));
  });

  it('is no worker that starts before the schemas are registered', async ({ skip }) => {
    if (registry === undefined) return skip(noRegistry);
    const settings = settingsOf(`t${randomBytes(4).toString('hex')}.`, registry.url);
    const ending = await run(['normalizer'], settings);
    expect(ending).toMatchObject({ exitCode: 69 });
    expect(ending.stderr).toMatch(/does not have v\d+ of[\s\S]*podwitness setup/);
  });
});
