/**
 * Owns: the whole examination: what must be there by the log, what is there, and what became of the
 * difference. Truth is the log, not counters (docs/adr/0012).
 */
import type { TopicName } from '../../../schemas/topics.ts';
import { partitionOfKey } from '../../../shared/domain/murmur2.ts';
import type { SourceLabel } from '../../../shared/domain/sources.ts';
import type { Pipeline } from '../local/pipeline.ts';
import {
  type Doubles,
  eventCollection,
  findDoubles,
  type Head,
  headsOf,
  type Letters,
  markLetters,
  markStored,
  markTopic,
} from './downstream.ts';
import type { ChainReport } from './chain-check.ts';
import { createIdTable, type IdTable } from './id-table.ts';
import { type Example, lookAgain, type SecondLook, unstoredExamples } from './examples.ts';
import { type Fate, type Fates, fatesOf, noFate, sumOf } from './fate.ts';
import {
  type Committed,
  type NormalizerStage,
  type Recount,
  recount,
  type Row,
  type Window,
} from './recount.ts';

export interface Lag {
  readonly stage: string;
  readonly topic: TopicName;
  readonly waiting: number;
}

export interface Diagnosis {
  readonly window: Window;
  readonly rows: ReadonlyMap<SourceLabel, Row>;
  readonly fates: Fates;
  readonly findings: Fate;
  readonly letters: Omit<Letters, 'places' | 'seen'>;
  /** Letters that the normalizer must have written, and that are not there. */
  readonly lostLetters: number;
  readonly doubles: Doubles;
  readonly chain: ChainReport;
  readonly lags: readonly Lag[];
  readonly examples: readonly Example[];
}

export interface DiagnoseParts {
  readonly pipeline: Omit<Pipeline, 'append' | 'tell' | 'close'>;
  readonly stage: NormalizerStage;
  readonly window: Window;
  readonly maxIds?: number;
}

const STAGES: readonly (readonly [stage: string, topic: TopicName])[] = [
  ['normalizer', 'audit.raw'],
  ['detector', 'audit.events'],
  ['detector.sessions', 'audit.signals'],
  ['indexer.events', 'audit.events'],
  ['indexer.findings', 'audit.findings'],
  ['indexer.sessions', 'audit.sessions'],
];

interface Progress {
  readonly lags: readonly Lag[];
  committed(stage: string): Committed;
  readonly partitions: number;
}

async function progress(pipeline: Pick<Pipeline, 'positions'>): Promise<Progress> {
  const lags: Lag[] = [];
  const byStage = new Map<string, Committed>();
  let partitions = 0;
  for (const [stage, topic] of STAGES) {
    const positions = await pipeline.positions(stage, topic);
    const waiting = positions.reduce(
      (sum, { committed, end }) => sum + Math.max(0, Number(end - committed)),
      0,
    );
    lags.push({ stage, topic, waiting });
    byStage.set(stage, new Map(positions.map((p) => [p.partition, p.committed])));
    if (topic === 'audit.events') partitions = positions.length;
  }
  return { lags, partitions, committed: (stage) => byStage.get(stage) ?? new Map() };
}

/** Whether retention has taken what the topic had of that time, in the partition of that id. */
function isExpired(heads: ReadonlyMap<number, Head>, id: string, timeMs: number): boolean {
  const head = heads.get(partitionOfKey(Buffer.from(id), Math.max(1, heads.size)));
  return head !== undefined && head.offset > 0n && timeMs < head.timeMs;
}

function missingLetters({ letters }: Recount, seen: IdTable): number {
  let missing = 0;
  for (const { id } of letters.entries()) if (seen.bitsOf(id) === 0) missing++;
  return missing;
}

interface Missing {
  readonly findings: IdTable;
  readonly ofFindings: Fate;
  readonly lostLetters: number;
  /** Of audit.events. */
  readonly partitions: number;
}

/** Looks again at what is missing, if anything is. */
async function examplesOf(
  look: Omit<SecondLook, 'isExpired'>,
  { findings, lostLetters, ofFindings, partitions }: Missing,
): Promise<readonly Example[]> {
  const { counted, fates, pipeline, window } = look;
  const lost = sumOf(fates.values(), 'lost');
  const heads =
    lost === 0 ? new Map<number, Head>() : await headsOf(pipeline, 'audit.events', partitions);
  const expired = (id: string, timeMs: number): boolean => isExpired(heads, id, timeMs);
  const unstored = async (
    topic: 'audit.events' | 'audit.findings',
    table: IdTable,
    count: number,
  ): Promise<readonly Example[]> =>
    count === 0 ? [] : unstoredExamples(pipeline, topic, table, window);
  return [
    ...(lost + lostLetters > 0 ? await lookAgain({ ...look, isExpired: expired }) : []),
    ...(await unstored('audit.events', counted.events, sumOf(fates.values(), 'unstored'))),
    ...(await unstored('audit.findings', findings, ofFindings.unstored)),
  ];
}

/** Every question to the log is asked before the one whose answer it explains. */
export async function diagnose(parts: DiagnoseParts): Promise<Diagnosis> {
  const { maxIds, pipeline, stage, window } = parts;
  const { committed, lags, partitions } = await progress(pipeline);
  const limit = maxIds === undefined ? {} : { maxIds };
  const counted = await recount({
    ...{ pipeline, stage, window, committed: committed('normalizer') },
    ...limit,
  });
  const findings = createIdTable(maxIds);
  const { events } = counted;
  const mark = (topic: 'audit.events' | 'audit.findings', table: IdTable, indexer: string) =>
    markTopic(pipeline, { topic, table, window, committed: committed(indexer) });
  await mark('audit.events', events, 'indexer.events');
  await mark('audit.findings', findings, 'indexer.findings');
  const letters = await markLetters(pipeline, { recount: counted, findings, window, maxIds });
  await markStored(pipeline, events, eventCollection);
  await markStored(pipeline, findings, () => 'findings');
  const fates = fatesOf(events);
  const ofFindings = fatesOf(findings).get('none') ?? noFate();
  const lostLetters = missingLetters(counted, letters.seen);
  const look = { pipeline, stage, window, counted, fates, letters };
  const examples = await examplesOf(
    { ...look, committed: committed('normalizer') },
    { findings, ofFindings, lostLetters, partitions },
  );
  return {
    ...{ window, rows: counted.rows, fates, lags, lostLetters, examples },
    findings: ofFindings,
    letters: { counts: letters.counts, curable: letters.curable },
    doubles: await findDoubles(pipeline, events),
    chain: counted.chain,
  };
}

/** What is missing or altered: a person has to act. */
export function problems(diagnosis: Diagnosis): Readonly<Record<string, number>> {
  const { chain, doubles, fates, findings, lostLetters } = diagnosis;
  const all = [...fates.values(), findings];
  return {
    lost: sumOf(all, 'lost') + lostLetters,
    unstored: sumOf(all, 'unstored'),
    altered: chain.altered + chain.unlinked,
    gaps: chain.gaps,
    doubles: doubles.found.length,
  };
}
