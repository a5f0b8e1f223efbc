/**
 * `doctor` and `deadletter` on real Kafka and Elasticsearch: numbers that add up, a dead letter that
 * is replayed, and a document that somebody deleted.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditEvent, eventList } from '../support/pipeline-rig.ts';
import { type Finished, type Process, run, type Settings, start } from '../support/podwitness.ts';
import { describeReal, sharedElasticsearch, sharedKafka } from '../support/real.ts';
import { deliver, eventually } from '../support/sender.ts';

const SETTLE_MS = 120_000;

type Line = Readonly<Record<string, unknown>>;

function linesOf({ stdout }: Finished): readonly Line[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Line);
}

function lineOf(done: Finished, kind: string, source?: string): Line {
  const found = linesOf(done).find(
    (line) => line['kind'] === kind && (source === undefined || line['source'] === source),
  );
  if (found === undefined) throw new Error(`No ${kind} in ${done.stdout}${done.stderr}`);
  return found;
}

describeReal('on Kafka and Elasticsearch', () => {
  let folder: string;
  let namespace: string;
  let node: string;
  let settings: Settings;
  let up: Process;

  beforeAll(async () => {
    const { brokers } = await sharedKafka();
    ({ node } = await sharedElasticsearch());
    folder = await mkdtemp(join(tmpdir(), 'podwitness-doctor-real-'));
    namespace = `d${randomBytes(4).toString('hex')}`;
    settings = {
      PODWITNESS_KAFKA_BROKERS: brokers.join(','),
      PODWITNESS_KAFKA_TOPIC_PREFIX: `${namespace}.`,
      PODWITNESS_ELASTICSEARCH_NODE: node,
      PODWITNESS_ELASTICSEARCH_NAMESPACE: namespace,
      PODWITNESS_DATA_DIR: folder,
    };
    const done = await run(['setup'], settings);
    expect(done, done.stderr).toMatchObject({ exitCode: 0 });
    up = await start(['up'], settings);
  });

  afterAll(async () => {
    up.kill('SIGKILL');
    await up.exited;
    await rm(folder, { recursive: true, force: true });
  });

  const doctor = (): Promise<Finished> => run(['doctor', '--output', 'ndjson'], settings);

  const settled = (): Promise<Finished> =>
    eventually(
      doctor,
      (done) =>
        linesOf(done).length > 0 &&
        linesOf(done).every(({ kind, waiting }) => kind !== 'behind' || waiting === 0),
      SETTLE_MS,
    );

  const send = (body: string): Promise<void> => deliver(() => up.url, 'c1', Buffer.from(body));

  const deadletter = async (...args: readonly string[]): Promise<readonly Line[]> => {
    const done = await run(['deadletter', ...args, '--output', 'ndjson'], settings);
    expect(done.exitCode, done.stderr).toBe(0);
    return linesOf(done);
  };

  it('adds up', async () => {
    const [a, b, c] = [auditEvent(), auditEvent(), auditEvent()];
    for (const body of [eventList([a, b]), eventList([b, c]), 'garbage', a]) await send(body);
    const done = await settled();
    expect(done.exitCode, done.stdout + done.stderr).toBe(0);
    expect(lineOf(done, 'source', 'audit')).toMatchObject({
      ...{ bodies: 4, items: 6, emitted: 5, repeats: 2, indexed: 3, lost: 0, unstored: 0 },
      rejected: { unreadable_body: 1 },
    });
    expect(lineOf(done, 'chain')).toMatchObject({ records: 4, altered: 0, gaps: 0 });
  });

  it('lists, shows and replays a dead letter, once', async () => {
    const [letter] = await deadletter('list');
    const id = String(letter?.['id']);
    const raw = await run(['deadletter', 'show', id, '--bytes', 'raw'], settings);
    expect(raw.stdout).toBe('garbage');
    expect(await deadletter('replay', id)).toMatchObject([{ action: 'appended' }]);
    const done = await settled();
    expect(done.exitCode, done.stdout).toBe(0);
    expect(await deadletter('list')).toMatchObject([{ id, attempts: 2 }]);
  });

  it('notices a document that somebody deleted', async () => {
    const stream = `logs-kubernetes.audit_logs-${namespace}`;
    const query = { query: { match_all: {} }, max_docs: 1 };
    const answer = await fetch(`${node}/${stream}/_delete_by_query?refresh=true`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(query),
    });
    expect(await answer.json()).toMatchObject({ deleted: 1 });
    const done = await doctor();
    expect(done.exitCode).toBe(3);
    expect(lineOf(done, 'summary')).toMatchObject({ problems: { lost: 0, unstored: 1 } });
    expect(lineOf(done, 'missing')).toMatchObject({ what: 'document', cluster: 'c1' });
  });
});
