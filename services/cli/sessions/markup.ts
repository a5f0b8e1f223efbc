/**
 * Owns: HTML in which text can not become markup: whatever is a string is escaped, and what has no
 * width, moves the cursor or turns the direction of writing is shown as what it is.
 */
import { escapeForTerminal } from '../output/escape.ts';

/** HTML that was made here. */
export interface Markup {
  readonly html: string;
}

/** What a page is made of. None of them loads, runs or leads anywhere. */
type Tag =
  | ('html' | 'head' | 'title' | 'body' | 'header' | 'main' | 'section' | 'footer')
  | ('h1' | 'h2' | 'p' | 'dl' | 'dt' | 'dd' | 'ul' | 'li' | 'pre' | 'code' | 'small')
  | ('table' | 'caption' | 'thead' | 'tbody' | 'tr' | 'th' | 'td');

/** Values are ours, never a text of somebody else. */
interface Attributes {
  readonly class?: 'doubt' | 'note' | 'text';
  readonly scope?: 'col' | 'row';
  readonly lang?: 'en';
  readonly dir?: 'ltr';
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function entities(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? '');
}

/** The text with unsafe characters as `\u{hex}`, as HTML. */
function textOf(text: string): string {
  return entities(escapeForTerminal(text));
}

export function element(
  tag: Tag,
  content: readonly (Markup | string)[],
  attributes: Attributes = {},
): Markup {
  const said = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
  const inner = content.map((part) => (typeof part === 'string' ? textOf(part) : part.html));
  return { html: `<${tag}${said.join('')}>${inner.join('')}</${tag}>` };
}

/** What JSON writes for a character that can not be seen: `\u202e`. */
function jsonEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/**
 * A JSON value for the eye, as the content of `pre`: still the same value for whoever parses it, as
 * what is unsafe to show is written with JSON's own escapes.
 */
export function readableJson(value: unknown): Markup {
  const indented = JSON.stringify(value, null, 2);
  const visible = indented.replace(/[^\n\x20-\x7e]/gu, (character) =>
    escapeForTerminal(character) === character ? character : jsonEscape(character),
  );
  return { html: entities(visible) };
}
