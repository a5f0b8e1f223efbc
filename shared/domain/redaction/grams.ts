/**
 * Owns: a first look at a text, cheap enough for every text of every record: does any of the places
 * at which a secret could be known occur in it? A fifth of what the pattern behind it costs
 * (docs/redaction.md, Costs).
 * Does not own: what is found there (shapes.ts, assignments.ts).
 */

/**
 * Three characters of each name and shape that is looked for, the rarest ones of it: `cre` is in
 * `secret` and in `credential`, `asi` in `basic` and in `ASIA`. Case does not count.
 */
const GRAMS = [
  ...['pas', 'pwd', 'cre', 'tok', 'key', 'uth', 'kie', 'dsn', 'jwt', 'psk', 'otp', 'sas', 'nec'],
  ...['rer', 'asi', 'ied', 'ue:', '://', 'eyj', 'zxl', 'ls0', 'aki', 'ghp', 'gho', 'ghu', 'ghs'],
  ...['ghr', 'hub', 'glp', 'glr', 'gld', 'glc', 'gls', 'xox', 'aiz', 'ya2', 'rk_', 'sk_', 'sk-'],
  ...['hvs', 'hvb', 'hvr', 'npm', 'dop', 'sg.', 'pyp'],
];
/** `pw=`, `pw:`, and at the end of a name. */
const PAIRS = ['pw'];

const BITS = 5;
const MASK = 2 ** BITS - 1;
const SIZE = 2 ** (3 * BITS);

function gramAt(text: string, at: number): number {
  const code = (i: number): number => text.charCodeAt(at + i) & MASK;
  return code(0) | (code(1) << BITS) | (code(2) << (2 * BITS));
}

function tableOf(): Uint8Array {
  const table = new Uint8Array(SIZE);
  for (const gram of GRAMS) table[gramAt(gram, 0)] = 1;
  for (const pair of PAIRS) {
    for (let last = 0; last <= MASK; last++) {
      table[gramAt(`${pair}@`, 0) | (last << (2 * BITS))] = 1;
    }
  }
  return table;
}

const TABLE = tableOf();

/** False: there is nothing in it that is looked for. True: there may be. */
export function hasGram(text: string): boolean {
  let gram = 0;
  for (let i = 0; i < text.length; i++) {
    gram = (gram >> BITS) | ((text.charCodeAt(i) & MASK) << (2 * BITS));
    if (TABLE[gram] === 1) return true;
  }
  return false;
}
