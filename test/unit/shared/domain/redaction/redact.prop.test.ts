/**
 * Secrets in every place never go on, whoever sends the record, and what is no secret stays.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedact, type Redact } from '../../../../../shared/domain/redaction/redact.ts';
import { PLACES } from './command-places.ts';
import { check, innocent, leaks, redact, secretFor, toldOf } from './planted.ts';

const NAMED = PLACES.map((place) => [place.name, place] as const);
const withoutKey = createRedact({});

describe.each(NAMED)('%s', (_, place) => {
  it('does not go on', () => {
    check(place, redact, { numRuns: 3 });
  });

  it('is told of, is the same the second time, and leaves the record as it was', () => {
    fc.assert(
      fc.property(secretFor(place), innocent, (secret, stays) => {
        const { format, record } = place.plant(secret, stays);
        const before = JSON.stringify(record);
        const once = redact(record, format, false);
        expect(JSON.stringify(record)).toBe(before);
        expect(once.redaction?.count).toBeGreaterThan(0);
        expect(once.redaction?.fields.every((field) => leaks(secret, field).length === 0)).toBe(
          true,
        );
        expect(redact(once.value, format, false).value).toStrictEqual(once.value);
        const plain = withoutKey(record, format, false);
        expect(leaks(secret, JSON.stringify(plain.value))).toEqual([]);
      }),
      { numRuns: 3 },
    );
  });
});

it('does not go on from a text that was cut anywhere', () => {
  const place = fc.constantFrom(...PLACES);
  const planted = place.chain((p) =>
    fc.tuple(fc.constant(p), secretFor(p), innocent, fc.double({ min: 0, max: 1, noNaN: true })),
  );
  fc.assert(
    fc.property(planted, ([p, secret, stays, share]) => {
      const text = JSON.stringify(p.plant(secret, stays).record);
      const cut = text.slice(0, Math.floor(share * text.length));
      expect(leaks(secret, toldOf(cut, redact))).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

/** As `redact`, but one member of the record is forgotten. */
function forgetting(...path: readonly string[]): Redact {
  const restored = (raw: unknown, now: unknown, keys: readonly string[]): unknown => {
    const [key, ...rest] = keys;
    if (key === undefined) return raw;
    if (typeof raw !== 'object' || raw === null || !Object.hasOwn(raw, key)) return now;
    const member = (of: unknown): unknown => (of as Readonly<Record<string, unknown>>)[key];
    return { ...(now as object), [key]: restored(member(raw), member(now), rest) };
  };
  return (value, format, isCut) => {
    const { redaction, value: now } = redact(value, format, isCut);
    return { redaction, value: restored(value, now, path) as typeof value };
  };
}

describe.each([
  ['nothing', (value) => ({ value, redaction: undefined })],
  ['no command', forgetting('requestURI')],
  ['no annotation', forgetting('requestObject', 'metadata', 'annotations')],
  ['no answer', forgetting('responseObject')],
  ['no message', forgetting('responseStatus')],
] satisfies readonly (readonly [string, Redact])[])('one that redacts %s', (_, broken) => {
  it('does not pass', () => {
    const refused = PLACES.find((place) => {
      try {
        check(place, broken, { numRuns: 1, endOnFailure: true });
        return false;
      } catch {
        return true;
      }
    });
    expect(refused).toBeDefined();
  });
});
