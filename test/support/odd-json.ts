/**
 * Owns: JSON text for tests, written as oddly as the grammar allows: white space, escapes in keys
 * and texts, keys that occur twice.
 */
import fc from 'fast-check';

/** Where the writer of a text had a choice; one number in [0, 1) for each. */
type Choices = () => number;

const SPACES = ['', '', '', ' ', '\n', '\t', '\r\n', '  '];

function space(choose: Choices): string {
  return SPACES[Math.floor(choose() * SPACES.length)] as string;
}

function escapedUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function textOf(value: string, choose: Choices): string {
  const plain = JSON.stringify(value);
  if (choose() < 0.8) return plain;
  return `"${Array.from({ length: value.length }, (_, i) => escapedUnit(value[i] as string)).join('')}"`;
}

function memberOf(key: string, value: unknown, choose: Choices): string {
  const text = `${textOf(key, choose)}${space(choose)}:${render(value, choose)}`;
  // An earlier member of the same name, which JSON.parse forgets.
  return choose() < 0.9
    ? text
    : `${textOf(key, choose)}:["]", {"items":[1]}],${space(choose)}${text}`;
}

function bare(value: unknown, choose: Choices): string {
  const join = (parts: readonly string[]): string =>
    parts.join(`${space(choose)},${space(choose)}`);
  if (typeof value === 'string') return textOf(value, choose);
  if (Array.isArray(value)) return `[${space(choose)}${join(value.map((v) => render(v, choose)))}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, v]) => memberOf(key, v, choose));
  return `{${space(choose)}${join(members)}${space(choose)}}`;
}

/** `value` as JSON text that JSON.parse reads back. */
export function render(value: unknown, choose: Choices): string {
  return `${space(choose)}${bare(value, choose)}${space(choose)}`;
}

/** A repeatable row of choices. */
export function choicesFrom(seed: number): Choices {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const KEYS = ['items', 'Items', 'kind', 'a:b', '"items"', 'it\\ems', '__proto__', '', 'ключ'];

export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(null, true, 0, -1.5e3, '', '"', '\\', '[{', '\u0000', '😀'),
      fc.string(),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

/** A JSON value and one odd way of writing it. */
export const anyJsonText: fc.Arbitrary<{ readonly value: unknown; readonly text: string }> = fc
  .tuple(anyJson, fc.nat())
  .map(([value, seed]) => ({ value, text: render(value, choicesFrom(seed)) }));
