/**
 * Owns: `npm run bench collector`: the same bodies over TLS to podwitness and to its peers, in one
 * run and in turn, with a real Kafka; CPU per event, events per second, peak memory, as medians.
 * Does not own: the subjects, the bodies, the sender.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { startKafka } from '../../../infra/local/kafka.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { run } from '../../support/podwitness.ts';
import { inTurn } from '../contest.ts';
import { difference, type Figure, figureOf, usageOf } from '../measure.ts';
import { type Corpus, createCorpus } from './corpus.ts';
import { createSender, type Sender } from './load.ts';
import {
  podwitnessSettings,
  type Stand,
  type Started,
  startBento,
  startNaive,
  startPodwitness,
  type Subject,
  VARIANTS,
} from './subjects.ts';

const BODIES = 100;
const EVENTS_PER_BODY = 400;
/** After 60 a tenth of the CPU still went into V8's compilers; what runs for weeks does not pay that. */
const WARM_UP_BODIES = 400;
const BODIES_PER_ROUND = 250;
const ROUNDS = 5;
const PARTITIONS = 4;
/** What was measured is of no use any more; the disk is not for it. */
const RETAINED_BYTES = String(256 * 1024 * 1024);

/** A key and a certificate for the loopback address, as both podwitness and its peers read them. */
async function putCertificate(folder: string): Promise<Pick<Stand, 'certFile' | 'keyFile'>> {
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const { cert, key } = makeCertificate({ name: 'localhost' });
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key, { mode: 0o600 })]);
  return { certFile, keyFile };
}

type Admin = ReturnType<InstanceType<typeof kafkajs.Kafka>['admin']>;

async function makeStand(
  folder: string,
  cacheDir: string,
  broker: string,
  admin: Admin,
): Promise<Stand> {
  const token = randomBytes(24).toString('hex');
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
  const certificate = await putCertificate(folder);
  return {
    cacheDir,
    folder,
    broker,
    token,
    tokenFile,
    ...certificate,
    async eventTopic(subject) {
      const topic = `events.${subject}`;
      const configEntries = [{ name: 'retention.bytes', value: RETAINED_BYTES }];
      const topics = [{ topic, numPartitions: PARTITIONS, configEntries }];
      await admin.createTopics({ topics, waitForLeaders: true });
      return topic;
    },
  };
}

async function recordsIn(admin: Admin, topic: string): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

interface Contestant {
  readonly subject: Subject;
  readonly sender: Sender;
}

async function round(
  { sender, subject }: Contestant,
  corpus: Corpus,
  admin: Admin,
): Promise<Figure> {
  const events = BODIES_PER_ROUND * corpus.eventsPerBody;
  const recordsBefore = await recordsIn(admin, subject.topic);
  const before = usageOf(subject.pid);
  const started = performance.now();
  await sender.send(corpus.bodies, BODIES_PER_ROUND);
  const seconds = (performance.now() - started) / 1000;
  const used = difference(usageOf(subject.pid), before);
  const records = (await recordsIn(admin, subject.topic)) - recordsBefore;
  const least = subject.recordsOf(events);
  if (records < Math.max(least, BODIES_PER_ROUND)) {
    throw new Error(`${subject.name} answered 2xx and has ${records} records, not ${least}`);
  }
  return figureOf({ run: 'collector', part: subject.name }, events, seconds, used);
}

async function compete(
  subjects: readonly Subject[],
  corpus: Corpus,
  stand: Stand,
  admin: Admin,
): Promise<readonly Figure[]> {
  const ca = await readFile(stand.certFile, 'utf8');
  const contestants = subjects.map((subject): Contestant => {
    const sender = createSender({ url: subject.url, ca, token: stand.token });
    return { subject, sender };
  });
  try {
    for (const { sender } of contestants) await sender.send(corpus.bodies, WARM_UP_BODIES);
    return await inTurn(contestants, ROUNDS, (contestant) => round(contestant, corpus, admin));
  } finally {
    for (const { sender } of contestants) sender.close();
  }
}

/** Into `subjects`, so that those which did start can be stopped where a later one does not. */
async function startAll(
  stand: Stand,
  subjects: Subject[],
  say: (text: string) => void,
): Promise<void> {
  const starts: readonly (() => Promise<Started>)[] = [
    ...Object.keys(VARIANTS).map((name) => () => startPodwitness(name, stand)),
    () => startBento(stand),
    () => startNaive(stand),
  ];
  for (const begin of starts) {
    const started = await begin();
    if ('missing' in started) say(`${started.name}: left out, ${started.missing}`);
    else subjects.push(started);
  }
}

/** Medians of each subject. `say` gets what was left out. */
export async function benchCollector(
  cacheDir: string,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const corpus = createCorpus(BODIES, EVENTS_PER_BODY);
  say(`bodies of ${EVENTS_PER_BODY} events, ${corpus.meanEventBytes} bytes each on average`);
  const folder = await mkdtemp(join(tmpdir(), 'podwitness-bench-'));
  const settings = { 'log.retention.check.interval.ms': '5000' };
  const kafka = await startKafka({ cacheDir, settings });
  const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers] }).admin();
  const subjects: Subject[] = [];
  try {
    await admin.connect();
    const stand = await makeStand(folder, cacheDir, kafka.brokers[0] as string, admin);
    const set = await run(['setup'], podwitnessSettings(stand));
    if (set.exitCode !== 0) throw new Error(`setup: ${set.stderr}`);
    await startAll(stand, subjects, say);
    return await compete(subjects, corpus, stand, admin);
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
    await admin.disconnect();
    await kafka.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
