import { expect, it } from 'vitest';
import { createIntake, type IntakeRequest } from '../../../../services/collector/intake.ts';
import { createRefused } from '../../../../services/collector/refused.ts';
import type { RawBatch } from '../../../../schemas/generated/avro.ts';
import { TransientError } from '../../../../shared/errors/fault.ts';
import { createDoorCounts } from '../../../support/webhook-rig.ts';
import { createCounts } from '../../../support/worker-rig.ts';

/** Records hold their batch; the log ends every append as the test says. */
function openIntake() {
  const written: RawBatch[] = [];
  const pending: { end(error?: Error): void }[] = [];
  const batches = new Map<Buffer, RawBatch>();
  const { telemetry, totals } = createCounts();
  const { counts, door } = createDoorCounts();
  const intake = createIntake({
    ...{ telemetry, door, topic: 'audit.raw', collectorId: 'c' },
    limits: { partBytes: 10, maxBytes: 20 },
    encode(batch) {
      const key = Buffer.from(String(batch.sequence));
      batches.set(key, batch);
      return key;
    },
    append: (records) =>
      new Promise((resolve, reject) => {
        pending.push({
          end(error) {
            if (error !== undefined) return reject(error);
            for (const { value } of records) written.push(batches.get(value as Buffer) as RawBatch);
            resolve();
          },
        });
      }),
  });
  return { counts, intake, pending, totals, written };
}

const AWAY = new TransientError('away', { code: 'log_unavailable' });

function request(body = '{}'): IntakeRequest {
  return {
    ...{ source: 'audit', cluster: 'prod', sender: 's', senderId: '', contentEncoding: '' },
    ...{ origin: '', receivedAtMs: 1, trace: {}, body: Buffer.from(body) },
  };
}

it('resolves when the log has it, and counts it then', async () => {
  const { counts, intake, pending, totals, written } = openIntake();
  const taken = intake.take(request('{"items":[{"a":1},{"a":2},{"a":3}]}'));
  expect([totals, counts]).toStrictEqual([{}, {}]);
  pending[0]?.end();
  expect(await taken).toStrictEqual({ ok: true, records: 3 });
  expect(totals).toStrictEqual({ received: 1, emitted: 1, sent: 3 });
  expect(counts).toStrictEqual({ items: 3 });
  expect(written.map(({ sequence }) => sequence)).toStrictEqual([1, 2, 3]);
});

it('tells of what was refused in the next record that is written, once', async () => {
  const { intake, pending, written } = openIntake();
  const first = intake.take(request());
  const second = intake.take(request('[{"a":1},{"a":2}]'));
  const third = intake.take(request());
  pending[2]?.end();
  pending[1]?.end(AWAY);
  pending[0]?.end(AWAY);
  await expect(first).rejects.toBe(AWAY);
  await expect(second).rejects.toBe(AWAY);
  await third;
  const lost = intake.take(request());
  pending[3]?.end(AWAY);
  await expect(lost).rejects.toBe(AWAY);
  const next = intake.take(request('[{"a":1},{"a":2}]'));
  const after = intake.take(request());
  pending[4]?.end();
  pending[5]?.end();
  await Promise.all([next, after]);
  expect(
    written.map(({ sequence, refused }) => ({ sequence, refused: refused.toSorted() })),
  ).toStrictEqual([
    { sequence: 4, refused: [] },
    { sequence: 6, refused: [1, 2, 3, 5] },
    { sequence: 7, refused: [] },
    { sequence: 8, refused: [] },
  ]);
});

it('counts the items that the log has, and bodies that end too early, which it takes as any other', async () => {
  const { counts, intake, pending, written } = openIntake();
  const bodies = ['[1,2]', '{"a"', '[]', 'text\nof 3'];
  const taken = bodies.map((body) => intake.take(request(body)));
  for (const { end } of pending) end();
  expect(await Promise.all(taken)).toHaveLength(4);
  expect(written.map(({ body }) => body.toString())).toStrictEqual(bodies);
  expect(counts).toStrictEqual({ items: 2 + 1 + 0 + 2, torn: 1 });
  const refused = intake.take(request('[1,2]'));
  pending[4]?.end(AWAY);
  await expect(refused).rejects.toBe(AWAY);
  expect(counts).toMatchObject({ items: 5 });
});

it('takes nothing of what is too large, and forgets nothing for it', async () => {
  const { intake, pending, totals, written } = openIntake();
  const refused = intake.take(request());
  pending[0]?.end(AWAY);
  await expect(refused).rejects.toBe(AWAY);
  expect(await intake.take(request('x'.repeat(21)))).toStrictEqual({ ok: false, largestBytes: 21 });
  expect(totals).toStrictEqual({ received: 1, 'rejected item_too_large': 1 });
  const next = intake.take(request());
  pending[1]?.end();
  await next;
  expect(written).toMatchObject([{ sequence: 2, refused: [1] }]);
});

it('spreads a long outage over records, and keeps it as one run', () => {
  const refused = createRefused();
  for (let sequence = 1; sequence <= 10_000; sequence++) refused.add(sequence, sequence);
  const told = [refused.take(), refused.take(), refused.take(), refused.take()];
  expect(told.map(({ length }) => length)).toStrictEqual([4096, 4096, 1808, 0]);
  expect(told.flat()).toStrictEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
});
