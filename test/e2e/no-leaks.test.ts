/**
 * Secrets that were sent, well-formed, torn and in hostile shapes, are in no log line, metric, answer,
 * document or summary; and with `collector.raw.protect` not in the data folder either.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditEvent } from '../support/pipeline-rig.ts';
import { type Finished, type Process, run, type Settings, start } from '../support/podwitness.ts';
import { eventually } from '../support/sender.ts';

const SETTLE_MS = 60_000;
/** In every planted secret; short enough to be in what an error quotes of its input. */
const SEED = 'Zq7xK';
/** The characters of base64 that the seed alone decides, wherever in three bytes it begins. */
const BASE64_SEEDS = [
  [0, 0, 6],
  [1, 2, 8],
  [2, 3, 9],
].map(([shift = 0, start, end]) => base64('\0'.repeat(shift) + SEED).slice(start, end));
const LEAK = new RegExp(`[^\\n]{0,200}(?:${[SEED, ...BASE64_SEEDS].join('|')})[^\\n]{0,40}`, 'g');
let planted = 0;

function base64(text: string | Buffer): string {
  return Buffer.from(text).toString('base64');
}

function plant(): string {
  planted++;
  return `${SEED}9-planted${planted}`;
}

interface Post {
  readonly source?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body: string | Buffer;
}

const secretObject = (): object => ({
  ...{ kind: 'Secret', apiVersion: 'v1', metadata: { name: 'db' } },
  ...{ data: { password: base64(plant()) }, stringData: { token: plant() } },
});

function events(): readonly string[] {
  const level = 'RequestResponse';
  const secrets = { resource: 'secrets', namespace: 'default', name: 'db', apiVersion: 'v1' };
  const pods = { resource: 'pods', namespace: 'default', name: 'p', apiVersion: 'v1' };
  const env = [{ name: 'DB_PASSWORD', value: plant() }];
  const token = { kind: 'TokenRequest', status: { token: plant() } };
  const asText = JSON.stringify(secretObject());
  return [
    auditEvent({ level, verb: 'create', objectRef: secrets, requestObject: secretObject() }),
    auditEvent({
      ...{ level, verb: 'patch', objectRef: secrets },
      requestObject: {
        metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': asText } },
      },
    }),
    auditEvent({
      ...{ verb: 'create', objectRef: { ...pods, subresource: 'exec' } },
      requestURI: `/api/v1/namespaces/default/pods/p/exec?command=mysql&command=-p${plant()}`,
    }),
    auditEvent({
      ...{ level, verb: 'create', objectRef: pods },
      requestObject: { kind: 'Pod', spec: { containers: [{ name: 'c', env }] } },
    }),
    auditEvent({
      ...{ level, verb: 'create', responseObject: token },
      objectRef: { resource: 'serviceaccounts', subresource: 'token', apiVersion: 'v1' },
    }),
  ];
}

/** Bodies of which every form of the seed is secret, also to who reads why they were rejected. */
function hostile(): readonly Post[] {
  const whole = auditEvent({ requestObject: secretObject() });
  const list = (item: string): string => `{"kind":"EventList","items":[${item}]}`;
  return [
    { body: plant() },
    { body: `{"p":${plant()}}` },
    { body: `{"kind":"Event","p":"${plant()}",,}` },
    { body: `{${plant()}` },
    { body: `[${plant()}, {"verb":"get"}]` },
    { body: list(`{"auditID":5,"verb":{"a":"${plant()}"},"user":["${plant()}"]}`) },
    { body: list(`"${plant()}",{"${plant()}":1}`) },
    { body: list(whole.slice(0, -4)) },
    { body: whole.slice(0, -20) },
    { body: whole.replace('"verb"', `"${plant()}" "verb"`) },
    { body: `${auditEvent()}\npassword=${plant()}\n{"x":"${plant()}"` },
    { body: `2026-11-21T10:00:00.1Z stdout F {"kind":"Event","x":${plant()}` },
    { body: gzipSync(plant()).subarray(0, -9), headers: { 'content-encoding': 'gzip' } },
    { body: plant(), headers: { 'content-encoding': `br, ${SEED}9` } },
    { body: plant(), headers: { 'content-encoding': 'gzip' } },
    { body: `{"requestId":"r","records":[{"data":${plant()}`, source: 'firehose' },
    { body: `{"requestId":"r","records":[{"data":"${base64(plant())}"}]}`, source: 'firehose' },
    { body: `{"message":{"data":"${base64(`{"p":${plant()}`)}"}}`, source: 'pubsub' },
    {
      body: `{"records":[{"category":"kube-audit","properties":"{${plant()}"}]}`,
      source: 'eventhub',
    },
    { body: `{"log":"{\\"kind\\":\\"Event\\",${plant()}"}`, source: 'logs' },
    { body: `{"rule":5,"output":"${plant()}"}`, source: 'falco' },
    { body: `{"version":"spo/1","pid":{},"x":"${plant()}",}`, source: 'spo' },
    { body: plant(), source: plant() },
    { body: plant(), query: `?token=${plant()}`, source: 'nowhere' },
    { body: `"${'x'.repeat(1_100_000)}${plant()}"`, query: `?token=${plant()}` },
    {
      body: plant(),
      headers: { authorization: `Bearer ${plant()}`, 'x-amz-firehose-access-key': plant() },
    },
    { body: `${'{"a":'.repeat(50_000)}${plant()}` },
  ];
}

let folder: string;

function leaksIn(text: string): readonly string[] {
  return [...text.matchAll(LEAK)].map(([around]) => around);
}

function expectNoLeak(where: string, text: string): void {
  expect(leaksIn(text), where).toEqual([]);
}

function files(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => files(join(path, name)));
}

async function post(up: Process, { body, headers, query = '', source = 'audit' }: Post) {
  const url = `${up.url}/v1/${source}/c1${query}`;
  const init = { method: 'POST', body: new Uint8Array(Buffer.from(body)) };
  const answer = await fetch(url, { ...init, headers: { ...headers } });
  return `${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`;
}

type Line = Readonly<Record<string, unknown>>;

function linesOf({ stdout }: Finished): readonly Line[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-leaks-'));
  await writeFile(join(folder, 'raw.key'), 'a key for tests that nobody else has');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(['none', 'encrypt', 'redact'])('collector.raw.protect: %s', (protect) => {
  let settings: Settings;
  let up: Process;
  const answers: string[] = [];
  const command = (...args: readonly string[]): Promise<Finished> => run(args, settings);
  const read = (topic: string): Promise<Finished> =>
    command('tail', topic, '--from', 'beginning', '--until-end');
  const letters = async (): Promise<readonly Line[]> =>
    linesOf(await command('deadletter', 'list', '--output', 'ndjson'));
  const settled = async (): Promise<Finished> =>
    eventually(
      () => command('doctor', '--output', 'ndjson'),
      (done) => linesOf(done).every((l) => l['kind'] !== 'behind' || l['waiting'] === 0),
      SETTLE_MS,
    );

  beforeAll(async () => {
    settings = {
      PODWITNESS_DATA_DIR: join(folder, protect),
      PODWITNESS_LOGGING_LEVEL: 'debug',
      PODWITNESS_COLLECTOR_MAX_BODY_BYTES: '1048576',
      PODWITNESS_COLLECTOR_RAW_PROTECT: protect,
      ...(protect === 'none' ? {} : { PODWITNESS_COLLECTOR_RAW_KEY_FILE: join(folder, 'raw.key') }),
    };
    up = await start(['up'], settings);
    for (const body of events()) answers.push(await post(up, { body }));
    for (const one of hostile()) answers.push(await post(up, one));
    await settled();
  }, 120_000);

  afterAll(async () => {
    up.kill('SIGKILL');
    await up.exited;
  });

  it('works on what was sent', { timeout: 120_000 }, async () => {
    expect(answers.filter((answer) => answer.startsWith('200')).length).toBeGreaterThan(25);
    expect((await letters()).length).toBeGreaterThan(15);
    expect(linesOf(await command('query', 'events', '--output', 'ndjson')).length).toBeGreaterThan(
      5,
    );
  });

  it('tells nothing in logs, answers, metrics', { timeout: 120_000 }, async () => {
    expectNoLeak('log', up.output());
    expectNoLeak('answers', answers.join('\n'));
    for (const path of ['/metrics', '/readyz', '/livez', `/${SEED}`]) {
      const text = await (await fetch(`${up.url}${path}`)).text();
      expectNoLeak(path, path.includes(SEED) ? text.replaceAll(`/${SEED}`, '') : text);
    }
  });

  it('tells nothing in events, findings, signals', { timeout: 120_000 }, async () => {
    for (const topic of ['audit.events', 'audit.findings', 'audit.signals']) {
      expectNoLeak(topic, (await read(topic)).stdout);
    }
    for (const collection of ['events', 'findings']) {
      expectNoLeak(collection, (await command('query', collection, '--output', 'ndjson')).stdout);
    }
  });

  it('tells nothing in what is said of dead letters, and by doctor', {
    timeout: 120_000,
  }, async () => {
    const [letter] = await letters();
    const said = await Promise.all([
      command('deadletter', 'list', '--output', 'ndjson'),
      command('deadletter', 'list', '--output', 'table'),
      command('doctor', '--output', 'table'),
      command('doctor', '--output', 'ndjson'),
      command('doctor', '--record', String(letter?.['id']), '--output', 'table'),
      command('deadletter', 'replay', '--all', '--dry-run', '--output', 'ndjson'),
    ]);
    for (const { stderr, stdout } of said) expectNoLeak('command', stdout + stderr);
    const facts = linesOf(await read('audit.deadletter')).map(({ headers, key, value }) => {
      const { bytes: _asked, ...rest } = value as Line;
      return JSON.stringify({ headers, key, rest });
    });
    expectNoLeak('letters', facts.join('\n'));
  });

  it('shows the bytes to who asks, and says so', { timeout: 120_000 }, async () => {
    for (const letter of (await letters()).slice(-3)) {
      const shown = await command('deadletter', 'show', String(letter['id']), '--bytes', 'raw');
      expect(shown.stdout).toContain(SEED);
      expect(shown.stderr).toContain('secrets in them are readable here');
    }
  });

  it('shows audit.raw as far as it is kept', { timeout: 120_000 }, async () => {
    const bodies = linesOf(await read('audit.raw')).map(({ value }) => value as Line);
    const text = JSON.stringify(bodies);
    // With the key in the configuration everything but what was taken out for good.
    expect(text).toContain(SEED);
    expect(bodies.filter((body) => String(body['contentEncoding']).includes('aes'))).toEqual([]);
  });

  it('has replays as protected as what came', { timeout: 120_000 }, async () => {
    const done = await command('deadletter', 'replay', '--all', '--output', 'ndjson');
    expectNoLeak('replay', done.stdout + done.stderr);
    expect(linesOf(done).some((line) => line['action'] === 'appended')).toBe(true);
    await settled();
    expectNoLeak('log', up.output());
  });

  it('has nothing in the data folder, if that is wanted', { timeout: 120_000 }, async () => {
    up.kill('SIGTERM');
    expect(await up.exited).toBe(0);
    const bytes = files(join(folder, protect)).map((path) => readFileSync(path).toString('latin1'));
    const leaks = bytes.flatMap(leaksIn);
    if (protect === 'none') expect(leaks.length).toBeGreaterThan(0);
    else expect(leaks).toEqual([]);
    // The files are compressed: what is in them is read without the key, too.
    const blind = { PODWITNESS_DATA_DIR: join(folder, protect) };
    const tailed = async (topic: string): Promise<string> =>
      (await run(['tail', topic, '--from', 'beginning', '--until-end'], blind)).stdout;
    for (const topic of ['audit.raw', 'audit.deadletter', 'audit.events', 'audit.signals']) {
      const text = await tailed(topic);
      expect(text.length, topic).toBeGreaterThan(100);
      if (protect !== 'none') expectNoLeak(topic, decoded(text));
    }
  });
});

/** With what stands in base64, too. */
function decoded(text: string): string {
  const inner = [...text.matchAll(/"base64":"([A-Za-z0-9+/=]+)"/g)].map(([, found = '']) =>
    Buffer.from(found, 'base64').toString('latin1'),
  );
  return [text, ...inner].join('\n');
}
