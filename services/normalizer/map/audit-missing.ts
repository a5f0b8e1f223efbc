/**
 * Owns: `podwitness.missing` of an audit event, what it would have if it were whole and lacks, and
 * `podwitness.missing_reason`, why.
 */
import type { Parts } from './audit-parts.ts';

/**
 * `level`: the audit policy does not ask for it. `truncated`: the API server cut it away. `cut`: the
 * text ended early. `size`: too large for the log or the store, cut here. `source`: who recorded it
 * never has it. `absent`: this record does not say.
 */
export type Reason = 'level' | 'truncated' | 'cut' | 'size' | 'source' | 'absent';

/** Names, each for one reason. */
export type Missing = ReadonlyMap<string, Reason>;

/** Most events lack nothing. */
export const NOTHING: Missing = new Map();

/** An event that was not cut may lack each of these, and is whole. */
const OF_WHOLE = ['level', 'requestURI', 'verb', 'sourceIPs', 'userAgent'];
/** Requests that have no body, and no object as their answer, at any level. */
const READS = new Set(['get', 'list', 'watch']);
const CONNECT = new Set(['exec', 'attach', 'portforward', 'proxy']);

/** What every event of an API server has; a failed authentication has no user. */
function basics({ auditId, reached, received, stage, userName }: Parts): readonly string[] {
  const isKnown = auditId !== undefined && stage !== undefined;
  if (isKnown && received !== undefined && reached !== undefined && userName !== undefined) {
    return [];
  }
  return [
    ...(auditId === undefined ? ['auditID'] : []),
    ...(stage === undefined ? ['stage'] : []),
    ...(received === undefined ? ['requestReceivedTimestamp'] : []),
    ...(reached === undefined ? ['stageTimestamp'] : []),
    ...(userName === undefined ? ['user.username'] : []),
  ];
}

function isLacking({ event }: Parts, name: string): boolean {
  return event[name] === undefined || event[name] === null;
}

/** Which bodies a policy's level asks for at this stage; what is not known may have been there. */
function bodies(parts: Parts, level = 'RequestResponse'): readonly string[] {
  const { stage = 'ResponseComplete', subresource = '', verb = '' } = parts;
  if (level === 'Metadata' || stage === 'RequestReceived' || CONNECT.has(subresource)) return [];
  const hasRequest = !READS.has(verb);
  const hasResponse = level === 'RequestResponse' && stage === 'ResponseComplete';
  return [
    ...(hasRequest ? ['requestObject'] : []),
    ...(hasResponse && verb !== 'watch' ? ['responseObject'] : []),
  ];
}

/**
 * Bodies of a write that the policy's level leaves out: what rules on bodies can't see. What reading
 * gave is left out nearly everywhere, and that is not told of every read.
 */
function levelGaps(parts: Parts): readonly string[] {
  const { level, resource, verb } = parts;
  if (level === undefined || level === 'RequestResponse') return [];
  if (resource === undefined || verb === undefined || READS.has(verb)) return [];
  const recorded = bodies(parts, level);
  return bodies(parts).filter((name) => !recorded.includes(name) && isLacking(parts, name));
}

function missingFor(
  names: readonly string[],
  reason: Reason,
): readonly (readonly [string, Reason])[] {
  return names.map((name) => [name, reason] as const);
}

/** Of an event that is whole, as far as its policy goes. */
export function missingOfWhole(parts: Parts): Missing {
  const absent = basics(parts);
  const gaps = levelGaps(parts);
  if (absent.length === 0 && gaps.length === 0) return NOTHING;
  return new Map([...missingFor(absent, 'absent'), ...missingFor(gaps, 'level')]);
}

/** Of an event that the API server truncated: bodies are removed whole (plugin/pkg/audit/truncate). */
export function missingOfTruncated(parts: Parts): Missing {
  const truncated = bodies(parts, parts.level).filter((name) => isLacking(parts, name));
  return new Map([...missingOfWhole(parts), ...missingFor(truncated, 'truncated')]);
}

/** Of an event whose text ended early. */
export function missingOfCut(parts: Parts): Missing {
  const { event, level, uri = '/api/' } = parts;
  const isAnswered = event['stage'] !== 'RequestReceived';
  const names = [
    ...OF_WHOLE,
    ...(uri.startsWith('/api/') || uri.startsWith('/apis/') ? ['objectRef'] : []),
    ...(isAnswered ? ['responseStatus', 'annotations'] : []),
    ...bodies(parts, level),
  ].filter((name) => isLacking(parts, name));
  return new Map([
    ...missingFor([...basics(parts), ...names], 'cut'),
    ...missingFor(levelGaps(parts), 'level'),
  ]);
}

/** What a source that is no API server can't say, and which of `names` this record does not. */
export function missingOfSource(
  parts: Parts,
  never: readonly string[],
  names: readonly string[],
  isCut: boolean,
): Missing {
  return new Map([
    ...missingFor(levelGaps(parts), 'level'),
    ...missingFor(never, 'source'),
    ...missingFor(names, isCut ? 'cut' : 'absent'),
  ]);
}

/** For a document: names in their order, each reason once. */
export function missingFields(missing: Missing): {
  readonly names: readonly string[] | undefined;
  readonly reasons: readonly string[] | undefined;
} {
  if (missing.size === 0) return { names: undefined, reasons: undefined };
  return { names: [...missing.keys()], reasons: [...new Set(missing.values())].sort() };
}
