/**
 * Owns: the golden samples of senders and formats (test/golden/senders): what each sent, and what it
 * must become. One folder each: input.*, sample.json, expected.json.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuditEvent, RawBatch } from '../../schemas/generated/avro.ts';
import { rawBatch } from '../../schemas/raw-batch.ts';
import { createNormalizerStage } from '../../services/normalizer/stage.ts';
import { endings, type Outcome } from '../../shared/pipeline/outcome.ts';

const FOLDER = fileURLToPath(new URL('../golden/senders', import.meta.url));

export interface Sample {
  readonly name: string;
  readonly input: Buffer;
  readonly description: string;
  /** Endpoint that it is posted to. */
  readonly source: string;
  /** Lines that are read one by one: a line of garbage before them takes nothing away. */
  readonly lineOriented: boolean;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Path of expected.json. */
  readonly expectedFile: string;
}

function readSample(name: string): Sample {
  const folder = join(FOLDER, name);
  const inputs = readdirSync(folder).filter((file) => file.startsWith('input.'));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) throw new Error(`${name}: one input.* is needed`);
  const about = JSON.parse(readFileSync(join(folder, 'sample.json'), 'utf8')) as Omit<
    Sample,
    'name' | 'input' | 'expectedFile'
  >;
  const expectedFile = join(folder, 'expected.json');
  return { name, input: readFileSync(join(folder, input)), ...about, expectedFile };
}

/** All samples, by name. */
export function readSamples(): readonly Sample[] {
  return readdirSync(FOLDER).sort().map(readSample);
}

export interface Seen {
  readonly record: Readonly<Record<string, unknown>>;
  readonly document: Readonly<Record<string, unknown>>;
}

/** What became of one body: every part of it stands in exactly one of these. */
export interface Result {
  readonly events: readonly Seen[];
  readonly dropped: Readonly<Record<string, number>>;
  readonly rejected: readonly { readonly code: string; readonly index: number | null }[];
}

/** Later than any sample. */
export const RECEIVED_MS = Date.UTC(2026, 10, 20, 12, 0, 0);

const stage = createNormalizerStage({ dataStreamNamespace: 'default' });

/** What one request becomes in audit.raw, when it is taken whole. */
export function batchOf(body: Buffer, rest: Partial<RawBatch> = {}): RawBatch {
  return rawBatch({
    ...{ source: 'logs', cluster: 'prod', sender: '10.0.0.1', receivedAt: RECEIVED_MS },
    body,
    ...rest,
  });
}

export function decide(batches: readonly RawBatch[]): readonly Outcome<AuditEvent>[] {
  return stage.apply(
    batches.map((value, i) => ({
      value,
      origin: { topic: 'audit.raw', partition: 0, offset: BigInt(i), timestampMs: RECEIVED_MS },
    })),
  );
}

function seen({ document, receivedAt: _receivedAt, ...record }: AuditEvent): Seen {
  const parsed = JSON.parse(document.toString('utf8')) as Record<string, unknown>;
  return { record, document: parsed };
}

/** Everything that the outcomes hold, in their order. */
export function resultOf(outcomes: readonly Outcome<AuditEvent>[]): Result {
  const events: Seen[] = [];
  const dropped: Record<string, number> = {};
  const rejected: { code: string; index: number | null }[] = [];
  for (const ending of outcomes.flatMap((outcome) => endings(outcome))) {
    if (ending.kind === 'drop') dropped[ending.reason] = (dropped[ending.reason] ?? 0) + 1;
    else if (ending.kind === 'reject') {
      rejected.push({ code: ending.fault.code, index: ending.part?.index ?? null });
    } else {
      events.push(...ending.items.map(seen));
    }
  }
  return { events, dropped, rejected };
}

export function resultOfBody(body: Buffer, rest: Partial<RawBatch> = {}): Result {
  return resultOf(decide([batchOf(body, rest)]));
}

/** Same things in any order and with any wrapping around them: what must not change. */
export function essence({ events }: Result): readonly string[] {
  return events.map((event) => canonical(withoutWrapping(event))).toSorted();
}

/** How a record came is told in the document, and is not what happened. */
function withoutWrapping({ record, document }: Seen): unknown {
  const own = document['podwitness'];
  if (typeof own !== 'object' || own === null) return { record, document };
  const { ingest: _ingest, ...rest } = own as Record<string, unknown>;
  return { record, document: { ...document, podwitness: rest } };
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
