import fc from 'fast-check';
import { expect, it } from 'vitest';
import { endings } from '../../../../shared/pipeline/outcome.ts';
import { anyJson, anyJsonText } from '../../../support/odd-json.ts';
import { decide, documentOf, LINE, rawBatch, stage } from './batches.ts';

const NAMES = [
  ...Object.keys(LINE),
  ...['impersonatedUser', 'requestObject', 'responseObject', 'username', 'groups', 'extra', 'spec'],
  ...['containers', 'securityContext', 'capabilities', 'volumes', 'hostPath', 'rules', 'roleRef'],
  ...['code', 'resource', 'subresource', 'name', 'authorization.k8s.io/decision', '__proto__'],
];

/** Objects with the names that the normalizer looks at, and anything as their values. */
const shaped: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(anyJson, fc.constantFrom('get', 'exec', '__proto__', '2026-02-30T00:00:00Z', 2 ** 40)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 6, noNullPrototype: true }),
  ),
})).value;

const shapedEvent = fc
  .tuple(fc.dictionary(fc.constantFrom(...NAMES), shaped, { noNullPrototype: true }), fc.boolean())
  .map(([event, hasVerb]) => (hasVerb ? { ...event, kind: 'Event', verb: 'get' } : event));

const body = fc.oneof(
  anyJsonText.map(({ text }) => text),
  shaped.map((value) => JSON.stringify(value)),
  fc.array(shapedEvent, { maxLength: 3 }).map((items) => JSON.stringify({ items })),
  fc
    .array(shapedEvent, { maxLength: 3 })
    .map((items) => items.map((i) => JSON.stringify(i)).join('\n')),
  fc.string(),
);
const batch = fc
  .tuple(body, fc.constantFrom('BODY' as const, 'ITEMS' as const))
  .map(([text, framing]) => rawBatch(text, { framing }));
const batches = fc.array(batch, { maxLength: 4 });

it('never throws, and every document has what every document has, on one line', () => {
  fc.assert(
    fc.property(shapedEvent, (event) => {
      for (const ending of decide(JSON.stringify({ ...event, kind: 'Event', verb: 'get' }))) {
        if (ending.kind !== 'emit') throw new Error(`No event: ${ending.kind}`);
        for (const record of ending.items) {
          expect(record.document.includes(0x0a)).toBe(false);
          expect(documentOf(record)).toMatchObject({
            '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
            message: expect.any(String),
            ecs: { version: expect.any(String) },
            event: { id: record.id, kind: 'event', dataset: 'kubernetes.audit_logs' },
            data_stream: { namespace: 'default' },
            orchestrator: { cluster: { name: 'prod' } },
          });
          expect(Number.isSafeInteger(record.time)).toBe(true);
        }
      }
    }),
    { numRuns: 400 },
  );
});

it('gives one outcome for each record, the same each time, whatever the batch', () => {
  fc.assert(
    fc.property(batches, batches, (a, b) => {
      const whole = stage.apply([...a, ...b]);
      expect(whole).toHaveLength(a.length + b.length);
      expect(stage.apply([...a, ...b])).toStrictEqual(whole);
      expect([...stage.apply(a), ...stage.apply(b)]).toStrictEqual(whole);
    }),
  );
});

it('ends every item of a list once', () => {
  fc.assert(
    fc.property(fc.array(shapedEvent, { minLength: 1, maxLength: 5 }), (items) => {
      const [outcome] = stage.apply([rawBatch(JSON.stringify({ items }))]);
      if (outcome === undefined) throw new Error('No outcome');
      const isRead = outcome.kind === 'split';
      expect(endings(outcome)).toHaveLength(isRead ? items.length : 1);
      if (!isRead) expect(outcome).toMatchObject({ fault: { code: 'unreadable_body' } });
    }),
  );
});
