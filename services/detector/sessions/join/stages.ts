/**
 * Owns: one request out of what its stages say. A function of the set of stages: of each state the
 * first event counts, whatever came when.
 */
import type { FindingRef, Marking, Place, RequestFact } from '../facts/model.ts';

/** The fullest first: what a later stage leaves out, an earlier one may have said. */
const FULLEST = ['ended', 'started', 'changed', 'refused', 'asked'] as const;
type RequestState = (typeof FULLEST)[number];
export type Stages = Readonly<Partial<Record<RequestState, RequestFact>>>;

const MAX_FINDINGS = 64;

/** A cut event says less; else the first one. */
function precedes(a: RequestFact, b: RequestFact): boolean {
  if (a.partial !== b.partial) return b.partial;
  if (a.timeMs !== b.timeMs) return a.timeMs < b.timeMs;
  return a.eventId < b.eventId;
}

/**
 * With one more. What a whole event of a later stage says again is not kept: sessions are many, and
 * a request is the largest part of them.
 */
export function withStage(stages: Stages, fact: RequestFact): Stages {
  const known = stages[fact.state];
  if (known !== undefined && !precedes(fact, known)) return stages;
  return withoutRepeats({ ...stages, [fact.state]: fact });
}

function withoutRepeats(stages: Stages): Stages {
  const kept: Partial<Record<RequestState, RequestFact>> = {};
  let isWhole = false;
  for (const state of FULLEST) {
    const fact = stages[state];
    if (fact === undefined) continue;
    // When it began, and that it was answered, is in no other stage.
    kept[state] = isWhole ? bare(fact) : fact;
    isWhole ||= !fact.partial;
  }
  return kept;
}

/** Times and findings of a stage; the rest is in a fuller one. */
function bare(fact: RequestFact): RequestFact {
  const { auditId, eventId, findings, kind, partial, receivedMs, session, sessionKind } = fact;
  const { state, timeMs, requestUid } = fact;
  return {
    ...{ kind, session, sessionKind, eventId, state, timeMs, receivedMs, partial, findings },
    ...{ place: {}, argv: [], marking: 'unsaid', namesMark: fact.namesMark, who: {}, context: {} },
    ...(auditId === undefined ? {} : { auditId }),
    ...(requestUid === undefined ? {} : { requestUid }),
  };
}

/** The stages as one: the fullest, with what only others say. Undefined where there is none. */
export function wholeRequest(stages: Stages): RequestFact | undefined {
  const [fullest, ...others] = FULLEST.flatMap((state) => stages[state] ?? []);
  if (fullest === undefined) return undefined;
  const whole = others.reduce(filled, fullest);
  return { ...whole, findings: allFindings([fullest, ...others]) };
}

function filled(whole: RequestFact, other: RequestFact): RequestFact {
  return {
    ...other,
    ...whole,
    place: placeOf(whole.place, other.place),
    argv: whole.argv.length > 0 ? whole.argv : other.argv,
    marking: markingOf(whole.marking, other.marking),
    namesMark: whole.namesMark || other.namesMark,
    who: { ...other.who, ...whole.who },
    context: { ...other.context, ...whole.context },
    partial: whole.partial && other.partial,
  };
}

function placeOf(place: Place, other: Place): Place {
  return { ...other, ...place };
}

function markingOf(marking: Marking, other: Marking): Marking {
  return marking === 'unsaid' ? other : marking;
}

function allFindings(stages: readonly RequestFact[]): readonly FindingRef[] {
  return mergedFindings(stages.map(({ findings }) => findings)).slice(0, MAX_FINDINGS);
}

/**
 * Findings on the first process of an exec, less those that its request has by the same rule: it is the
 * same command, and nobody is to be told of it twice.
 */
export function notOfRequest<F extends FindingRef>(
  findings: readonly F[],
  request: Pick<RequestFact, 'findings'>,
): readonly F[] {
  const rules = new Set(request.findings.map(({ ruleId }) => ruleId));
  return findings.filter(({ ruleId }) => !rules.has(ruleId));
}

/** Each once, by time, then id. */
export function mergedFindings(lists: readonly (readonly FindingRef[])[]): readonly FindingRef[] {
  const byId = new Map<string, FindingRef>();
  for (const finding of lists.flat()) byId.set(finding.id, finding);
  return [...byId.values()].sort(
    (a, b) => a.timeMs - b.timeMs || (a.id < b.id ? -1 : Number(a.id > b.id)),
  );
}
