import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { escapeForTerminal } from '../../../../../services/cli/output/escape.ts';
import { detailsOf } from '../../../../../services/cli/sessions/details.ts';
import { sessionPage } from '../../../../../services/cli/sessions/page.ts';
import type { StoredDocument } from '../../../../../shared/ports/event-store.ts';
import { ATTACHED, EMPTY, HOSTILE_TEXTS, ODD, RICH, sessionOfText } from './documents.ts';

type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.ChildNode;

const NAMED = HOSTILE_TEXTS.map((text) => [text.slice(0, 40), text] as const);

const MADE_MS = Date.parse('2026-11-21T07:00:00Z');

const ELEMENTS = new Set([
  ...['html', 'head', 'meta', 'title', 'style', 'body', 'header', 'main', 'section', 'footer'],
  ...['h1', 'h2', 'p', 'dl', 'dt', 'dd', 'pre', 'code', 'small'],
  ...['table', 'caption', 'thead', 'tbody', 'tr', 'th', 'td'],
]);
const ATTRIBUTES = new Set(['lang', 'dir', 'class', 'scope', 'charset', 'http-equiv', 'content']);

interface Page {
  readonly elements: readonly Element[];
  readonly comments: number;
  readonly errors: readonly string[];
}

function textOf(node: Node): string {
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

function parsed(html: string): Page {
  const errors: string[] = [];
  const document = parse(html, { onParseError: ({ code }) => errors.push(code) });
  const elements: Element[] = [];
  let comments = 0;
  const walk = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if (node.nodeName === '#comment') comments++;
      if ('tagName' in node) elements.push(node);
      if ('childNodes' in node) walk(node.childNodes);
    }
  };
  walk(document.childNodes);
  return { elements, comments, errors };
}

const pageOf = (document: StoredDocument) => sessionPage(detailsOf(document), MADE_MS);
const texts = ({ elements }: Page, tag: string) =>
  elements.filter(({ tagName }) => tagName === tag).map(textOf);

/** No element, attribute or comment but ours, and no parse error: nothing broke out of its place. */
function expectTame(page: Page): void {
  for (const { attrs, tagName } of page.elements) {
    expect(ELEMENTS).toContain(tagName);
    for (const { name } of attrs) {
      if (tagName !== 'meta') expect(ATTRIBUTES).toContain(name);
    }
  }
  expect(page.comments).toBe(0);
  expect(page.errors).toEqual([]);
}

/** How often each element is there: hostile text must not change it. */
function countsOf(page: Page): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { tagName } of page.elements) counts[tagName] = (counts[tagName] ?? 0) + 1;
  return counts;
}

describe('the report of a session', () => {
  it('is one file under a policy that names its one style block', () => {
    const page = parsed(pageOf(RICH));
    const [style] = texts(page, 'style');
    const hash = createHash('sha256')
      .update(style ?? '')
      .digest('base64');
    const policies = page.elements
      .filter(({ attrs }) => attrs.some(({ name }) => name === 'http-equiv'))
      .map(({ attrs }) => attrs.map(({ value }) => value));
    expect(policies).toEqual([
      [
        'Content-Security-Policy',
        `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
      ],
    ]);
    expect(style).not.toMatch(/url\(|@import|<|expression/);
    expect(texts(page, 'style')).toHaveLength(1);
  });

  it('can be read by whoever can not see it', () => {
    const page = parsed(pageOf(RICH));
    expect(page.elements[0]?.attrs).toContainEqual({ name: 'lang', value: 'en' });
    expect(texts(page, 'title')).toEqual(['Session: exec by bob as alice in payments/pay-0']);
    expect(texts(page, 'h1')).toHaveLength(1);
    expect(texts(page, 'h2')).toEqual(['Summary', 'Timeline', 'Record']);
    expect(texts(page, 'caption')).toHaveLength(1);
    const scopes = page.elements
      .filter(({ tagName }) => tagName === 'th')
      .map(({ attrs }) => attrs.find(({ name }) => name === 'scope')?.value);
    expect(scopes.filter((scope) => scope === 'col')).toHaveLength(6);
    expect(scopes.filter((scope) => scope !== 'col' && scope !== 'row')).toEqual([]);
  });

  it.each([RICH, ATTACHED, EMPTY, ODD])('holds the whole record and its hash', (document) => {
    const page = parsed(pageOf(document));
    const [record = ''] = texts(page, 'pre');
    expect(JSON.parse(record)).toEqual(document);
    const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex');
    expect(texts(page, 'code')).toContain(hash);
    expectTame(page);
  });

  it('says when it was made and which revision it shows', () => {
    const html = pageOf(RICH);
    expect(html).toContain('Report made 2026-11-21 07:00:00.000 UTC');
    expect(html).toContain('revision 12');
    expect(pageOf(RICH)).toBe(html);
  });
});

describe('hostile text in a report', () => {
  const counts = countsOf(parsed(pageOf(sessionOfText('plain'))));

  it.each(NAMED)('is text: %j', (_name, text) => {
    const page = parsed(pageOf(sessionOfText(text)));
    expectTame(page);
    expect(countsOf(page)).toEqual(counts);
    const shown = escapeForTerminal(text);
    expect(texts(page, 'dd')[0]).toBe(shown);
    expect(texts(page, 'code')).toContain(shown);
    expect(texts(page, 'title')[0]).toContain(shown);
    expect(JSON.parse(texts(page, 'pre')[0] ?? '')).toEqual(sessionOfText(text));
  });

  it('leaves nothing in the file that is unsafe to look at', () => {
    const unsafe = /[^\P{Cc}\n]|[\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]|\u00ad|\u200b|\ufeff/u;
    for (const text of HOSTILE_TEXTS) expect(pageOf(sessionOfText(text))).not.toMatch(unsafe);
  });

  it('is text whatever it is', () => {
    const markup = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '--',
      '!',
      '/',
      'script',
      '\u0000',
      ']',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.array(markup, { minLength: 1 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (value) => {
        const page = parsed(pageOf(sessionOfText(value)));
        expect(page.errors.filter((code) => code !== 'noncharacter-in-input-stream')).toEqual([]);
        expect(countsOf(page)).toEqual(counts);
        expect(texts(page, 'dd')[0]).toBe(escapeForTerminal(value));
      }),
      { numRuns: 100 },
    );
  });
});
