/**
 * Owns: `npm run bench detector`: matching events with 10 to 10,000 rules of two rule sets, by
 * podwitness and by other engines for Sigma rules, in one run and in turn, with the same hits; what
 * compiling takes; and the whole stage from an event's bytes to its findings.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../../schemas/generated/avro.ts';
import { readRules } from '../../../services/detector/read-rules.ts';
import {
  compileRules,
  evaluateRules,
  type RuleSet,
} from '../../../services/detector/rules/engine/rule-set.ts';
import type { EventDocument } from '../../../services/detector/rules/expression.ts';
import { readRuleFiles } from '../../../services/detector/rules/load.ts';
import type { Rule } from '../../../services/detector/rules/model.ts';
import { createDetectorStage } from '../../../services/detector/stage.ts';
import { createCodec } from '../../../shared/adapters/avro/codec.ts';
import { inTurn } from '../contest.ts';
import { type Figure, figureOf } from '../measure.ts';
import { type DetectorCorpus, makeCorpus, type RuleTexts } from './corpus.ts';
import { buildPeers, type Peer } from './peers.ts';

/** Rules, and the events that the peers match with them: some take 100 ms for one. */
const SIZES = [
  [10, 3000],
  [100, 1000],
  [1000, 300],
  [10_000, 60],
] as const;
const ROUNDS = 3;
const ORIGIN = { topic: '', partition: 0, offset: 0n, timestampMs: 0 };
const MIB = 1024 * 1024;

type Say = (text: string) => void;

interface Measured {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

function timed(action: () => void): Measured {
  const before = process.cpuUsage();
  const started = performance.now();
  action();
  const { system, user } = process.cpuUsage(before);
  const wallSeconds = (performance.now() - started) / 1000;
  return { cpuSeconds: (user + system) / 1e6, wallSeconds };
}

function figure(part: string, events: number, used: Measured): Figure {
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const { cpuSeconds, wallSeconds } = used;
  const one = figureOf({ run: 'detector', part }, events, wallSeconds, { cpuSeconds, peakMiB });
  // Fractions of a microsecond count here.
  return { ...one, cpuMicros: Math.round((cpuSeconds / events) * 1e8) / 100 };
}

function loadRules({ name, texts }: RuleTexts): readonly Rule[] {
  const { problems, rules } = readRuleFiles(
    texts.map((text, i) => ({ path: `${name}-${i}.yml`, text })),
  );
  if (problems.length > 0) throw new Error(`${name}: ${problems[0]?.reason}`);
  return rules;
}

function memory(): number {
  globalThis.gc?.();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

/** Reading the rules is not in it. The heap is told where node runs with --expose-gc. */
function compile(name: string, rules: readonly Rule[], say: Say): RuleSet {
  const before = memory();
  let set: RuleSet | undefined;
  const { cpuSeconds } = timed(() => {
    set = compileRules(rules);
  });
  const heap = `${((memory() - before) / MIB).toFixed(1)} MiB`;
  const told = globalThis.gc === undefined ? '' : `, ${heap} of heap`;
  say(`${name}, ${rules.length} rules compiled: ${Math.round(cpuSeconds * 1000)} ms CPU${told}`);
  return set as RuleSet;
}

function hitsOf(set: RuleSet, documents: readonly EventDocument[]): number {
  let hits = 0;
  for (const document of documents) hits += evaluateRules(set, 'audit', document).matched.length;
  return hits;
}

interface Contest {
  readonly name: string;
  readonly set: RuleSet;
  readonly documents: readonly EventDocument[];
  readonly files: { readonly rules: string; readonly events: string };
  readonly peerEvents: number;
}

type Contestant = Peer | 'podwitness';

async function round(contestant: Contestant, contest: Contest, say: Say): Promise<Figure> {
  const { documents, files, name, peerEvents, set } = contest;
  if (contestant === 'podwitness') {
    const used = timed(() => hitsOf(set, documents));
    return figure(`${name}: podwitness`, documents.length, used);
  }
  const ran = await contestant.run(files, set.rules.length, peerEvents);
  const expected = hitsOf(set, documents.slice(0, peerEvents));
  if (ran.hits !== expected) {
    say(`${name}: ${contestant.name} has ${ran.hits} hits, podwitness ${expected}`);
  }
  if (ran.refused > 0) say(`${name}: ${contestant.name} does not take ${ran.refused} rules`);
  const part = `${name}: ${contestant.name}`;
  return { ...figure(part, peerEvents, ran), peakMiB: ran.peakMiB };
}

async function contests(
  corpus: DetectorCorpus,
  texts: RuleTexts,
  peers: readonly Peer[],
  say: Say,
): Promise<readonly Figure[]> {
  const rules = loadRules(texts);
  const documents = corpus.events.map(
    ({ document }) => JSON.parse(document.toString('utf8')) as EventDocument,
  );
  const files = { rules: texts.file, events: corpus.flatEvents };
  const figures: Figure[] = [];
  const own: number[] = [];
  const told = new Set<string>();
  // The same of each round is said once.
  const sayOnce: Say = (text) => {
    if (!told.has(text)) say(text);
    told.add(text);
  };
  compileRules(rules.slice(0, 1000)); // To warm up.
  for (const [count, peerEvents] of SIZES) {
    const set = compile(texts.name, rules.slice(0, count), say);
    const contest = { name: `${texts.name} ${count}`, set, documents, files, peerEvents };
    hitsOf(set, documents);
    const found = await inTurn<Contestant>(['podwitness', ...peers], ROUNDS, (contestant) =>
      round(contestant, contest, sayOnce),
    );
    own.push(found[0]?.cpuMicros ?? 0);
    figures.push(...found);
  }
  const [, hundred = 1, , most = 0] = own;
  say(`${texts.name}: 10,000 rules cost ${(most / hundred).toFixed(2)} times what 100 cost`);
  return figures;
}

/** From the bytes of events in Kafka to the records of findings. */
async function stage(corpus: DetectorCorpus, texts: RuleTexts, folder: string): Promise<Figure> {
  const codec = createCodec('AuditEvent');
  const records = corpus.events.map((event) => codec.encode(event));
  const path = join(folder, `${texts.name}.yml`);
  await writeFile(path, texts.texts.join('\n---\n'));
  const detector = createDetectorStage({
    current: await readRules({ bundled: false, paths: [path] }),
  });
  const decode = (record: Buffer): AuditEvent[] => {
    const decoded = codec.decode(record);
    return decoded.ok ? [decoded.value] : [];
  };
  const run = (): void => {
    for (let at = 0; at < records.length; at += 500) {
      const events = records.slice(at, at + 500).flatMap(decode);
      detector.apply(events.map((value) => ({ value, origin: ORIGIN })));
    }
  };
  run();
  return figure(
    `${texts.name} ${texts.texts.length}: bytes to findings`,
    records.length,
    timed(run),
  );
}

/** Medians of each contestant; `say` gets what was compiled, left out or differs. */
export async function benchDetector(cacheDir: string, say: Say): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'podwitness-bench-'));
  try {
    const corpus = await makeCorpus(folder);
    if ('missing' in corpus) {
      say(`detector: left out, ${corpus.missing}`);
      return [];
    }
    const peers = await buildPeers(cacheDir, say);
    const figures: Figure[] = [];
    for (const texts of corpus.ruleSets) {
      figures.push(...(await contests(corpus, texts, peers, say)));
      figures.push(await stage(corpus, texts, folder));
    }
    return figures;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
