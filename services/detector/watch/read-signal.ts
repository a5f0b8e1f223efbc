/**
 * Owns: what a signal says about coverage, as typed values. Total: what is not as it should be is a
 * fault, and never an exception.
 * Does not own: writing signals (services/normalizer/signals.ts, services/collector/inputs).
 */
import type { Signal } from '../../../schemas/generated/avro.ts';
import type { Fault } from '../../../shared/errors/fault.ts';

/** One batch that came through the front door. */
export interface BatchReading {
  readonly kind: 'batch';
  readonly cluster: string;
  readonly source: string;
  readonly sender: string;
  /** When the collector had it. */
  readonly timeMs: number;
  readonly records: number;
  readonly newestMs: number | undefined;
  /** Equal for a sender's repeat of the same body. */
  readonly hash: string;
}

/** An input says that it could not read something any more. */
export interface LostReading {
  readonly kind: 'lost';
  readonly cluster: string;
  readonly source: string;
  readonly sender: string;
  readonly timeMs: number;
  readonly reason: string;
  /** The path or topic, where one is named. */
  readonly place: string;
  readonly records: number;
  readonly bytes: number;
}

/** Number of one record of a collector. */
export interface SequenceReading {
  readonly kind: 'sequence';
  readonly cluster: string;
  readonly collector: string;
  readonly timeMs: number;
  readonly sequence: number;
  readonly refused: readonly number[];
}

export type Reading = BatchReading | LostReading | SequenceReading;

type Json = Readonly<Record<string, unknown>>;

const MAX_NAME_CHARS = 512;
/** The end of the year 9999, as in the normalizer. */
const LAST_MS = 253_402_300_799_999;

function parse(bytes: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined; // The one thing that can be wrong is that the text is no JSON.
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_NAME_CHARS) : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function corrupt(message: string): Fault {
  return { code: 'corrupt_record', message };
}

/** `prod-eu/audit/file:/var/log/audit.log`: inputs say in the key alone who they are. */
function inputOf({ cluster, key }: Signal): { source: string; sender: string } | undefined {
  if (!key.startsWith(`${cluster}/`)) return undefined;
  const [, source = '', sender = ''] = /^([^/]+)\/(.+)$/s.exec(key.slice(cluster.length + 1)) ?? [];
  if (source === '') return undefined;
  return { source: source.slice(0, MAX_NAME_CHARS), sender: sender.slice(0, MAX_NAME_CHARS) };
}

function readLost(signal: Signal, body: Json): LostReading | Fault {
  const input = inputOf(signal);
  if (input === undefined) return corrupt('Its key names no input');
  return {
    kind: 'lost',
    ...{ cluster: signal.cluster, timeMs: signal.time, ...input },
    reason: text(body['reason']) ?? 'unknown',
    place: text(body['path']) ?? text(body['topic']) ?? '',
    records: count(body['messages']) ?? count(body['records']) ?? 0,
    bytes: count(body['bytes']) ?? 0,
  };
}

function readSource(signal: Signal, body: Json): BatchReading | LostReading | Fault {
  if (body['what'] === 'lost') return readLost(signal, body);
  const source = text(body['source']);
  const sender = text(body['sender']);
  const records = count(body['records']);
  if (body['what'] !== 'batch' || records === undefined) return corrupt('Neither batch nor loss');
  if (source === undefined || sender === undefined) return corrupt('No source or sender in it');
  const about = { cluster: signal.cluster, source, sender, timeMs: signal.time };
  const newestMs = count(body['newest']);
  return { kind: 'batch', ...about, records, newestMs, hash: text(body['hash']) ?? '' };
}

function readCollector(signal: Signal, body: Json): SequenceReading | Fault {
  const sequence = count(body['sequence']);
  const refused = body['refused'] ?? [];
  if (sequence === undefined || sequence === 0 || !Array.isArray(refused)) {
    return corrupt('No number of a record in it');
  }
  return {
    kind: 'sequence',
    cluster: signal.cluster,
    collector: signal.key.slice(0, MAX_NAME_CHARS),
    timeMs: signal.time,
    sequence,
    refused: refused.filter((n): n is number => count(n) !== undefined && n > 0),
  };
}

/** The reading of a signal; undefined where it is for another state machine. */
export function readSignal(signal: Signal): Reading | Fault | undefined {
  if (signal.kind !== 'source' && signal.kind !== 'collector') return undefined;
  if (signal.time < 0 || signal.time > LAST_MS) return corrupt('Its time is none');
  const body = parse(signal.body);
  if (body === undefined) return corrupt('Its body is no JSON object');
  return signal.kind === 'source' ? readSource(signal, body) : readCollector(signal, body);
}
