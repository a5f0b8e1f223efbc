import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDocuments, outputFormat } from '../../../../../services/cli/output/documents.ts';
import { escapeForTerminal } from '../../../../../services/cli/output/escape.ts';
import { formatTable } from '../../../../../services/cli/output/table.ts';
import { FatalError } from '../../../../../shared/errors/fault.ts';

/** General categories that move, hide or reorder text: controls, formats, surrogates, separators. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|[\p{Bidi_Control}]|\u00ad|\u200b|\ufeff/u;

const COLUMNS = [
  { title: 'A', maxWidth: 5, cell: ([a]: readonly string[]) => a ?? '' },
  { title: 'LONGER', maxWidth: 20, cell: ([, b]: readonly string[]) => b ?? '' },
];

describe('escapeForTerminal', () => {
  it.each([
    ['\u001b[2J', String.raw`\u{1b}[2J`],
    ['a\r\nb\tc\u0007', String.raw`a\u{d}\u{a}b\u{9}c\u{7}`],
    ['\u009b31m\u007f', String.raw`\u{9b}31m\u{7f}`],
    ['evil\u202egnp.exe', String.raw`evil\u{202e}gnp.exe`],
    ['a\u2066b\u2069\u200f', String.raw`a\u{2066}b\u{2069}\u{200f}`],
    ['a\u200bb\ufeff\u00ad', String.raw`a\u{200b}b\u{feff}\u{ad}`],
    ['line\u2028next\u2029', String.raw`line\u{2028}next\u{2029}`],
    ['\ud800 alone', String.raw`\u{d800} alone`],
    ['tag \u{e0041}', String.raw`tag \u{e0041}`],
  ])('shows %j as what it is', (text, shown) => {
    expect(escapeForTerminal(text)).toBe(shown);
  });

  it('leaves everything else as it is', () => {
    const text = 'Ünïcode 日本 😀 C:\\path "quoted" \\u{1b}';
    expect(escapeForTerminal(text)).toBe(text);
  });

  it('leaves nothing that moves the cursor or reorders text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeForTerminal(text)).not.toMatch(UNSAFE);
        expect(escapeForTerminal(escapeForTerminal(text))).toBe(escapeForTerminal(text));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a table', () => {
  it('has a heading, aligned cells and no blanks at the ends of lines', () => {
    expect(
      formatTable(COLUMNS, [
        ['a', 'first'],
        ['abcdefgh', ''],
      ]),
    ).toBe('A      LONGER\na      first\nabcd…');
  });

  it('has one line per row, whatever is in it', () => {
    const cell = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        const lines = formatTable(COLUMNS, rows).split('\n');
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) {
          expect(line).not.toMatch(UNSAFE);
          expect(line.length).toBeLessThanOrEqual(5 + 2 + 20);
        }
      }),
    );
  });

  it('cuts between characters, not in them', () => {
    expect(formatTable(COLUMNS, [['abc😀e', '']])).toBe('A     LONGER\nabc…');
  });

  it('may have more rows than a call may have arguments', () => {
    expect(formatTable(COLUMNS, Array(300_000).fill(['a', 'b'])).length).toBeGreaterThan(300_000);
  });
});

describe('documents', () => {
  const finding = { '@timestamp': 't', rule: { name: 'r\u001b' }, message: 'm\n' };

  it('are lines of JSON for machines, as they are', () => {
    const text = formatDocuments('findings', [finding, finding], 'ndjson');
    expect(text.split('\n').map((line) => line && (JSON.parse(line) as unknown))).toStrictEqual([
      ...[finding, finding, ''],
    ]);
    expect(formatDocuments('findings', [], 'ndjson')).toBe('');
  });

  it('are a safe table for people, also where there are none', () => {
    const text = formatDocuments('findings', [finding], 'table');
    expect(text.endsWith('\n')).toBe(true);
    expect(text).toContain(String.raw`r\u{1b}`);
    expect(text.trimEnd().split('\n')).toHaveLength(2);
    expect(formatDocuments('sessions', [], 'table')).toBe('No sessions found.\n');
  });

  it('say beside the level what keeps a finding from being alerted', () => {
    const of = (mode: string) => ({ podwitness: { finding: { level: 'high', mode } } });
    const text = formatDocuments('findings', ['active', 'test', 'excepted'].map(of), 'table');
    expect(text.match(/high( \(\w+\))?/g)).toEqual(['high', 'high (test)', 'high (excepted)']);
  });

  it('of sessions say who is where, and how sure that is', () => {
    const session = { state: 'open', kind: 'exec', command_count: 14, confidence: 'exact' };
    const at = {
      '@timestamp': '2026-11-21T06:10:00.029Z',
      orchestrator: { cluster: { name: 'prod-eu' } },
      user: { name: 'alice' },
      message: 'alice opened a shell',
      podwitness: { session },
    };
    const where = { kubernetes: { namespace: 'pay', pod: { name: 'pay-0' } } };
    const rows = [
      { ...at, ...where, container: { name: 'app' }, host: { name: 'worker-1' } },
      { ...at, host: { name: 'worker-1' } },
      {},
    ];
    const lines = formatDocuments('sessions', rows, 'table').split('\n');
    const [heading, inPod, onNode] = lines.map((line) => line.split(/ {2,}/));
    expect(heading?.join(' ')).toBe('TIME STATE KIND USER WHERE COMMANDS CONFIDENCE MESSAGE');
    expect(inPod).toStrictEqual([
      ...['2026-11-21T06:10:00.029Z', 'open', 'exec', 'alice', 'prod-eu pay/pay-0 (app)', '14'],
      ...['exact', 'alice opened a shell'],
    ]);
    expect(onNode?.[4]).toBe('prod-eu worker-1');
    expect(lines[3]).toBe('');
  });

  it('are a table on a terminal unless one chose, and no format that is none', () => {
    expect(outputFormat(undefined, true)).toBe('table');
    expect(outputFormat(undefined, false)).toBe('ndjson');
    expect(outputFormat('ndjson', true)).toBe('ndjson');
    expect(() => outputFormat('xml', true)).toThrow(FatalError);
  });
});
