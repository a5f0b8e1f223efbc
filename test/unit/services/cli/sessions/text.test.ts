import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detailsOf } from '../../../../../services/cli/sessions/details.ts';
import { sessionLines } from '../../../../../services/cli/sessions/lines.ts';
import { formatSession } from '../../../../../services/cli/sessions/text.ts';
import { ATTACHED, EMPTY, HOSTILE_TEXTS, ODD, RICH, sessionOfText } from './documents.ts';

/** General categories that move, hide or reorder text: controls, formats, surrogates, separators. */
const UNSAFE = /[^\P{Cc}\n]|[\p{Cs}\p{Zl}\p{Zp}]|[\p{Bidi_Control}]|\u00ad|\u200b|\ufeff/u;

const NAMED = HOSTILE_TEXTS.map((text) => [text.slice(0, 40), text] as const);

const GOLDEN = '../../../../golden/session-views';

describe('a session as text', () => {
  it.each([
    ['rich', RICH],
    ['attached', ATTACHED],
    ['empty', EMPTY],
    ['odd', ODD],
  ])('%s', async (name, document) => {
    const session = detailsOf(document);
    await expect(formatSession(session)).toMatchFileSnapshot(`${GOLDEN}/${name}.txt`);
    await expect(formatSession(session, 100)).toMatchFileSnapshot(`${GOLDEN}/${name}-100.txt`);
  });

  it.each(NAMED)('is safe on a terminal: %j', (_name, text) => {
    const shown = formatSession(detailsOf(sessionOfText(text)), 120);
    expect(shown).not.toMatch(UNSAFE);
    for (const line of shown.split('\n')) {
      expect(line.length).toBeLessThanOrEqual(120);
      // Only what is ours begins at the margin.
      expect(line).toMatch(/^($| |Session |Timeline)/);
    }
  });

  it('is safe whatever stands in it', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string());
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 200 }), (value, width) => {
        const session = detailsOf(sessionOfText(value));
        expect(formatSession(session, width)).not.toMatch(UNSAFE);
        expect(formatSession(session)).not.toMatch(UNSAFE);
      }),
      { numRuns: 50 },
    );
  });

  it('loses nothing of a long command when it is broken into lines', () => {
    const command = Array.from({ length: 300 }, (_, i) => `arg${i}`).join(' ');
    const document = { podwitness: { session: { commands: [{ command_line: command }] } } };
    const lines = formatSession(detailsOf(document), 90).split('\n');
    const text = lines.map((line) => line.replace(/^\s*\| /, '').replace(/^ *\?.*? {2}arg/, 'arg'));
    expect(text.join(' ').replace(/\s+/g, ' ')).toContain(command);
  });
});

describe('a session as lines', () => {
  const linesOf = (document: object) =>
    sessionLines(detailsOf(document as never))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('has the session first, then each entry, none folded', async () => {
    const [head, ...entries] = linesOf(RICH);
    expect(head).toMatchObject({ type: 'session', user: 'bob', pod: 'pay-0', command_count: 8 });
    expect(entries.filter(({ type }) => type === 'command')).toHaveLength(8);
    await expect(sessionLines(detailsOf(RICH))).toMatchFileSnapshot(`${GOLDEN}/rich.ndjson`);
  });

  it('has what makes an entry unsure in fields of their own', () => {
    const entries = linesOf(RICH);
    expect(entries.filter(({ outlived }) => outlived)).toHaveLength(1);
    expect(entries.flatMap(({ others }) => others ?? [])).toEqual(['8yTTqk2uFh0sWvE3cJmNp5RxLZa']);
  });

  it('gives texts as they are, whatever they are', () => {
    for (const text of HOSTILE_TEXTS) {
      const commands = linesOf(sessionOfText(text)).filter(({ type }) => type === 'command');
      expect(commands).toMatchObject([{ command_line: text }]);
    }
  });
});
