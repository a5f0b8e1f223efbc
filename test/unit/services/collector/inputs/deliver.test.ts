import { beforeEach, describe, expect, it } from 'vitest';
import {
  createDelivery,
  type Delivery,
} from '../../../../../services/collector/inputs/edge/deliver.ts';
import type { IntakeRequest, Taken } from '../../../../../services/collector/intake.ts';
import { type Codec, createCodec } from '../../../../../shared/adapters/avro/codec.ts';
import { joined } from '../../../../../shared/domain/bytes.ts';
import { FatalError, LaneLostError, TransientError } from '../../../../../shared/errors/fault.ts';
import { createHealth } from '../../../../../shared/pipeline/health.ts';
import type { Log, OutRecord } from '../../../../../shared/ports/log.ts';
import type { InputTelemetry } from '../../../../../shared/ports/telemetry.ts';
import { systemClock } from '../../../../../shared/runtime/clock.ts';
import { createCounts, createLines } from '../../../../support/worker-rig.ts';

const NAME = { source: 'audit', cluster: 'prod', senderId: 'file:/var/log/audit.log' };
const { signal: never } = new AbortController();

let taken: IntakeRequest[];
let appended: OutRecord[];
let answers: (Taken | Error)[];
let told: unknown[];
let health: ReturnType<typeof createHealth>;
let lines: ReturnType<typeof createLines>;
let counts: ReturnType<typeof createCounts>;
let delivery: Delivery;

const signalCodec = createCodec('Signal');
const letterCodec = createCodec('DeadLetter');

function decoded<T>(codec: Codec<T>, record: OutRecord | undefined): T {
  const read = codec.decode(joined(record?.value ?? []));
  if (!read.ok) throw new Error(read.fault.message);
  return read.value;
}

beforeEach(() => {
  [taken, appended, answers, told] = [[], [], [], []];
  health = createHealth();
  lines = createLines();
  counts = createCounts();
  const telemetry: InputTelemetry = {
    read: (bytes, records) => void told.push({ bytes, records }),
    lagBytes: () => undefined,
    lagMessages: () => undefined,
    lost: (reason, known) => void told.push({ reason, ...known }),
    legacyFile: () => undefined,
  };
  delivery = createDelivery(NAME, {
    intake: {
      async take(request) {
        taken.push(request);
        const answer = answers.shift() ?? { ok: true, records: 1 };
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    log: { append: async (records: readonly OutRecord[]) => void appended.push(...records) } as Log,
    signals: { topic: 'signals', encode: (value) => signalCodec.encode(value) },
    letters: { topic: 'letters', encode: (value) => letterCodec.encode(value) },
    telemetry,
    stage: counts.telemetry,
    logger: lines.logger,
    clock: systemClock,
    health,
    retry: { initialMs: 1, maxMs: 2 },
  });
});

const body = { bytes: Buffer.from('a\nb\n'), records: 2, origin: { path: '/l', offset: 7 } };

describe('hand', () => {
  it('gives the intake all that is known of a body', async () => {
    expect(await delivery.hand(body, never)).toBe(true);
    expect(taken).toMatchObject([
      { ...NAME, origin: '{"path":"/l","offset":7}', body: body.bytes },
    ]);
    expect(told).toStrictEqual([{ bytes: 4, records: 2 }]);
  });

  it('repeats the same bytes while the log is sick, and says so', async () => {
    answers = [
      new TransientError('broker away', { code: 'log_unavailable' }),
      new FatalError('no right', { code: 'access_denied' }),
    ];
    const seen: unknown[] = [];
    const set = health.set.bind(health);
    health.set = (part, reason) => {
      seen.push(reason);
      set(part, reason);
    };
    expect(await delivery.hand(body, never)).toBe(true);
    expect(taken).toHaveLength(3);
    expect(seen.map((reason) => String(reason))).toStrictEqual([
      expect.stringContaining('broker away'),
      expect.stringContaining('no right'),
      'undefined',
    ]);
    expect(health.troubles()).toStrictEqual({});
    expect(lines.lines.map(({ level }) => level)).toStrictEqual(['warn', 'error']);
  });

  it('ends when it is stopped, and lets bugs through', async () => {
    const stopped = new AbortController();
    stopped.abort();
    answers = [new TransientError('away', { code: 'log_unavailable' })];
    await expect(delivery.hand(body, stopped.signal)).rejects.toThrow(LaneLostError);
    answers = [new TypeError('bug')];
    await expect(delivery.hand(body, never)).rejects.toThrow(TypeError);
  });

  it('says where an item is too large', async () => {
    answers = [{ ok: false, largestBytes: 4 }];
    expect(await delivery.hand(body, never)).toBe(false);
    expect(told).toStrictEqual([]);
  });
});

it('keeps the beginning of what is too large, as a dead letter', async () => {
  const oversize = { head: Buffer.from('{"a'), bytes: 99, where: '/l', offset: 7, origin: {} };
  await delivery.refuse({ ...oversize, isCounted: false }, never);
  await delivery.refuse({ ...oversize, isCounted: true }, never);
  const letters = appended.map((record) => decoded(letterCodec, record));
  expect(letters[0]).toMatchObject({
    ...{
      stage: 'collector',
      code: 'item_too_large',
      topic: '/l',
      offset: 7,
      bytes: Buffer.from('{"a'),
    },
    ...{ cluster: 'prod', source: 'audit', senderId: NAME.senderId },
  });
  expect(letters[0]?.reason).toContain('99 bytes');
  expect(letters[1]?.id).toBe(letters[0]?.id);
  expect(appended[0]).toMatchObject({ topic: 'letters' });
  expect(counts.totals).toStrictEqual({ received: 1, 'rejected item_too_large': 1 });
});

it('signals what was lost, so that a coverage event tells of it', async () => {
  const loss = { reason: 'rotated_away', known: { bytes: 12 }, where: { path: '/l' } } as const;
  await delivery.lost(loss, never);
  const [record] = appended;
  expect(record).toMatchObject({ topic: 'signals' });
  const told = decoded(signalCodec, record);
  expect(told).toMatchObject({
    kind: 'source',
    key: `prod/audit/${NAME.senderId}`,
    cluster: 'prod',
  });
  expect(JSON.parse(String(told.body))).toStrictEqual({
    ...{ what: 'lost', reason: 'rotated_away', bytes: 12, path: '/l' },
  });
  expect(lines.lines).toMatchObject([{ level: 'error' }]);
});
