/**
 * Owns: Sigma's condition language (specification v2.1.0, "Condition"): text to tree.
 * Does not own: what a selection tests.
 */
import type { Condition } from './model.ts';

/** Deeper nesting than any rule has, far below what the stack takes. */
const MAX_DEPTH = 100;
/** Selections that `1 of x*` and `all of x*` may stand for, all together. */
const MAX_WRITTEN_OUT = 10_000;

interface ConditionProblem {
  readonly kind: 'invalid' | 'unsupported';
  readonly reason: string;
  readonly remedy: string;
}
type ConditionResult =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly problem: ConditionProblem };

interface Token {
  readonly text: string;
  /** Character of the condition, counted from 1. */
  readonly at: number;
}

/** Carries a problem up to parseCondition; never leaves this file. */
class ConditionError extends Error {
  readonly problem: ConditionProblem;
  constructor(problem: ConditionProblem) {
    super(problem.reason);
    this.problem = problem;
  }
}

/** @param names the rule's search identifiers, which the condition may refer to. */
export function parseCondition(source: string, names: readonly string[]): ConditionResult {
  try {
    const parser = createParser(tokenize(source), names);
    return { ok: true, condition: parser.parse() };
  } catch (error) {
    if (error instanceof ConditionError) return { ok: false, problem: error.problem };
    throw error;
  }
}

function invalid(reason: string, remedy: string): ConditionError {
  return new ConditionError({ kind: 'invalid', reason, remedy });
}

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of source.matchAll(/\s+|[()]|[\p{L}\p{N}_*.-]+|./gsu)) {
    const text = match[0];
    const at = match.index + 1;
    if (text.trim() === '') continue;
    if (text === '|') {
      throw new ConditionError({
        kind: 'unsupported',
        reason: `the condition has a pipe at character ${at}: aggregations left Sigma with version 2`,
        remedy: 'Take the aggregation out; counting over events needs a correlation rule.',
      });
    }
    if (!/^[()]$|^[\p{L}\p{N}_*.-]/u.test(text)) {
      throw invalid(
        `the condition has ${JSON.stringify(text)} at character ${at}, which means nothing there`,
        'Use search identifiers, and, or, not, 1 of, all of, and parentheses only.',
      );
    }
    tokens.push({ text, at });
  }
  return tokens;
}

function createParser(tokens: readonly Token[], names: readonly string[]) {
  let position = 0;
  let depth = 0;
  let writtenOut = 0;

  const peek = (): string | undefined => tokens[position]?.text.toLowerCase();
  const take = (): Token => {
    const token = tokens[position++];
    if (token !== undefined) return token;
    throw invalid('the condition ends too early', 'Complete it with a search identifier.');
  };

  function parse(): Condition {
    const condition = parseOr();
    const rest = tokens[position];
    if (rest === undefined) return condition;
    throw invalid(
      `the condition goes on with "${rest.text}" at character ${rest.at} after it was complete`,
      'Join the parts with and or or, and check the parentheses.',
    );
  }
  function parseOr(): Condition {
    return parseChain('or', parseAnd);
  }
  function parseAnd(): Condition {
    return parseChain('and', parseNot);
  }
  function parseChain(kind: 'and' | 'or', parseOperand: () => Condition): Condition {
    const operands = [parseOperand()];
    while (peek() === kind) {
      position++;
      operands.push(parseOperand());
    }
    return joined(kind, operands);
  }
  function parseNot(): Condition {
    if (peek() !== 'not') return parsePrimary();
    position++;
    return { kind: 'not', operand: nested(parseNot) };
  }
  function parsePrimary(): Condition {
    const token = take();
    if (token.text === '(') {
      const inner = nested(parseOr);
      if (take().text !== ')') throw invalid('a parenthesis is not closed', 'Close it with ).');
      return inner;
    }
    if (peek() === 'of') return parseQuantifier(token);
    return selectionNamed(token, names);
  }
  function parseQuantifier(quantifier: Token): Condition {
    position++;
    const kind = quantifierKind(quantifier);
    const target = take();
    const found = matching(target, names);
    writtenOut += found.length;
    if (writtenOut > MAX_WRITTEN_OUT) {
      const reason = `the condition stands for more than ${MAX_WRITTEN_OUT} selections`;
      throw invalid(reason, 'Divide the rule.');
    }
    return joined(
      kind,
      found.map((name): Condition => ({ kind: 'selection', name })),
    );
  }
  function nested(parseInner: () => Condition): Condition {
    if (++depth > MAX_DEPTH) {
      throw invalid(`the condition is nested deeper than ${MAX_DEPTH} levels`, 'Simplify it.');
    }
    const inner = parseInner();
    depth--;
    return inner;
  }
  return { parse };
}

function joined(kind: 'and' | 'or', operands: readonly Condition[]): Condition {
  const [first] = operands;
  return operands.length === 1 && first !== undefined ? first : { kind, operands };
}

function selectionNamed(token: Token, names: readonly string[]): Condition {
  if (names.includes(token.text)) return { kind: 'selection', name: token.text };
  throw invalid(
    `the condition names "${token.text}" at character ${token.at}, which detection does not define`,
    `Use one of: ${names.join(', ')}.`,
  );
}

function quantifierKind(quantifier: Token): 'and' | 'or' {
  const text = quantifier.text.toLowerCase();
  if (text === '1' || text === 'any') return 'or';
  if (text === 'all') return 'and';
  throw invalid(
    `the condition has "${quantifier.text} of" at character ${quantifier.at}`,
    'Sigma knows "1 of", "any of" and "all of" only.',
  );
}

/** `them` leaves out identifiers with a leading underscore; a pattern may name those, too. */
function matching(target: Token, names: readonly string[]): readonly string[] {
  const found =
    target.text.toLowerCase() === 'them'
      ? names.filter((name) => !name.startsWith('_'))
      : names.filter((name) => matchesNamePattern(name, target.text));
  if (found.length > 0) return found;
  throw invalid(
    `no search identifier matches "${target.text}" at character ${target.at} of the condition`,
    `Use a pattern that matches one of: ${names.join(', ')}.`,
  );
}

function matchesNamePattern(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.endsWith(last) && name.length - last.length >= at;
}
