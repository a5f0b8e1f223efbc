/**
 * Owns: replaying dead letters: nothing is deleted, nothing is appended twice without being told to,
 * each step is in the log of whoever writes, with the name of who did it.
 */
import type { DeadLetter } from '../../../schemas/generated/avro.ts';
import type { TopicName } from '../../../schemas/topics.ts';
import { CHAIN_START, type Link } from '../../../shared/domain/chain.ts';
import { openLetter } from '../../../shared/domain/sealing/letter.ts';
import type { Pipeline } from '../local/pipeline.ts';
import { notOpened, placeOf, readLetters } from './letters.ts';
import { type Built, buildReplay, type ReplayRun } from './records.ts';
import {
  lookUp,
  type Selection,
  selectTargets,
  type Standing,
  standingOf,
  type Target,
} from './targets.ts';

export interface ReplayRequest extends Selection {
  readonly run: ReplayRun;
  readonly topicPrefix: string;
  readonly isDry: boolean;
  /** Also what was replayed before. */
  readonly isAgain: boolean;
}

export interface Replay {
  readonly id: string;
  readonly action: 'appended' | 'would_append' | 'skipped';
  /** Why it was skipped. */
  readonly reason?: string;
  readonly topic: string;
  readonly stage: string;
  readonly source: string;
  readonly cluster: string;
  readonly sender: string;
  /** Which try this is. */
  readonly attempt: number;
  /** Of the record. */
  readonly byteCount: number;
}

export interface ReplayResult {
  /** Letters that were asked for and are not there. */
  readonly missing: readonly string[];
  /** Letters beyond the limit. */
  readonly more: number;
}

async function committedOf(
  pipeline: Pick<Pipeline, 'positions'>,
  stage: string,
  topic: TopicName,
): Promise<ReadonlyMap<number, bigint>> {
  const positions = await pipeline.positions(stage, topic);
  return new Map(positions.map(({ committed, partition }) => [partition, committed]));
}

async function standings(
  pipeline: Pick<Pipeline, 'positions'>,
  targets: readonly Target[],
): Promise<ReadonlyMap<string, Standing>> {
  const known = new Map<string, ReadonlyMap<number, bigint>>();
  const found = new Map<string, Standing>();
  for (const target of targets) {
    const { stage, topic } = target;
    const key = `${stage} ${topic}`;
    if (topic !== undefined && !known.has(key) && target.replayed !== undefined) {
      known.set(key, await committedOf(pipeline, stage, topic));
    }
    found.set(target.id, standingOf(target, known.get(key) ?? new Map()));
  }
  return found;
}

function standingReason(topic: string, standing: Standing): string | undefined {
  if (standing.kind === 'due') return undefined;
  const where = `as ${topic}/${standing.partition}/${standing.offset}`;
  return standing.kind === 'done'
    ? `it was replayed before, ${where}, and did not fail again`
    : `its replay, ${where}, is still waiting to be worked on`;
}

/** The record where a cut letter was read, whole. */
async function wholeRecord(
  pipeline: Pick<Pipeline, 'read'>,
  { first, topic }: Target,
): Promise<Buffer | undefined> {
  if (topic === undefined) return undefined;
  for await (const record of pipeline.read(topic, Math.max(0, first.receivedAt))) {
    const isIt = record.partition === first.partition && Number(record.offset) === first.offset;
    if (isIt) return record.value ?? undefined;
  }
  return undefined;
}

/** The collector's letters are heads of what it could never take: there is nothing more to replay. */
const TAKES_NO_REPLAY = 'collector';

async function build(
  pipeline: Pick<Pipeline, 'read'>,
  run: ReplayRun,
  { letter, target }: { readonly letter: DeadLetter; readonly target: Target },
  last: Link,
): Promise<Built> {
  if (target.stage === TAKES_NO_REPLAY) {
    return { ok: false, reason: 'the collector could not take it: only its beginning is kept' };
  }
  const whole = target.isCut ? await wholeRecord(pipeline, target) : undefined;
  // What is cut can't be opened, and need not be.
  const opened = whole === undefined ? openLetter(run.rawKeys, letter) : undefined;
  if (opened?.ok === false) return { ok: false, reason: notOpened(opened.why, letter.bytes) };
  const { bytes } = opened ?? letter;
  return buildReplay(run, { letter: { ...letter, bytes }, target, whole }, last);
}

function describe(letter: DeadLetter, target: Target): Omit<Replay, 'action' | 'byteCount'> {
  const { cluster, id, sender, senderId, source, stage, topic } = letter;
  const who = senderId === '' ? sender : senderId;
  return { id, topic, stage, source, cluster, sender: who, attempt: target.attempts + 1 };
}

/** The newest letter of each target, with its bytes, one at a time. */
async function* lettersOf(
  pipeline: Pick<Pipeline, 'read'>,
  targets: readonly Target[],
): AsyncGenerator<{ readonly letter: DeadLetter; readonly target: Target }> {
  const due = new Map(targets.map((target) => [target.lastPlace, target]));
  for await (const letter of readLetters(pipeline)) {
    const place = placeOf(letter);
    const target = due.get(place);
    if (target?.id !== letter.id) continue;
    due.delete(place);
    yield { letter, target };
    if (due.size === 0) return;
  }
}

/** Yields what becomes of each letter as it is done; returns what was not there. */
export async function* replayLetters(
  pipeline: Pick<Pipeline, 'read' | 'positions' | 'append' | 'tell'>,
  request: ReplayRequest,
): AsyncGenerator<Replay, ReplayResult> {
  const { isAgain, isDry, run, topicPrefix } = request;
  const { more, targets } = await selectTargets(pipeline, topicPrefix, request);
  await lookUp(pipeline, targets, run.rawKeys);
  const standing = await standings(pipeline, targets);
  const { actor, id: runId } = run;
  if (!isDry) await pipeline.tell({ actor, run: runId, letters: targets.length, isAgain });
  let last = CHAIN_START;
  for await (const { letter, target } of lettersOf(pipeline, targets)) {
    const about = describe(letter, target);
    const before = standingReason(letter.topic, standing.get(target.id) ?? { kind: 'due' });
    const built: Built =
      before === undefined || isAgain
        ? await build(pipeline, run, { letter, target }, last)
        : { ok: false, reason: before };
    if (!built.ok) {
      yield { ...about, action: 'skipped', reason: built.reason, byteCount: 0 };
      continue;
    }
    last = built.last;
    const byteCount = built.record.value.length;
    const note = { actor, run: runId, letter: letter.id, topic: letter.topic, byteCount };
    if (!isDry) await pipeline.append(built.topic, built.record, note);
    yield { ...about, action: isDry ? 'would_append' : 'appended', byteCount };
  }
  const found = new Set(targets.map(({ id }) => id));
  return { more, missing: request.ids.filter((id) => !found.has(id)) };
}
