/**
 * Owns: making text safe for a terminal. Names, agents and commands are an attacker's text on the
 * screen of whoever is on call: control characters could move the cursor or fake other lines, bidi
 * controls could reorder what is read.
 */

/** C0 and C1 controls, DEL, line and paragraph separators, bidi controls, what has no width, BOM. */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for.
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

/** Unsafe characters become `\u{hex}`; the backslash itself stays, so that paths stay readable. */
export function escapeForTerminal(text: string): string {
  return text.replace(UNSAFE, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}
