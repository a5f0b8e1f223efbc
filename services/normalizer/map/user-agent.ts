/**
 * Owns: `user_agent.*`. What a program says about itself is its own choice: an allow list of it
 * protects nothing.
 */
import type { JsonObject } from '../read/leaf.ts';
import { compact } from './fields.ts';
import { beginning } from './ingest.ts';
import { remembered } from '../remembered.ts';

const MAX_CHARS = 64;

/** `text` up to the first of the characters. */
function upTo(text: string, ...ends: readonly string[]): string {
  const at = ends.map((end) => text.indexOf(end)).filter((i) => i >= 0);
  return at.length === 0 ? text : text.slice(0, Math.min(...at));
}

function part(text: string): string | undefined {
  return text === '' ? undefined : beginning(text, MAX_CHARS);
}

/** `linux/amd64` in the first brackets, as client-go writes it. */
function systemOf(original: string): JsonObject | undefined {
  const open = original.indexOf(' (');
  if (open < 0) return undefined;
  const inside = upTo(original.slice(open + 2, open + 2 + MAX_CHARS), ')');
  const [name = '', rest] = inside.split('/');
  return rest === undefined ? undefined : compact({ name: part(name) });
}

/**
 * `kubectl/v1.33.1 (linux/amd64) kubernetes/8adc0f0` is kubectl 1.33.1 on linux. Browsers all call
 * themselves Mozilla: theirs is left as it is.
 */
export const userAgentOf = remembered((original: string): JsonObject => {
  const name = upTo(original, '/', ' ');
  if (name === 'Mozilla') return { original };
  const rest = original[name.length] === '/' ? original.slice(name.length + 1) : '';
  const version = upTo(rest, ' ', '/');
  return {
    original,
    name: part(name),
    version: part(/^v\d/.test(version) ? version.slice(1) : version),
    os: systemOf(original),
  };
});
