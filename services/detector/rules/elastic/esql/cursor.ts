/**
 * Owns: going through the tokens of a query, and what is said where one is not what it should be.
 */
import { invalid, type QueryFault } from '../fault.ts';
import type { Token } from './lexer.ts';

/** Deeper nesting than any rule has, far below what the stack takes. */
const MAX_DEPTH = 100;

export interface Cursor {
  readonly source: string;
  peek(ahead?: number): Token;
  next(): Token;
  /** Whether the next token is one of these signs or words, whatever their case. */
  is(...texts: readonly string[]): boolean;
  /** The next token, if it is the sign or word. */
  take(text: string): Token | undefined;
  /** The next token, which must be the sign or word. */
  expect(text: string): Token;
  /** The end of the last token that was taken. */
  end(): number;
  fault(what: string, remedy?: string): QueryFault;
  /** Runs one step deeper; too deep is a fault. */
  nested<T>(step: () => T): T;
}

export function createCursor(source: string, tokens: readonly Token[]): Cursor {
  const last: Token = { kind: 'end', value: '', start: source.length, end: source.length };
  let at = 0;
  let depth = 0;
  const peek: Cursor['peek'] = (ahead = 0) => tokens[at + ahead] ?? last;
  const is: Cursor['is'] = (...texts) => {
    const { kind, value } = peek();
    return (kind === 'sign' || kind === 'name') && texts.includes(value.toLowerCase());
  };
  const next: Cursor['next'] = () => {
    const token = peek();
    at++;
    return token;
  };
  const fault: Cursor['fault'] = (what, remedy = 'Mend the query here.') => {
    const token = peek();
    return invalid(token.start, `${what}, not ${nameOf(token)}`, remedy);
  };
  return {
    ...{ source, peek, next, is, fault },
    take: (text) => (is(text) ? next() : undefined),
    expect(text) {
      if (is(text)) return next();
      throw fault(`${text.toUpperCase()} should stand here`);
    },
    end: () => tokens[at - 1]?.end ?? 0,
    nested(step) {
      if (depth >= MAX_DEPTH) {
        const reason = `the query nests more than ${MAX_DEPTH} deep`;
        throw invalid(peek().start, reason, 'Use fewer parentheses.');
      }
      depth++;
      const result = step();
      depth--;
      return result;
    },
  };
}

function nameOf({ kind, value }: Token): string {
  if (kind === 'end') return 'the end of the query';
  if (kind !== 'bad') return JSON.stringify(value.slice(0, 40));
  if (value === '"' || value === '"""')
    return 'a text that is not closed, or has an escape that is none';
  return value === '`' ? 'a name that is not closed' : `the character ${JSON.stringify(value)}`;
}
