/**
 * Owns: secrets in a text of any kind: a message, an annotation, a file in a ConfigMap.
 * Does not own: commands (command.ts), texts that are JSON (leaf.ts).
 */
import { findAssignments } from './assignments.ts';
import { hasGram } from './grams.ts';
import { findShapes } from './shapes.ts';
import { type Span, withoutSpans } from './spans.ts';
import type { Trace } from './trace.ts';

const MIN_CHARS = 6;
const BRACE = 0x7b;
const BRACKET = 0x5b;
const BLANK = 0x20;
/**
 * Every text with something in it that is looked for has one of these. Slow, so it is asked only where
 * a first look found something (grams.ts, whose list follows this one).
 */
const TRIGGER =
  /pass|pwd|secret|token|key|cred|auth|cookie|dsn|jwt|psk|otp|sas[^a-z]|pw[^a-z]|connection|bearer|basic|identified|value: "|:\/\/|eyj|zxlk|ls0t|akia|asia|gh[pousr]_|github_pat|gl(?:pat|rt|dt|ptt|cbt|soat)-|xox|aiza|ya29|[rs]k_|sk-|hv[sbr]\.|npm_|dop_v1|sg\.|pypi-/i;

/** Can the text be passed by? */
export function isHarmless(text: string): boolean {
  return text.length < MIN_CHARS || !hasGram(text) || !TRIGGER.test(text);
}

/** A text that may be JSON is looked into: names in it say what no text around them does. */
export function isDullText(text: string): boolean {
  const first = text.charCodeAt(0);
  return first !== BRACE && first !== BRACKET && first > BLANK && isHarmless(text);
}

/** Secrets by their shape and behind names. */
export function redactText(text: string, trace: Trace): string {
  if (isHarmless(text)) return text;
  const spans: Span[] = [];
  findShapes(text, spans);
  findAssignments(text, spans);
  return withoutSpans(text, spans, trace);
}

/** Secrets by their shape alone: in prose a colon assigns nothing. */
export function redactProse(text: string, trace: Trace): string {
  if (isHarmless(text)) return text;
  const spans: Span[] = [];
  findShapes(text, spans);
  return withoutSpans(text, spans, trace);
}
