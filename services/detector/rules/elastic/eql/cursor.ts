/** Owns: walking over the tokens of an EQL query. */
import { invalid } from '../fault.ts';
import type { Token } from './tokens.ts';

/** Deeper nesting than any rule has, far below what the stack takes. */
const MAX_DEPTH = 100;
/** Terms of sums and products, each of which nests the tree by one. */
const MAX_OPERATORS = 1000;

export interface Cursor {
  /** The next token, or one behind it; the end stands there for ever. */
  peek(ahead?: number): Token;
  next(): Token;
  /** Not a text that only looks like it. */
  isSign(sign: string, ahead?: number): boolean;
  /** Past the word, if it is the next. */
  takeWord(word: string): boolean;
  /** Past one of the signs, if it is the next. */
  takeSign<S extends string>(...signs: readonly S[]): S | undefined;
  expectWord(word: string): void;
  expectSign(sign: string): void;
  /** The fault that something else should stand here. */
  expected(what: string): Error;
  nested<T>(read: () => T): T;
  count(): void;
}

export function createCursor(tokens: readonly Token[]): Cursor {
  const end: Token = { kind: 'end', text: '', offset: 0, end: 0 };
  let at = 0;
  let depth = 0;
  let operators = 0;
  const peek = (ahead = 0): Token => tokens[at + ahead] ?? tokens.at(-1) ?? end;
  const next = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  const is = (kind: Token['kind'], text: string, ahead = 0) =>
    peek(ahead).kind === kind && peek(ahead).text === text;
  const expected = (what: string): Error => {
    const { kind, offset, text } = peek();
    const found = kind === 'end' ? 'its end' : JSON.stringify(text.slice(0, 40));
    const reason = `the query has ${found} where ${what} should stand`;
    return invalid(offset, reason, 'Mend the EQL query here.');
  };
  const tooDeep = (): Error =>
    invalid(peek().offset, 'the query nests too deeply', 'Write it with fewer parentheses.');
  return {
    peek,
    next,
    expected,
    isSign: (sign, ahead) => is('sign', sign, ahead),
    takeWord(word) {
      const isHere = is('name', word);
      if (isHere) at += 1;
      return isHere;
    },
    takeSign(...signs) {
      const sign = signs.find((one) => is('sign', one));
      if (sign !== undefined) at += 1;
      return sign;
    },
    expectWord(word) {
      if (!is('name', word)) throw expected(`"${word}"`);
      at += 1;
    },
    expectSign(sign) {
      if (!is('sign', sign)) throw expected(`"${sign}"`);
      at += 1;
    },
    nested(read) {
      depth += 1;
      if (depth > MAX_DEPTH) throw tooDeep();
      const result = read();
      depth -= 1;
      return result;
    },
    count() {
      operators += 1;
      if (operators > MAX_OPERATORS) throw tooDeep();
    },
  };
}
