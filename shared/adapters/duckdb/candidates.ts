/**
 * Owns: a cheap condition that a document's text fulfils whenever the document matches, so that
 * the engine can leave out most documents before they are parsed.
 * Does not own: the decision (shared/domain/field-path.ts), the SQL (read-documents.ts).
 *
 * The condition compares text with text: it holds for documents that are written as
 * JSON.stringify writes them. Others (an escape that is not needed, a number such as 1e3) are
 * marked when they are stored, and always parsed.
 */

/** An escape that JSON.stringify may not make, or a number that String(number) may not give. */
const UNUSUAL = /\\[u/]|[:,[]\s*-?(?:\d+(?:\.\d+)?[eE]|[\d.]{16}|0\.0{6})/;

/** Lone halves of surrogate pairs: a piece of a pattern that cuts a character in two. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Must this document be parsed in any case? `json`: the document's text. */
export function isUnusual(json: string): boolean {
  return UNUSUAL.test(json);
}

/**
 * Texts that all stand in every document, unusual ones excepted, that has a value matching
 * `pattern`.
 */
export function necessaryTexts(pattern: string): readonly string[] {
  return pattern
    .split('*')
    .filter((piece) => piece !== '' && !LONE_SURROGATE.test(piece))
    .map((piece) => JSON.stringify(piece).slice(1, -1));
}
