/**
 * Owns: `npm run bench normalizer`: the same events from Kafka to Kafka, by podwitness' normalizer
 * (bodies in, whole documents out, in transactions) and by Bento (single events in, sixteen fields
 * out), in one run and in turn; CPU per event as medians.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { startKafka } from '../../../infra/local/kafka.ts';
import { run, startWorker } from '../../support/podwitness.ts';
import { deliver, eventually } from '../../support/sender.ts';
import { buildBento } from '../bento.ts';
import { type Corpus, createCorpus } from '../collector/corpus.ts';
import { inTurn } from '../contest.ts';
import { difference, type Figure, figureOf, usageOf } from '../measure.ts';
import { bentoConfig } from './bento.ts';

const BODIES = 50;
const EVENTS_PER_BODY = 400;
const ROUNDS = 5;
const PARTITIONS = 4;
const SETTLE_MS = 120_000;
const PREFIX = 'bench.';
/** What was measured is of no use any more; the disk is not for it. */
const RETAINED_BYTES = String(256 * 1024 * 1024);

interface Contestant {
  readonly name: string;
  readonly pid: number;
  /** Puts all events of the corpus where it takes them from. */
  feed(): Promise<void>;
  /** Events that it has put out since it was started. */
  done(): Promise<number>;
  stop(): Promise<void>;
}

type Client = InstanceType<typeof kafkajs.Kafka>;

interface Stand {
  readonly broker: string;
  readonly client: Client;
  readonly cacheDir: string;
  readonly folder: string;
  readonly corpus: Corpus;
}

async function emitted(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.matchAll(
    /podwitness_records_emitted_total\{stage="normalizer",[^}]*\} (\d+)/g,
  );
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function podwitness(stand: Stand): Promise<Contestant> {
  const env = {
    PODWITNESS_KAFKA_BROKERS: stand.broker,
    PODWITNESS_KAFKA_TOPIC_PREFIX: PREFIX,
    PODWITNESS_DATA_DIR: join(stand.folder, 'data'),
  };
  const set = await run(['setup'], env);
  if (set.exitCode !== 0) throw new Error(`setup: ${set.stderr}`);
  const collector = await startWorker('collector', env);
  const normalizer = await startWorker('normalizer', { ...env });
  return {
    name: 'podwitness',
    pid: normalizer.pid,
    async feed() {
      for (const body of stand.corpus.bodies) await deliver(() => collector.url, 'bench', body);
    },
    done: () => emitted(normalizer.url),
    async stop() {
      for (const worker of [collector, normalizer]) worker.kill('SIGTERM');
      await Promise.all([collector.exited, normalizer.exited]);
    },
  };
}

async function recordsIn(client: Client, topic: string): Promise<number> {
  const admin = client.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  } finally {
    await admin.disconnect();
  }
}

async function makeTopics(client: Client, topics: readonly string[]): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  const configEntries = [{ name: 'retention.bytes', value: RETAINED_BYTES }];
  await admin.createTopics({
    topics: topics.map((topic) => ({ topic, numPartitions: PARTITIONS, configEntries })),
    waitForLeaders: true,
  });
  await admin.disconnect();
}

/** Each event as a message of its own, as Bento's collector leaves them. */
async function feedEvents({ client, corpus }: Stand, topic: string): Promise<void> {
  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  for (const body of corpus.bodies) {
    const { items } = JSON.parse(body.toString('utf8')) as { items: { auditID: string }[] };
    const messages = items.map((item) => ({ key: item.auditID, value: JSON.stringify(item) }));
    await producer.send({ topic, messages, acks: -1 });
  }
  await producer.disconnect();
}

async function bento(stand: Stand): Promise<Contestant | { readonly missing: string }> {
  const built = await buildBento(stand.cacheDir);
  if ('missing' in built) return built;
  const [input, output] = ['bento.in', 'bento.out'];
  await makeTopics(stand.client, [input, output]);
  const file = join(stand.folder, 'bento.json');
  await writeFile(file, bentoConfig({ broker: stand.broker, input, output }));
  const child = spawn(built.program, ['-c', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  return {
    name: 'bento, 16 fields',
    pid: child.pid ?? 0,
    feed: () => feedEvents(stand, input),
    done: () => recordsIn(stand.client, output),
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** All events of the corpus once, from the first that is fed to the last that is out. */
async function round(contestant: Contestant, { corpus }: Stand): Promise<Figure> {
  const events = corpus.bodies.length * corpus.eventsPerBody;
  const goal = (await contestant.done()) + events;
  const before = usageOf(contestant.pid);
  const started = performance.now();
  await contestant.feed();
  await eventually(
    () => contestant.done(),
    (count) => count >= goal,
    SETTLE_MS,
  );
  const seconds = (performance.now() - started) / 1000;
  const used = difference(usageOf(contestant.pid), before);
  return figureOf({ run: 'normalizer', part: contestant.name }, events, seconds, used);
}

/** Medians of each contestant. `say` gets what was left out. */
export async function benchNormalizer(
  cacheDir: string,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const corpus = createCorpus(BODIES, EVENTS_PER_BODY);
  say(
    `${BODIES} bodies of ${EVENTS_PER_BODY} events, ${corpus.meanEventBytes} bytes each on average`,
  );
  const folder = await mkdtemp(join(tmpdir(), 'podwitness-bench-'));
  const settings = { 'log.retention.check.interval.ms': '5000' };
  const kafka = await startKafka({ cacheDir, settings });
  const client = new kafkajs.Kafka({
    brokers: [...kafka.brokers],
    logLevel: kafkajs.logLevel.ERROR,
  });
  const contestants: Contestant[] = [];
  try {
    const broker = kafka.brokers[0] as string;
    const stand: Stand = { broker, client, cacheDir, folder, corpus };
    contestants.push(await podwitness(stand));
    const peer = await bento(stand);
    if ('missing' in peer) say(`bento: left out, ${peer.missing}`);
    else contestants.push(peer);
    for (const contestant of contestants) await round(contestant, stand);
    return await inTurn(contestants, ROUNDS, (contestant) => round(contestant, stand));
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.stop()));
    await kafka.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
