import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detailsOf } from '../../../../../services/cli/sessions/details.ts';
import { foldTimeline } from '../../../../../services/cli/sessions/fold.ts';
import { timelineOf } from '../../../../../services/cli/sessions/timeline.ts';
import { RICH } from './documents.ts';

interface Line {
  readonly s: number;
  readonly text?: string;
  readonly pid?: number;
  readonly start?: boolean;
  readonly more?: object;
}

/** What the folded timeline of such commands shows, the frame of the session left out. */
function folded(lines: readonly Line[], session: object = {}) {
  const commands = lines.map(({ more, pid = 1, s, start = false, text }) => ({
    ...{ time: new Date(1_800_000_000_000 + s * 1_000).toISOString(), command_line: text, pid },
    ...{ session_start: start, confidence: 'exact', ...more },
  }));
  const document = { podwitness: { session: { commands, ...session } } };
  return foldTimeline(timelineOf(detailsOf(document)))
    .filter(({ kind }) => kind !== 'request')
    .map(({ confidence, notes, text, times }) => ({ text, times, confidence, notes }));
}

const textsOf = (lines: readonly Line[]) =>
  folded(lines).map(({ text, times }) => (times === undefined ? text : `${times} ${text}`));

describe('the wrapper of the runtime and its command', () => {
  it('are one entry where process and text are the same', () => {
    const lines = [
      { s: 0, text: 'sh -c id', pid: 7, start: true },
      { s: 1, text: 'sh -c id', pid: 7 },
    ];
    expect(textsOf(lines)).toEqual(['sh -c id']);
  });

  it('are one also where another process is between them, and where one of them has no text', () => {
    const wrapper = { s: 0, text: 'sh', pid: 7, start: true };
    expect(textsOf([wrapper, { s: 1, text: 'id', pid: 8 }, { s: 2, text: 'sh', pid: 7 }])).toEqual([
      ...['sh', 'id'],
    ]);
    expect(textsOf([wrapper, { s: 1, pid: 7 }])).toEqual(['sh']);
    expect(
      textsOf([
        { s: 0, pid: 7, start: true },
        { s: 1, text: 'id', pid: 7 },
      ]),
    ).toEqual(['id']);
  });

  it.each([
    ['another text', { s: 1, text: 'id', pid: 7 }],
    ['another process', { s: 1, text: 'sh', pid: 8 }],
    ['another node', { s: 1, text: 'sh', pid: 7, more: { node: 'other' } }],
    ['much later: the number was used again', { s: 60, text: 'sh', pid: 7 }],
  ])('are two: %s', (_why, second) => {
    expect(textsOf([{ s: 0, text: 'sh', pid: 7, start: true }, second])).toHaveLength(2);
  });

  it('are as unsure as the less sure of them', () => {
    const lines = [
      { s: 0, text: 'sh', start: true },
      { s: 1, text: 'sh', more: { confidence: 'conflict' } },
    ];
    expect(folded(lines)).toMatchObject([{ confidence: 'conflict' }]);
    expect(folded(lines)[0]?.notes).toHaveLength(2);
  });

  it('take each other once: a second run of the command is an entry of its own', () => {
    const lines = [0, 1, 2].map((s) => ({ s, text: 'sh', pid: 7, start: s === 0 }));
    expect(textsOf(lines)).toEqual(['sh', 'sh']);
  });
});

describe('what is repeated', () => {
  it('is one entry with a count, whatever process it was', () => {
    const lines = [0, 1, 2, 3].map((s) => ({ s, text: 'curl x', pid: s }));
    expect(textsOf(lines)).toEqual(['4 curl x']);
  });

  it('is not put together over anything in between', () => {
    const texts = ['a', 'a', 'b', 'a'];
    expect(textsOf(texts.map((text, s) => ({ s, text })))).toEqual(['2 a', 'b', 'a']);
  });

  it.each([
    ['how sure', { confidence: 'inferred' }],
    ['what it may be of', { others: ['x'] }],
    ['that it outlived', { outlived: true }],
    ['who', { user: { id: '0' } }],
    ['where', { container: 'sidecar' }],
  ])('is not put together where this differs: %s', (_what, more) => {
    expect(
      textsOf([
        { s: 0, text: 'a' },
        { s: 1, text: 'a', more },
      ]),
    ).toHaveLength(2);
  });

  it('counts every command once', () => {
    const command = fc.record({
      s: fc.integer({ min: 0, max: 20 }),
      text: fc.constantFrom('a', 'b'),
      pid: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (lines) => {
        const total = folded(lines).reduce((sum, { times = 1 }) => sum + times, 0);
        expect(total).toBe(lines.length);
      }),
    );
  });
});

describe('a timeline', () => {
  const entries = timelineOf(detailsOf(RICH));

  it('has each thing at its offset, cut times not before the beginning', () => {
    expect(entries.map(({ kind }) => kind).slice(0, 3)).toEqual(['request', 'start', 'command']);
    expect(entries[2]).toMatchObject({ offsetMs: 21, text: 'sh' });
    expect(entries.at(-1)).toMatchObject({ kind: 'command', outlived: true });
  });

  it('does not depend on the order in which the record lists things of different times', () => {
    const { podwitness } = RICH as { podwitness: { session: Record<string, object[]> } };
    const { session } = podwitness;
    const turned = { ...session, commands: [...(session['commands'] ?? [])].reverse() };
    const document = { ...RICH, podwitness: { ...podwitness, session: turned } };
    expect(timelineOf(detailsOf(document))).toEqual(entries);
  });
});
