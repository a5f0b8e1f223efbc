/**
 * Owns: bytes that no sender meant: flipped, cut, doubled, spliced, nested, and with everything in
 * them that parsers have stumbled over. Pure: every choice comes from `choose`.
 */
import { type Choose, pick } from './rewrite.ts';

const TROUBLE: readonly Buffer[] = [
  ...[
    '\u0000',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\n',
    '\r',
    '}{',
    '][',
    '"},{"',
    '\\u0000',
  ],
  ...['{"__proto__":{"polluted":1}}', '"__proto__":', '"constructor":', '1e999', '-0', '1E-400'],
  ...['123456789012345678901234567890', '9007199254740993', '\\ud800', '"log":"', '"message":{'],
  ...['"items":[', '"records":[{"data":"', '[Truncated...]', 'null', 'true', '\u202e', '\ufeff'],
  ...['I1121 10:00:00.000000       1 main.go:1] text\n', '2026-11-21T10:00:00Z stdout P '],
].map((text) => Buffer.from(text));

const BINARY: readonly Buffer[] = [
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0x1f, 0x8b, 8, 0]),
  Buffer.from([0x92, 0xd7, 0x00]),
  Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff]),
  Buffer.from([0xc6, 0x7f, 0xff, 0xff, 0xff]),
];

const MAX_RUN_BYTES = 64;
const DEEP = 3000;

interface Range {
  readonly from: number;
  readonly to: number;
}

function range(choose: Choose, bytes: Buffer): Range {
  const from = Math.floor(choose() * (bytes.length + 1));
  return { from, to: Math.min(bytes.length, from + Math.floor(choose() * MAX_RUN_BYTES)) };
}

function splice(bytes: Buffer, { from, to }: Range, insert: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(to)]);
}

type Damage = (bytes: Buffer, choose: Choose, other: Buffer) => Buffer;

const DAMAGES: readonly Damage[] = [
  (bytes, choose) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[Math.floor(choose() * copy.length)] = Math.floor(choose() * 256);
    return copy;
  },
  (bytes, choose) => bytes.subarray(0, Math.floor(choose() * bytes.length)),
  (bytes, choose) => bytes.subarray(Math.floor(choose() * bytes.length)),
  (bytes, choose) => splice(bytes, range(choose, bytes), Buffer.alloc(0)),
  (bytes, choose) => {
    const { from, to } = range(choose, bytes);
    return splice(bytes, { from, to: from }, bytes.subarray(from, to));
  },
  (bytes, choose) => {
    const { from } = range(choose, bytes);
    return splice(bytes, { from, to: from }, pick(choose, choose() < 0.8 ? TROUBLE : BINARY));
  },
  (bytes, choose) => splice(bytes, range(choose, bytes), pick(choose, TROUBLE)),
  (bytes, choose, other) => {
    const cut = range(choose, other);
    const { from } = range(choose, bytes);
    return splice(bytes, { from, to: from }, other.subarray(cut.from, cut.to));
  },
  (bytes, choose, other) => Buffer.concat([bytes, pick(choose, TROUBLE), other]),
  (bytes, choose) => {
    const depth = Math.floor(choose() * DEEP);
    const [open, close] = pick(choose, [
      ['[', ']'],
      ['{"log":', '}'],
      ['{"items":[', ']}'],
      ['[{"a":', '}]'],
    ] as const);
    return Buffer.concat([
      Buffer.from(open.repeat(depth)),
      bytes,
      Buffer.from(close.repeat(depth)),
    ]);
  },
  (bytes, choose) => {
    // A value of another type in the place of a whole text or number.
    const text = bytes.toString('latin1');
    const at = text.indexOf(':', Math.floor(choose() * text.length)) + 1;
    const to = text.slice(at).search(/[,}\]]/);
    if (at === 0 || to < 0) return bytes;
    return splice(bytes, { from: at, to: at + to }, pick(choose, TROUBLE));
  },
];

/** One to four damages after each other; `other` is another sample to take pieces of. */
export function damage(bytes: Buffer, choose: Choose, other: Buffer): Buffer {
  let damaged = bytes;
  const times = 1 + Math.floor(choose() * 4);
  for (let i = 0; i < times; i++) damaged = pick(choose, DAMAGES)(damaged, choose, other);
  return damaged;
}
