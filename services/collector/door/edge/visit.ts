/**
 * Owns: one request from its headers to how it ends: may it, does it fit, can it be unpacked, does
 * the log have it. Does not own: what the sender is told (answers.ts), who is who (gate.ts).
 */
import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { newTrace, traceHeaders } from '../../../../shared/pipeline/trace.ts';
import type { Headers } from '../../../../shared/ports/log.ts';
import type { Clock, DoorRefusal } from '../../../../shared/ports/telemetry.ts';
import type { Intake, IntakeRequest } from '../../intake.ts';
import { packingOf, stillPacked } from '../../unpack/layers.ts';
import type { Ending } from '../answers.ts';
import { bodyRequestId, firehoseOrigin, headerRequestId } from '../firehose.ts';
import { type Target, wrongTarget } from '../target.ts';
import { type Arrival, type ArrivalLimits, type Arrivals, createArrivals } from './arrivals.ts';
import { createGate, type Entry, type Gate, type GateParts } from './gate.ts';
import { createReport, type Report, type ReportParts } from './report.ts';
import { createUnpacker, type Holds, type Unpacker } from './unpacker.ts';

export interface VisitorParts extends ReportParts {
  readonly intake: Intake;
  readonly clock: Clock;
  readonly gate: GateParts;
  readonly limits: ArrivalLimits;
  readonly maxDecodedBytes: number;
}

export interface Visited {
  readonly ending: Ending;
  /** Firehose's, where only its body had it. */
  readonly requestId: string;
}

export interface Visitor {
  visit(request: FastifyRequest, target: Target): Promise<Visited>;
  /** From now on the answer is "not now", also to those whose bodies are still on their way. */
  stop(): void;
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function traceOf({ headers }: FastifyRequest): Headers {
  const trace = traceHeaders({
    traceparent: header(headers['traceparent']),
    tracestate: header(headers['tracestate']),
  });
  return 'traceparent' in trace ? trace : newTrace(randomBytes);
}

const TEXT = {
  no_room: 'Not now: too much in flight',
  too_slow: 'Not now: the body came too slowly',
  stopping: 'Not now: stopping',
  log_unavailable: 'Not now: the log is unavailable',
  issuer_unavailable: 'Not now: the issuer of the token can not be asked',
  too_large: 'Larger than is taken',
  unknown_sender: 'Whoever sends here must prove who it is',
  not_allowed: 'This sender may not write there',
  bug: 'Not now: a fault of the collector',
} as const satisfies Partial<Record<DoorRefusal, string>>;

function refused(reason: keyof typeof TEXT): Ending {
  return { kind: 'refused', reason, text: TEXT[reason] };
}

interface Tools {
  readonly parts: VisitorParts;
  readonly arrivals: Arrivals;
  readonly gate: Gate;
  readonly unpacker: Unpacker;
  readonly report: Report;
}

/** What can be said before the body is read; the sender's name if it may go on. */
async function received(
  { arrivals, gate, parts, report }: Tools,
  request: FastifyRequest,
  target: Target,
): Promise<Ending | { readonly kind: 'admitted'; readonly senderId: string }> {
  const wrong = wrongTarget(target);
  if (wrong !== undefined) return wrong;
  const entry: Entry = await gate(request, target);
  if (entry.kind !== 'admitted') report.turnedAway({ request, target }, entry);
  if (entry.kind === 'unknown') return refused('unknown_sender');
  if (entry.kind === 'forbidden') return refused('not_allowed');
  if (entry.kind === 'unavailable') return refused('issuer_unavailable');
  const declaredBytes = Number(request.headers['content-length'] ?? 0);
  if (declaredBytes > parts.limits.maxBodyBytes) {
    report.tooLarge({ request, target }, declaredBytes, true);
    return refused('too_large');
  }
  return arrivals.budget.findRoom(declaredBytes) ? entry : refused('no_room');
}

/** A request that may go on. */
interface Admitted {
  readonly request: FastifyRequest;
  readonly target: Target;
  readonly senderId: string;
}

/** The request as it is stored, but for the body. */
function metaOf(
  { request, senderId, target }: Admitted,
  requestId: string,
  receivedAtMs: number,
): Omit<IntakeRequest, 'body' | 'contentEncoding'> {
  const { headers, ip: sender } = request;
  const arn = headers['x-amz-firehose-source-arn'];
  const origin = target.source === 'firehose' ? firehoseOrigin(requestId, arn) : '';
  return { ...target, sender, senderId, origin, receivedAtMs, trace: traceOf(request) };
}

function requestIdOf({ request, target }: Admitted, body: Buffer): string {
  if (target.source !== 'firehose') return '';
  const inHeader = headerRequestId(request.headers['x-amz-firehose-request-id']);
  return inHeader === '' ? bodyRequestId(body) : inHeader;
}

/** A whole body into the log: unpacked if it can be, as it came if not. */
async function deliver(
  { parts, report, unpacker }: Tools,
  admitted: Admitted,
  came: Buffer,
  holds: Holds,
): Promise<Visited> {
  const { headers } = admitted.request;
  const receivedAtMs = parts.clock.now();
  const packing = packingOf(headers['content-encoding'], headers['transfer-encoding']);
  const unpacked = await unpacker.unpack(came, packing, holds);
  if (!unpacked.ok && unpacked.why === 'no_room') {
    return { ending: refused('no_room'), requestId: '' };
  }
  const body = unpacked.ok ? unpacked.body : came;
  const requestId = requestIdOf(admitted, body);
  const meta = metaOf(admitted, requestId, receivedAtMs);
  const opened = { ...meta, contentEncoding: packing.label, body };
  const asItCame = { ...meta, contentEncoding: stillPacked(packing), body: came };
  const taken = unpacked.ok
    ? await parts.intake.take(opened, body === came ? undefined : asItCame)
    : await parts.intake.take(asItCame);
  if (!taken.ok) {
    report.tooLarge(admitted, taken.largestBytes, false);
    return { ending: refused('too_large'), requestId };
  }
  if (!unpacked.ok || taken.isFallback === true) {
    report.keptPacked(admitted, packing, unpacked.ok ? 'too_large' : unpacked.why);
  }
  return { ending: { kind: 'taken', records: taken.records }, requestId };
}

function endingOf(arrival: Exclude<Arrival, { kind: 'whole' }>): Ending {
  return arrival.kind === 'gone' ? arrival : refused(arrival.kind);
}

async function welcome(tools: Tools, request: FastifyRequest, target: Target): Promise<Visited> {
  const entry = await received(tools, request, target);
  if (entry.kind !== 'admitted') return { ending: entry, requestId: '' };
  const { arrivals, report, unpacker } = tools;
  const holds = { whole: arrivals.budget.open(), packed: unpacker.open() };
  // A sender that hangs up does not free what the log is still writing: all of it ends here.
  try {
    const arrival = await arrivals.read(request.raw, holds.whole);
    if (arrival.kind === 'too_large') report.tooLarge({ request, target }, arrival.bytes, true);
    if (arrival.kind !== 'whole') return { ending: endingOf(arrival), requestId: '' };
    const admitted = { request, target, senderId: entry.senderId };
    const visited = await deliver(tools, admitted, arrival.body, holds);
    // What was not taken may still be on its way to the log.
    if (visited.ending.kind === 'taken') arrivals.giveBack(arrival.body);
    return visited;
  } finally {
    holds.whole.release();
    holds.packed.release();
  }
}

export function createVisitor(parts: VisitorParts): Visitor {
  const arrivals = createArrivals(parts.limits, () => parts.clock.now());
  const tools: Tools = {
    parts,
    arrivals,
    gate: createGate(parts.gate),
    unpacker: createUnpacker({ ...parts.limits, maxDecodedBytes: parts.maxDecodedBytes }),
    report: createReport(parts, () => parts.clock.now()),
  };
  let isStopping = false;
  return {
    async visit(request, target) {
      if (isStopping) return { ending: refused('stopping'), requestId: '' };
      try {
        return await welcome(tools, request, target);
      } catch (error) {
        // Also for a fault of ours: any other code makes some senders drop the batch.
        const isLog = tools.report.failed(request, error);
        return { ending: refused(isLog ? 'log_unavailable' : 'bug'), requestId: '' };
      }
    },
    stop() {
      isStopping = true;
      arrivals.stop();
    },
  };
}
