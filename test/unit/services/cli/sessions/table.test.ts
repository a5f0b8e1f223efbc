import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detailsOf } from '../../../../../services/cli/sessions/details.ts';
import { formatRows, rowOf } from '../../../../../services/cli/sessions/table.ts';
import {
  formatDuration,
  formatOffset,
  formatSince,
} from '../../../../../services/cli/sessions/times.ts';
import { ATTACHED, EMPTY, HOSTILE_TEXTS, ODD, RICH, sessionOfText } from './documents.ts';

const NOW = Date.parse('2026-11-21T07:00:00Z');
const UNSAFE = /[^\P{Cc}\n]|[\p{Cs}\p{Zl}\p{Zp}]|[\p{Bidi_Control}]|\u00ad|\u200b|\ufeff/u;

const rows = [RICH, ATTACHED, EMPTY, ODD].map((document) => rowOf(detailsOf(document)));

describe('the table of sessions', () => {
  it.each([80, 120, 160, undefined])('is as wide as there is room: %s', async (width) => {
    const table = formatRows(rows, NOW, width);
    for (const line of table.split('\n')) {
      expect(line.length).toBeLessThanOrEqual(width ?? 250);
    }
    const file = `../../../../golden/session-views/table-${width ?? 'any'}.txt`;
    await expect(`${table}\n`).toMatchFileSnapshot(file);
  });

  it('is one safe line for each session, whatever is in it', () => {
    const hostile = HOSTILE_TEXTS.map((text) => rowOf(detailsOf(sessionOfText(text))));
    const lines = formatRows(hostile, NOW, 200).split('\n');
    expect(lines).toHaveLength(hostile.length + 1);
    expect(lines.join('\n')).not.toMatch(UNSAFE);
  });

  it('says what was asked for as long as nothing ran', () => {
    const document = { podwitness: { session: { requested_command: 'sh -c id' } } };
    expect(formatRows([rowOf(detailsOf(document))], NOW)).toContain('(asked for) sh -c id');
  });

  it('shows the command that came last, whatever the order of the list', () => {
    const commands = ['06:00:02', '06:00:09', '06:00:05'].map((clock) => ({
      ...{ time: `2026-11-21T${clock}Z`, command_line: `at ${clock}` },
    }));
    expect(rowOf(detailsOf({ podwitness: { session: { commands } } })).lastCommand).toBe(
      'at 06:00:09',
    );
  });
});

describe('times', () => {
  it.each([
    [0, '+00:00'],
    [12_999, '+00:12'],
    [-400, '+00:00'],
    [-61_000, '-01:01'],
    [3_723_000, '+1:02:03'],
    [183_845_000, '+2d 03:04:05'],
  ])('offset of %d ms', (ms, text) => {
    expect(formatOffset(ms)).toBe(text);
  });

  it.each([
    [-5, '0s'],
    [59_999, '59s'],
    [185_000, '3m 05s'],
    [3_720_000, '1h 02m'],
    [183_600_000, '2d 03h'],
  ])('duration of %d ms', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('name the day where it is another', () => {
    expect(formatSince(NOW - 60_000, NOW)).toBe('06:59:00Z');
    expect(formatSince(NOW - 86_400_000, NOW)).toBe('2026-11-20 07:00Z');
    expect(formatSince(undefined, NOW)).toBe('?');
  });

  it('are written for all that a Date holds', () => {
    const ms = fc.integer({ min: -8.64e15, max: 8.64e15 });
    fc.assert(
      fc.property(ms, ms, (a, b) => {
        expect(formatSince(a, b)).not.toContain('NaN');
        expect(formatOffset(a - b)).toMatch(/^[+-][\dd: ]+$/);
      }),
    );
  });
});
