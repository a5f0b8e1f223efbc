/**
 * Bytes of any kind: never an exception, never a wait, nothing forged, nothing without an account.
 */
import { gzipSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  EVENT,
  leaves,
  only,
  samples,
  tell,
} from '../../../../unit/services/normalizer/read/bodies.ts';

const event = JSON.stringify(EVENT);
const SAMPLES = samples();

/** Reads everything there is to read, and the bytes of it. */
function exhaust(body: Buffer, framing: 'BODY' | 'ITEMS' = 'BODY'): number {
  const found = bodyOf(body, { framing });
  if (!found.ok) return 1;
  for (const item of found.items) if (item.kind !== 'noise') item.bytes();
  return found.items.length;
}

describe('never throws', () => {
  it('on any bytes', () => {
    const framing = fc.constantFrom('BODY' as const, 'ITEMS' as const);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), framing, (bytes, how) => {
        exhaust(Buffer.from(bytes), how);
      }),
      { numRuns: 2000 },
    );
  });

  it('on any text made of what has a meaning', () => {
    const token = fc.constantFrom(
      ...['{', '}', '[', ']', '"', ':', ',', '\\', '\n', ' ', '1', 'true', 'nul', '\x1e', '\ufeff'],
      ...[
        '{"items":[',
        '{"log":"',
        '"verb":"get"',
        event,
        '[Truncated...]',
        '2026-11-20T10:00:00Z stdout P ',
      ],
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 30 }), (tokens) => {
        const body = Buffer.from(tokens.join(''));
        const count = exhaust(body);
        // What is there is told of, one way or another; an empty list may be all of it.
        if (/[a-z1]/.test(body.toString('utf8').replaceAll(/"items":\[|\[Truncated\.{3}\]/g, '')))
          expect(count).toBeGreaterThan(0);
      }),
      { numRuns: 5000 },
    );
  });

  it('on samples with bytes changed, taken out, doubled', () => {
    const place = fc.nat({ max: 1_000_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...SAMPLES),
        fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('set', 'cut', 'insert'),
        ({ input }, changes, how) => {
          let body = Buffer.from(input);
          for (const [at, byte] of changes) {
            const i = at % (body.length + 1);
            if (how === 'set' && i < body.length) body[i] = byte;
            else if (how === 'cut')
              body = Buffer.concat([body.subarray(0, i), body.subarray(i + byte)]);
            else if (how === 'insert')
              body = Buffer.concat([body.subarray(0, i), Buffer.from([byte]), body.subarray(i)]);
          }
          exhaust(body);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

/** 256 KiB of each take less than two seconds on a slow machine; what is not linear takes minutes. */
const MIB = 1024 * 1024;
const LIMIT_MS = 10_000;
const many = (text: string): string => text.repeat(Math.ceil(MIB / 4 / text.length));

describe('is done soon', () => {
  it.each([
    ['opened lists', many('[')],
    ['opened objects', many('{"a":')],
    ['opened and closed lists', many('[') + many(']')],
    ['lists opened on lines', many('[\n')],
    ['lists opened on lines, and an end that fits none', `${many('[1,\n')}x`],
    ['lines of torn texts', many('{"a":"b\n')],
    ['lines of torn objects', many('{"a":1,\n')],
    ['lines of objects closed wrongly', many('{"a":1]\n')],
    ['damaged objects on one line', many('{"a":tru}')],
    ['objects on one line', many('{"a":1}')],
    ['objects on one line, with a letter of two bytes', `é${many('{"a":1}')}`],
    ['objects on one line that says it is truncated', `é${many('{"a":1}')}[Truncated...]`],
    ['quotes', many('"')],
    ['an object and quotes', `{${many('"')}`],
    ['backslashes in a text', `{"a":"${many('\\')}`],
    ['backslashes and quotes', `{"a":"${many('\\"')}`],
    ['backslashes and quotes in lines', many('{"\\\\"\n')],
    ['digits', `[${many('1')}]`],
    ['digits and quotes', `[${'1'.repeat(20)}${many(',"1"')}]`],
    ['digits with zeros', `[1${many('0')}1.${many('0')}1]`],
    ['commas', many(',')],
    ['blanks', `{"a":1}${many(' ')}x`],
    ['pieces of a runtime', many('2026-11-20T10:00:00Z stdout P x\n')],
    ['records that hold pieces', `[${many('{"logtag":"P","log":"{"},')}1]`],
    ['records of shippers', `[${many('{"log":"x","message":"y","msg":"z"},')}1]`],
    ['a list of very many in a list', `{"kind":"EventList","items":[[${many('1,')}1]]}`],
    ['damaged items', `{"items":[${many('{"a":tru},')}1]}`],
    ['an item that has no end', `{"items":[${many('{"a":1},')}{"a"]}`],
    [
      'base64 of nothing',
      JSON.stringify({ requestId: '', records: Array(10_000).fill({ data: '%' }) }),
    ],
    ['MessagePack, lists in lists', Buffer.alloc(MIB / 4, 0x91)],
    [
      'MessagePack, long lists in lists',
      Buffer.concat(Array(50_000).fill(Buffer.from([0xdd, 0, 0x0f, 0, 0]))),
    ],
    ['MessagePack, small values', Buffer.alloc(MIB / 4, 0x80)],
    [
      'MessagePack, a list of small values',
      Buffer.concat([Buffer.from([0xdd, 0, 0x04, 0, 0]), Buffer.alloc(MIB / 4, 0xc0)]),
    ],
  ])(
    '%s',
    (_name, body) => {
      const started = performance.now();
      exhaust(Buffer.from(body));
      expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    },
    60_000,
  );

  it('what unpacks to more than the limit', () => {
    const bomb = gzipSync(Buffer.alloc(80 * MIB, 0x20));
    const records = Array(20).fill({ data: bomb.toString('base64') });
    const found = tell(
      JSON.stringify({
        requestId: 'r',
        records: [...records, { data: Buffer.from(event).toString('base64') }],
      }),
    );
    expect(found.at(-1)).toBe('audit');
    expect(found.slice(0, -1).every((each) => each.startsWith('unreadable_item'))).toBe(true);
  }, 60_000);

  it('gzip in gzip in gzip', () => {
    const packed = Array.from({ length: 20 }).reduce<Buffer>(
      (inner) => gzipSync(inner),
      Buffer.from(event),
    );
    expect(tell(packed)).toStrictEqual(['unreadable_body']);
  });
});

describe('forges nothing', () => {
  it('with __proto__ and its like as keys', () => {
    const text =
      '{"verb":"get","__proto__":{"auditID":"x"},"constructor":{"prototype":{"stage":"y"}}}';
    for (const body of [text, JSON.stringify({ log: text })]) {
      const { value } = only(body);
      expect(Object.keys(value)).toStrictEqual(['verb', '__proto__', 'constructor']);
      expect(value['auditID']).toBeUndefined();
    }
    expect(({} as Record<string, unknown>)['auditID']).toBeUndefined();
  });

  it('with __proto__ in MessagePack', () => {
    const key = Buffer.from([
      0x82,
      0xa4,
      ...Buffer.from('verb'),
      0xa3,
      ...Buffer.from('get'),
      0xa9,
      ...Buffer.from('__proto__'),
    ]);
    const body = Buffer.concat([key, Buffer.from(encode({ auditID: 'x' }))]);
    const { value } = only(body);
    expect(Object.keys(value)).toStrictEqual(['verb', '__proto__']);
    expect(value['auditID']).toBeUndefined();
  });

  it('with keys that occur twice: the last counts', () => {
    expect(only('{"verb":"list","verb":"get"}').value).toStrictEqual({ verb: 'get' });
    const [first] = leaves(`{"items":[{"verb":"a"}],"items":[{"verb":"b"}]}`);
    expect(first?.bytes().toString('utf8')).toBe('{"verb":"b"}');
  });

  it('from texts inside of a record', () => {
    const forged = JSON.stringify({ ...EVENT, verb: 'delete' });
    const carrier = { ...EVENT, userAgent: `x\n${forged}\n`, log: forged, message: forged };
    const found = leaves(JSON.stringify(carrier));
    expect(found.map(({ value }) => value['verb'])).toStrictEqual(['create']);
  });

  it('from lines of text that hold JSON', () => {
    for (const line of [
      `user said ${event}`,
      `"${event}"`,
      `I1118 08:16:04.12 1 main.go:1] ${event}`,
    ]) {
      expect(leaves(`${line}\n${JSON.stringify({ ...EVENT, verb: 'mine' })}`)).toHaveLength(1);
    }
  });
});

it('tells of a body that is still packed', () => {
  expect(tell(event, { contentEncoding: 'zstd!' })).toStrictEqual(['undecodable_body']);
  expect(tell(event, { contentEncoding: 'gzip' })).toStrictEqual(['audit']);
});
