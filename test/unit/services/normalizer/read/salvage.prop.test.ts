/**
 * What is cut is kept as far as it goes and is marked; what is whole never is.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyJson } from '../../../../support/odd-json.ts';
import { bodyOf, EVENT, FALCO, leaves, only, read, samples, SPO, tell } from './bodies.ts';

/** Is everything in `part` so in `whole` too? */
function isPartOf(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(whole) && part.every((each, i) => isPartOf(each, whole[i]));
  }
  if (typeof part !== 'object' || part === null) return Object.is(part, whole);
  if (typeof whole !== 'object' || whole === null) return false;
  return Object.entries(part).every(
    ([key, each]) =>
      Object.hasOwn(whole, key) && isPartOf(each, (whole as Record<string, unknown>)[key]),
  );
}

/** Reads the first `length` bytes and says how much was wrong with that. */
function checkCut(bytes: Buffer, length: number): 'kept' | 'refused' {
  const body = bodyOf(bytes.subarray(0, length));
  if (!body.ok) return 'refused';
  expect(body.items).toHaveLength(1);
  const [item] = body.items;
  if (item?.kind !== 'leaf') throw new Error('Neither kept nor refused');
  const whole: unknown = JSON.parse(bytes.toString('utf8'));
  expect(item.isCut).toBe(bytes.subarray(length).toString('utf8').trim() !== '');
  expect(isPartOf(item.value, whole)).toBe(true);
  if (!item.isCut) expect(item.value).toStrictEqual(whole);
  return 'kept';
}

const RECORDED = samples()
  .filter(({ name }) => ['kubernetes-jsonlines', 'openshift-node-logs'].includes(name))
  .flatMap(({ input }) => input.toString('utf8').trim().split('\n'))
  .map((line) => Buffer.from(line));

describe('a record cut at every byte', () => {
  it.each([EVENT, SPO, FALCO].map((record) => JSON.stringify(record)))('%s', (text) => {
    const bytes = Buffer.from(text);
    const found = Array.from({ length: bytes.length + 1 }, (_, length) => checkCut(bytes, length));
    // Once there is enough to know the format, no longer cut is refused.
    expect(found.lastIndexOf('refused')).toBeLessThan(found.indexOf('kept'));
    expect(found.filter((each) => each === 'kept').length).toBeGreaterThan(20);
  });

  it('as it was recorded', () => {
    expect(RECORDED.length).toBeGreaterThan(5);
    for (const bytes of RECORDED) {
      for (let length = 0; length <= bytes.length; length++) checkCut(bytes, length);
    }
  });
});

it('keeps what is complete of any content', () => {
  fc.assert(
    fc.property(
      anyJson,
      fc.constantFrom(undefined, 1, '\t'),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (content, indent, share) => {
        const record = {
          kind: 'Event',
          verb: 'get',
          requestObject: content,
          annotations: { a: content },
        };
        const bytes = Buffer.from(JSON.stringify(record, null, indent));
        checkCut(bytes, Math.floor(share * bytes.length));
      },
    ),
    { numRuns: 1000 },
  );
});

it('leaves out the member in which the cut fell, and lists of scalars that did not end', () => {
  const cutAt = (text: string, record: object = EVENT): unknown => {
    const whole = JSON.stringify(record);
    return only(whole.slice(0, whole.indexOf(text) + text.length)).value;
  };
  expect(cutAt('"code":20')).not.toHaveProperty('responseStatus.code');
  expect(cutAt('"code":20')).toHaveProperty('responseStatus.metadata', {});
  expect(cutAt('"203.0.113.7"')).not.toHaveProperty('sourceIPs');
  expect(cutAt('"10.0.0.5"]')).toHaveProperty('sourceIPs', EVENT.sourceIPs);
  expect(cutAt('"name":"a"')).toHaveProperty('requestObject.spec.containers', [{ name: 'a' }]);
  expect(cutAt('"b":tru', { verb: 'get', a: 1, b: true })).toStrictEqual({ verb: 'get', a: 1 });
});

describe('a list', () => {
  const list = JSON.stringify({ kind: 'EventList', items: [EVENT, SPO, EVENT], after: 'x' });
  const values: readonly unknown[] = [EVENT, SPO, EVENT];

  it('has all its whole items and tells of the rest, cut at every byte', () => {
    const bytes = Buffer.from(list);
    for (let length = 40; length < bytes.length; length++) {
      const body = bodyOf(bytes.subarray(0, length));
      const items = body.ok ? body.items : [];
      const whole = items.filter((item) => item.kind === 'leaf' && !item.isCut);
      const others = items.filter((item) => item.kind !== 'leaf' || item.isCut);
      expect(whole.map((item) => item.kind === 'leaf' && item.value)).toStrictEqual(
        values.slice(0, whole.length),
      );
      if (body.ok) expect(others).toHaveLength(1);
      expect(items.at(-1)).toBe(others[0]);
    }
  });

  it('gives each item its own bytes', () => {
    const torn = list.slice(0, list.lastIndexOf('"objectRef"'));
    const found = leaves(torn).map((leaf) => leaf.bytes().toString('utf8'));
    expect(found[0]).toBe(JSON.stringify(EVENT));
    expect(found[1]).toBe(JSON.stringify(SPO));
    expect(JSON.stringify(EVENT).startsWith(found[2] ?? 'x')).toBe(true);
  });

  it('keeps the items around one that is no JSON', () => {
    const item = JSON.stringify(EVENT);
    for (const broken of [
      '{"verb":tru}',
      '{"verb":"a\\q"}',
      '{"a" "b"}',
      '{,}',
      'nul',
      '{"a":[1 2]}',
    ]) {
      const bad = `unreadable_item: ${broken}`;
      expect(tell(`{"items":[${item},${broken},${item}]}`)).toStrictEqual(['audit', bad, 'audit']);
      expect(tell(`[\n${broken},\n${item}]`)).toStrictEqual([bad, 'audit']);
      expect(tell(`${item},${broken}`, { framing: 'ITEMS' })).toStrictEqual(['audit', bad]);
    }
  });

  it('with something in it that is no JSON is no whole record itself', () => {
    expect(tell('{"verb":"get","items":[{"a":1},tru]}')).toStrictEqual(['audit cut']);
  });

  it('never takes a list inside of a damaged record for records', () => {
    const nested = `{"verb":"get","requestObject":{"items":[${JSON.stringify(EVENT)}]},oops}`;
    expect(tell(nested)).toStrictEqual(['unreadable_body']);
    expect(tell(`${nested}\n${JSON.stringify(SPO)}`)).toStrictEqual([
      `unreadable_item: ${nested}`,
      'spo',
    ]);
  });
});

describe('lines', () => {
  const event = JSON.stringify(EVENT);

  it('that are torn cost themselves alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: event.length }), { minLength: 1, maxLength: 6 }),
        (cuts) => {
          const lines = cuts.map((length) => event.slice(0, length));
          const found = read([event, ...lines, event].join('\n')).slice(1);
          expect(found).toHaveLength(lines.length + 1);
          const whole = found.map((item) => item.kind === 'leaf' && !item.isCut);
          expect(whole).toStrictEqual([...cuts.map((length) => length === event.length), true]);
        },
      ),
    );
  });
});

describe('a text in a record', () => {
  const event = JSON.stringify(EVENT);
  const wrap = (log: string): string => JSON.stringify({ log, stream: 'stdout', time: 't' });

  it('may be cut while its record is whole', () => {
    expect(tell(wrap(event.slice(0, 300)))).toStrictEqual(['audit cut']);
    expect(tell(`${wrap(event.slice(0, 300))}\n${wrap(event)}`)).toStrictEqual([
      'audit cut',
      'audit',
    ]);
  });

  it('may be whole while its record is cut', () => {
    expect(tell(wrap(event).slice(0, -8))).toStrictEqual([
      'audit',
      `unreadable_item: ${wrap(event).slice(0, -8)}`,
    ]);
  });

  it('says so itself (CloudWatch)', () => {
    for (let length = 200; length < event.length; length += 7) {
      const leaf = only(JSON.stringify({ message: `${event.slice(0, length)}[Truncated...]` }));
      expect(leaf.isCut).toBe(true);
      expect(isPartOf(leaf.value, EVENT)).toBe(true);
    }
    expect(only(`${event}[Truncated...]\n`).isCut).toBe(false);
  });
});
