import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellKey, ownCellKey } from '../../../../../shared/pipeline/keyed/cell-key.ts';
import {
  lineStateKey,
  linesPrefix,
  lineText,
  parseLine,
  parseTimer,
  timerStateKey,
  timerTime,
} from '../../../../../shared/pipeline/keyed/layout.ts';

/** Any UTF-16 code units: lone surrogates, NUL, separators. */
const texts = fc.oneof(
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 0, max: 0xffff }),
        fc.constantFrom(0xd800, 0x21, 0x25, 0x2f, 0x3a),
      ),
      {
        maxLength: 6,
      },
    )
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom('', '/', ':', '!', '%', '%002f', '\0', '\ud800', '#', '*', 'a:', 'x'.repeat(199)),
  fc.integer({ min: 190, max: 210 }).map((n) => 'é'.repeat(n)),
);
const lists = fc.array(texts, { maxLength: 4 });

describe('cellKey', () => {
  it('has one key for one list of texts', () => {
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const isSame = a.length === b.length && a.every((text, i) => text === b[i]);
        expect(cellKey(...a) === cellKey(...b)).toBe(isSame);
      }),
      { numRuns: 2000 },
    );
  });

  it('tells lists apart that look alike', () => {
    const alike = [
      [],
      [''],
      ['', ''],
      ['a:'],
      ['a', ''],
      ['a'],
      ['%003a'],
      [':'],
      ['\ud800'],
      ['\ufffd'],
    ];
    const long = ['x'.repeat(5_000_000), `${'x'.repeat(4_999_999)}y`];
    const keys = [...alike, ...long.map((text) => [text]), [long[0] ?? '', 'a']].map((list) =>
      cellKey(...list),
    );
    expect(new Set(keys).size).toBe(keys.length);
    expect(Math.max(...keys.map((key) => key.length))).toBeLessThanOrEqual(200);
  });

  it('is plain text, for a key that is read, and never one of the engine', () => {
    expect(cellKey('pod', 'prod', 'payments', 'pay-0')).toBe('pod:prod:payments:pay-0:');
    fc.assert(
      fc.property(lists, (list) => {
        const key = cellKey(...list);
        expect(Buffer.from(key).toString()).toBe(key);
        expect(key).toMatch(/^[\w.~:%#-]*$/);
        expect(key).not.toBe(ownCellKey(...list));
      }),
    );
  });
});

describe('layout', () => {
  it('keeps the lines of cells apart: no prefix begins another', () => {
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const [one, other] = [linesPrefix(cellKey(...a)), linesPrefix(cellKey(...b))];
        if (one !== other) expect(other.startsWith(one)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('has one key for one name', () => {
    const cell = cellKey('a');
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(lineStateKey(cell, 'v', a) === lineStateKey(cell, 'v', b)).toBe(a === b);
        expect(lineStateKey(cell, 'v', a)).not.toBe(lineStateKey(cell, 't', a));
      }),
    );
  });

  it('reads lines and timers as they were written', () => {
    fc.assert(
      fc.property(texts, fc.jsonValue(), fc.nat(), lists, (name, value, atMs, list) => {
        const line = { kind: 'v' as const, name, text: JSON.stringify(value) };
        const text = Buffer.from(lineText(line)).toString();
        expect(text).not.toContain('\n');
        expect(parseLine(text)).toStrictEqual(line);
        const timer = { cell: cellKey(...list), name, atMs };
        const stored = Buffer.from(JSON.stringify(name));
        expect(parseTimer(timerStateKey(timer), stored)).toStrictEqual(timer);
      }),
    );
  });

  it('orders timers by time, cell and name', () => {
    const [a, ab] = [cellKey('a'), cellKey('a', 'b')];
    const timers = [
      { atMs: 9, cell: ab, name: 'z' },
      { atMs: 10, cell: a, name: 'x' },
      { atMs: 10, cell: a, name: 'xy' },
      { atMs: 10, cell: ab, name: 'a' },
      { atMs: 1_800_000_000_000, cell: a, name: 'a' },
    ].map(timerStateKey);
    expect([...timers].sort()).toStrictEqual(timers);
  });

  it('makes a time of any number', () => {
    const cases = [Number.NaN, -5, 0.2, 1e300, Number.POSITIVE_INFINITY, 1_800_000_000_000];
    expect(cases.map(timerTime)).toStrictEqual([
      0, 0, 1, 999_999_999_999_999, 999_999_999_999_999, 1_800_000_000_000,
    ]);
  });
});
