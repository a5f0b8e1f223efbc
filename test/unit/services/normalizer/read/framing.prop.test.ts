/**
 * However records follow each other and whatever they are wrapped in, they read to the same leaves.
 */
import { gzipSync } from 'node:zlib';
import { encode, ExtData } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyJson, choicesFrom, render } from '../../../../support/odd-json.ts';
import { leaves, read } from './bodies.ts';

type Item = Readonly<Record<string, unknown>>;

const anyEvent: fc.Arbitrary<Item> = fc.record(
  {
    kind: fc.constant('Event'),
    auditID: fc.uuid(),
    verb: fc.constantFrom('get', 'create', ''),
    userAgent: fc.string({ unit: 'binary' }),
    requestObject: anyJson,
    annotations: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' }), {
      noNullPrototype: true,
    }),
  },
  { requiredKeys: ['kind', 'auditID', 'verb'], noNullPrototype: true },
);

const text = (value: unknown): string => JSON.stringify(value);
const base64 = (bytes: string | Buffer): string => Buffer.from(bytes).toString('base64');
const TIME = '2026-11-20T10:00:00.123456789Z';
const eventTime = new ExtData(0, Buffer.from([0x6b, 0, 0, 0, 0, 0, 0, 1]));
const packed = (values: readonly unknown[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.from(encode(value))));
const cloudWatch = (items: readonly Item[]): Item => ({
  messageType: 'DATA_MESSAGE',
  logGroup: '/aws/eks/prod/cluster',
  logStream: 'kube-apiserver-audit-1',
  logEvents: items.map((item) => ({ id: '1', timestamp: 1, message: text(item) })),
});
const azure = (item: Item): Item => ({
  category: 'kube-audit',
  resourceId: '/x/managedClusters/aks1',
  properties: { log: text(item) },
});

/** A runtime's line, split after every `size` bytes, as runtimes do: also within a character. */
function cri(line: string, size: number): Buffer {
  const bytes = Buffer.from(line);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  const tag = (i: number): string => (i === pieces.length - 1 ? 'F' : 'P');
  return Buffer.concat(
    pieces.flatMap((piece, i) => [
      Buffer.from(`${TIME} stdout ${tag(i)} `),
      piece,
      Buffer.from('\n'),
    ]),
  );
}

const FRAMINGS: Readonly<Record<string, (items: readonly Item[]) => string | Buffer>> = {
  EventList: (items) => `${text({ kind: 'EventList', items })}\n`,
  'a list over several lines': (items) => JSON.stringify({ items }, null, 2),
  'an oddly written list': (items) =>
    render({ kind: 'EventList', items }, choicesFrom(items.length)),
  'an array': (items) => text(items),
  lines: (items) => items.map(text).join('\n'),
  'lines with CR, blanks and a mark': (items) => `\ufeff${items.map(text).join(' \r\n\r\n')}\r\n`,
  'nothing between': (items) => items.map(text).join(''),
  'over several lines each': (items) =>
    items.map((item) => JSON.stringify(item, null, 1)).join('\n'),
  'oddly written, one after the other': (items) =>
    items.map((item, i) => render(item, choicesFrom(i + 1))).join(' '),
  'a list on each line': (items) => items.map((item) => text([item])).join('\n'),
  'record separators': (items) => items.map((item) => `\x1e${text(item)}\n`).join(''),
  'gzip in gzip': (items) => gzipSync(gzipSync(text(items))),
  'Fluent Bit, json': (items) => text(items.map((item) => ({ date: 1.5, log: text(item) }))),
  'Fluent Bit, json_stream': (items) =>
    items.map((item) => text({ date: 1, log: text(item) })).join(''),
  'Fluent Bit, parsed': (items) => text(items.map((item) => ({ date: 1.5, ...item }))),
  'Fluent Bit, pieces of lines': (items) =>
    text(
      items.flatMap((item) => [
        { stream: 'stdout', logtag: 'P', log: text(item).slice(0, 20) },
        { stream: 'stdout', logtag: 'F', log: text(item).slice(20) },
      ]),
    ),
  'Fluent Bit, msgpack': (items) => packed(items.map((item) => [eventTime, { log: text(item) }])),
  'msgpack, maps in a list': (items) => packed([items.map((item) => ({ message: text(item) }))]),
  forward: (items) => packed([['tag', items.map((item) => [1, { log: text(item) }])]]),
  'packed forward': (items) =>
    packed([['tag', gzipSync(packed(items.map((item) => [eventTime, { log: text(item) }])))]]),
  Vector: (items) =>
    items.map((item) => text({ source_type: 'file', message: text(item) })).join('\n'),
  Docker: (items) =>
    items.map((item) => text({ log: `${text(item)}\n`, stream: 'stdout', time: TIME })).join('\n'),
  'Docker, pieces of lines': (items) =>
    items
      .flatMap((item) => [`${text(item)}\n`.slice(0, 30), `${text(item)}\n`.slice(30)])
      .map((log) => text({ log, stream: 'stdout', time: TIME }))
      .join('\n'),
  'a container runtime': (items) => Buffer.concat(items.map((item) => cri(text(item), 1e6))),
  'a container runtime, split': (items) => Buffer.concat(items.map((item) => cri(text(item), 37))),
  CloudWatch: (items) => text(cloudWatch(items)),
  Firehose: (items) =>
    text({ requestId: 'r', records: items.map((item) => ({ data: base64(text(item)) })) }),
  'CloudWatch in Firehose': (items) =>
    text({ requestId: 'r', records: [{ data: base64(gzipSync(text(cloudWatch(items)))) }] }),
  'Pub/Sub': (items) =>
    items.map((item) => text({ message: { data: base64(text(item)), messageId: '1' } })).join('\n'),
  'an Event Hub': (items) => text({ records: items.map(azure) }),
  CloudEvents: (items) => text(items.map((data) => ({ specversion: '1.0', type: 't', data }))),
  syslog: (items) => items.map((item) => `<13>1 ${TIME} host app 1 - - ${text(item)}`).join('\n'),
};

describe.each(Object.entries(FRAMINGS))('%s', (_name, frame) => {
  it('gives the records, whole and in their order', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 5 }), (items) => {
        const found = read(frame(items));
        expect(found.map(({ kind }) => kind)).toStrictEqual(items.map(() => 'leaf'));
        const parsed: unknown = JSON.parse(JSON.stringify(items));
        expect(leaves(frame(items)).map(({ value }) => value)).toStrictEqual(parsed);
        expect(leaves(frame(items)).some(({ isCut }) => isCut)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('gives bytes that read to the same again', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 3 }), (items) => {
        for (const [i, leaf] of leaves(frame(items)).entries()) {
          const again = leaves(leaf.bytes()).map(({ value }) => value);
          expect(again).toContainEqual(JSON.parse(JSON.stringify(items[i])));
        }
      }),
      { numRuns: 20 },
    );
  });
});

it('reads what is in one body one after the other', () => {
  const names = Object.keys(FRAMINGS).filter((name) => !/msgpack|forward|gzip/.test(name));
  const mix = fc.array(
    fc.tuple(fc.constantFrom(...names), fc.array(anyEvent, { minLength: 1, maxLength: 3 })),
    {
      minLength: 1,
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(mix, (parts) => {
      const body = Buffer.concat(
        parts.flatMap(([name, items]) => [
          Buffer.from(FRAMINGS[name]?.(items) ?? ''),
          Buffer.from('\n'),
        ]),
      );
      const wanted = parts.flatMap(([, items]) => items.map(({ auditID }) => auditID));
      expect(leaves(body).map(({ value }) => value['auditID'])).toStrictEqual(wanted);
    }),
    { numRuns: 200 },
  );
});
