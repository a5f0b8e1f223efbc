/**
 * Owns: a session as one HTML file that can be put to an incident: complete in itself, without script,
 * links or anything that is loaded, under a content-security policy that would refuse all of these.
 * Does not own: escaping (markup.ts).
 */
import { createHash } from 'node:crypto';
import type { SessionDetails } from './details.ts';
import { foldTimeline } from './fold.ts';
import { element, type Markup, readableJson } from './markup.ts';
import { PAGE_STYLE } from './page-style.ts';
import { type Fact, summaryOf, titleOf } from './summary.ts';
import { type Entry, timelineOf } from './timeline.ts';
import { formatClock, formatDuration, formatOffset, formatTime } from './times.ts';

function sha256(text: string, encoding: 'base64' | 'hex'): string {
  return createHash('sha256').update(text).digest(encoding);
}

/** Nothing may be loaded, run, sent or framed; the one style block is named by its hash. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${sha256(PAGE_STYLE, 'base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function listOfFacts(facts: readonly Fact[]): Markup {
  const parts = facts.flatMap(({ label, lines }) => [
    element('dt', [label]),
    ...lines.map((line) => element('dd', [line])),
  ]);
  return element('dl', parts);
}

const COLUMNS = ['Offset', 'Time (UTC)', 'What', 'How sure, how serious', 'Process', 'Text'];
const SURE = new Set(['exact', undefined]);

/** `3 times in 1m 05s` */
function repetition({ times, timeMs, untilMs }: Entry): readonly string[] {
  if (times === undefined) return [];
  const isSpan = untilMs !== undefined && timeMs !== undefined;
  return [`${times} times${isSpan ? ` in ${formatDuration(untilMs - timeMs)}` : ''}`];
}

function rowOf(entry: Entry): Markup {
  const { confidence, facts, kind, level, notes, offsetMs, text, timeMs } = entry;
  const sure = [confidence, level].filter((part) => part !== undefined).join(', ');
  const doubt = SURE.has(confidence) ? {} : { class: 'doubt' as const };
  return element('tr', [
    element('th', [offsetMs === undefined ? '?' : formatOffset(offsetMs)], { scope: 'row' }),
    element('td', [timeMs === undefined ? 'not known' : formatClock(timeMs)]),
    element('td', [kind]),
    element('td', [sure], doubt),
    element('td', [[...repetition(entry), ...facts].join(', ')]),
    element('td', [
      element('code', [text]),
      ...notes.map((note) => element('small', [note], { class: 'note' })),
    ]),
  ]);
}

function timelineTable(session: SessionDetails): Markup {
  const { requestedMs, startedMs, state } = session;
  const zero = formatTime(requestedMs ?? startedMs);
  const open = state === 'open' ? ' The session is still open.' : '';
  const caption = `Offsets count from ${zero}. What is repeated without anything in between is one line; the record has each.${open}`;
  const rows = foldTimeline(timelineOf(session)).map(rowOf);
  const titles = COLUMNS.map((title, i) =>
    element(
      'th',
      [title],
      i === COLUMNS.length - 1 ? { scope: 'col', class: 'text' } : { scope: 'col' },
    ),
  );
  return element('table', [
    element('caption', [caption]),
    element('thead', [element('tr', titles)]),
    element('tbody', rows),
  ]);
}

function custody({ document, lastSeenMs, revision }: SessionDetails): readonly Markup[] {
  const number = revision === undefined ? 'that is not said' : String(revision);
  return [
    element('p', [
      `The record as it was stored: revision ${number}, with the latest evidence of ${formatTime(lastSeenMs)}. A session's record is replaced when more becomes known.`,
    ]),
    element('p', [
      ...['SHA-256 of the record: ', element('code', [sha256(JSON.stringify(document), 'hex')])],
    ]),
    element('p', [
      'It is the hash of this JSON on one line without blanks between its parts, as this prints it: ',
      element('code', [
        "podwitness query sessions --where podwitness.session.id=ID --output ndjson | tr -d '\\n' | sha256sum",
      ]),
    ]),
    element('pre', [element('code', [readableJson(document)])]),
  ];
}

function bodyOf(session: SessionDetails, madeMs: number): Markup {
  const { id = 'without an id' } = session;
  return element('body', [
    element('header', [
      element('h1', [`Session: ${titleOf(session)}`]),
      element('p', ['Session ', element('code', [id]), `. Report made ${formatTime(madeMs)}.`]),
    ]),
    element('main', [
      element('section', [element('h2', ['Summary']), listOfFacts(summaryOf(session))]),
      element('section', [element('h2', ['Timeline']), timelineTable(session)]),
      element('section', [element('h2', ['Record']), ...custody(session)]),
    ]),
    element('footer', [
      element('p', [
        'Made by podwitness from the Kubernetes audit log and what nodes tell of processes. Characters that can not be seen are written as \\u{…}.',
      ]),
    ]),
  ]);
}

/** The whole file. `madeMs`: when the report is made. The same arguments give the same bytes. */
export function sessionPage(session: SessionDetails, madeMs: number): string {
  const head: Markup = {
    html: [
      '<head><meta charset="utf-8">',
      `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">',
      element('title', [`Session: ${titleOf(session)}`]).html,
      `<style>${PAGE_STYLE}</style></head>`,
    ].join('\n'),
  };
  const page = element('html', [head, bodyOf(session, madeMs)], { lang: 'en', dir: 'ltr' });
  return `<!DOCTYPE html>\n${page.html}\n`;
}
