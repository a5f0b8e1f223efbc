/**
 * Owns: what the pure stages and the codec cost, in this process, on the bodies of the burst.
 */
import type { AuditEvent, RawBatch } from '../../schemas/generated/avro.ts';
import { readRules } from '../../services/detector/read-rules.ts';
import { createDetectorStage } from '../../services/detector/stage.ts';
import { accept } from '../../services/collector/accept.ts';
import { CHAIN_START } from '../../shared/domain/chain.ts';
import { createNormalizerStage } from '../../services/normalizer/stage.ts';
import { createCodec } from '../../shared/adapters/avro/codec.ts';
import { endings } from '../../shared/pipeline/outcome.ts';
import type { Envelope } from '../../shared/pipeline/stage.ts';
import type { Recording } from '../support/data.ts';
import { type Figure, figureOf } from './measure.ts';

const ORIGIN = { topic: '', partition: 0, offset: 0n, timestampMs: 0 };
const MIB = 1024 * 1024;

function envelopes<T>(values: readonly T[]): readonly Envelope<T>[] {
  return values.map((value) => ({ value, origin: ORIGIN }));
}

/** CPU of one call, after one to warm up. */
function measure(part: string, events: number, action: () => void): Figure {
  action();
  const before = process.cpuUsage();
  const started = process.hrtime.bigint();
  action();
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { system, user } = process.cpuUsage(before);
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  return figureOf({ run: 'stages', part }, events, seconds, {
    cpuSeconds: (user + system) / 1e6,
    peakMiB,
  });
}

export async function benchStages(recording: Recording): Promise<readonly Figure[]> {
  const raw = createCodec('RawBatch');
  const codec = createCodec('AuditEvent');
  const normalizer = createNormalizerStage({ dataStreamNamespace: 'default' });
  const detector = createDetectorStage({ current: await readRules({ bundled: true, paths: [] }) });
  const take = (body: Buffer): Buffer => {
    const request = {
      source: 'audit',
      cluster: 'bench',
      sender: '',
      senderId: '',
      contentEncoding: '',
      origin: '',
      receivedAtMs: 1,
      body,
      trace: {},
    };
    const limits = { partBytes: MIB, maxBytes: 32 * MIB };
    const accepted = accept(
      { topic: 't', collectorId: 'c', limits, encode: (batch) => raw.encode(batch) },
      request,
      CHAIN_START,
    );
    if (!accepted.ok) throw new Error('The body is too large');
    return accepted.records[0]?.value as Buffer;
  };
  const values = recording.bodies.map(take);
  const batches = values.flatMap((value) => {
    const decoded = raw.decode(value);
    return decoded.ok ? [decoded.value] : [];
  });
  const eventsOf = (batch: RawBatch): readonly AuditEvent[] =>
    normalizer
      .apply(envelopes([batch]))
      .flatMap((outcome) => endings(outcome))
      .flatMap((ending) => (ending.kind === 'emit' ? ending.items : []));
  const events = batches.flatMap(eventsOf);
  const encoded = events.map((event) => codec.encode(event));
  const run = (part: string, action: () => void): Figure => measure(part, events.length, action);
  return [
    run('collector: accept', () => {
      for (const body of recording.bodies) take(body);
    }),
    run('normalizer: parse, map, hash', () => {
      for (const batch of batches) eventsOf(batch);
    }),
    run('event: Avro encode', () => {
      for (const event of events) codec.encode(event);
    }),
    run('event: Avro decode', () => {
      for (const bytes of encoded) codec.decode(bytes);
    }),
    run('detector: five rules', () => detector.apply(envelopes(events))),
  ];
}
