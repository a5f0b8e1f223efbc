import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCodec } from '../../../../../shared/adapters/avro/codec.ts';
import { collectionOfKind, COLLECTIONS } from '../../../../../shared/domain/collections.ts';
import { documentProblem } from '../../../../../shared/domain/document-limits.ts';
import type { Format, JsonObject } from '../../../../../services/normalizer/read/leaf.ts';
import { anyJson } from '../../../../support/odd-json.ts';
import { LINE } from '../../../../unit/services/normalizer/batches.ts';
import {
  ADMISSION,
  FALCO,
  GKE,
  map,
  SPO,
} from '../../../../unit/services/normalizer/map/leaves.ts';

const SAMPLES: Readonly<Record<Format, JsonObject>> = {
  ...{ audit: LINE, admission: ADMISSION, gke: GKE, spo: SPO, falco: FALCO },
};
const FORMATS = Object.keys(SAMPLES) as readonly Format[];
const codec = createCodec('AuditEvent');

const ODD = ['', '__proto__', 'constructor', '<NA>', '0', '\0', '\ud800', '2026-02-30T00:00:00Z'];
const leaf = fc.oneof(anyJson, fc.constantFrom(...ODD), fc.integer(), fc.constant(null));

/** The sample with some of its members, at any depth, replaced, added or gone. */
function changed(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: leaf });
  }
  const members = Object.entries(value).map(([key, inner]) =>
    fc.option(changed(inner), { nil: undefined, freq: 8 }).map((one) => [key, one] as const),
  );
  const others = fc.dictionary(fc.constantFrom(...ODD, 'x'), leaf, { maxKeys: 2 });
  return fc.tuple(fc.tuple(...members), others).map(([own, more]) => ({
    ...more,
    ...Object.fromEntries(own.filter(([, one]) => one !== undefined)),
  }));
}

/** As JSON.parse gives it: `__proto__` may be a member. */
const record = (format: Format): fc.Arbitrary<JsonObject> =>
  changed(SAMPLES[format]).map((value) => {
    const parsed = JSON.parse(JSON.stringify(value)) as unknown;
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as JsonObject)
      : {};
  });

describe.each(FORMATS)('%s', (format) => {
  it('of any shape gives a document that every store takes, and the same again', () => {
    fc.assert(
      fc.property(record(format), fc.boolean(), (value, isCut) => {
        const { document, event } = map(format, value, { isCut });
        expect(documentProblem(event.id, event.document)).toBeUndefined();
        const { dataset } = COLLECTIONS[collectionOfKind(event.kind)];
        expect(document).toMatchObject({
          '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          message: expect.any(String),
          event: { id: event.id, kind: expect.stringMatching(/^(?:event|alert|state)$/) },
          data_stream: { dataset, namespace: 'default' },
          orchestrator: { cluster: { name: 'prod' } },
        });
        expect(Number.isSafeInteger(event.time)).toBe(true);
        if (isCut) expect(document).toMatchObject({ podwitness: { partial: true } });
        const decoded = codec.decode(codec.encode(event));
        expect(decoded.ok && decoded.value.kind).toBe(event.kind);
        const again = map(format, value, { isCut }).event;
        expect(again.document.equals(event.document)).toBe(true);
        expect({ ...again, document: 0 }).toStrictEqual({ ...event, document: 0 });
      }),
      { numRuns: 300 },
    );
  });

  it('has one id for one content, another for another, whatever brought it', () => {
    fc.assert(
      fc.property(record(format), record(format), fc.boolean(), (one, other, isCut) => {
        const id = (value: JsonObject, batch = {}) => map(format, value, { isCut, batch }).event.id;
        const envelope = { via: ['vector'], fields: { tag: 'x' } };
        const late = map(format, one, { isCut, envelope, batch: { receivedAt: 0, source: 'spo' } });
        expect(late.event.id).toBe(id(one));
        expect(id(one, { cluster: 'other' })).not.toBe(id(one));
        expect(map(format, one, { isCut: !isCut }).event.id).not.toBe(id(one));
        const reversed = Object.fromEntries(Object.entries(one).reverse());
        expect(id(reversed)).toBe(id(one));
        if (id(one) === id(other)) expect(sameIdentity(format, one, other)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('of any length becomes a document of the length that is left', () => {
    const long = 'x'.repeat(3e5);
    const huge = JSON.parse(
      JSON.stringify(SAMPLES[format], (_, value: unknown) =>
        typeof value === 'string' && !value.endsWith('Z') ? value + long : value,
      ),
    ) as JsonObject;
    const options = { maxDocumentBytes: 1e5 };
    const { document, event } = map(format, huge, { options });
    expect(event.document.length).toBeLessThan(1e5);
    expect(document).toMatchObject({ podwitness: { partial: true } });
    expect(event.id).toBe(map(format, huge).event.id);
  });
});

const NOT_ITS_OWN = new Set(['receiveTimestamp', 'kind', 'apiVersion', 'uuid']);

/** Whether two records that have one id may: they differ in nothing that is the record's own. */
function sameIdentity(format: Format, one: JsonObject, other: JsonObject): boolean {
  if (format === 'audit')
    return one['auditID'] === other['auditID'] && one['verb'] === other['verb'];
  const names = Object.keys(SAMPLES[format]).filter((name) => !NOT_ITS_OWN.has(name));
  const own = ({ [format]: value }: Record<string, JsonObject>) =>
    JSON.stringify(names.map((name) => [name, canonical(value?.[name])]));
  return own({ [format]: one }) === own({ [format]: other });
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, canonical(inner)]);
}
