/**
 * Owns: which regular expressions are taken: those that RE2 has, in time linear in the text.
 * Does not own: matching them (engine/).
 */
import { RE2JS, RE2JSSyntaxException } from 're2js';

interface RegexProblem {
  readonly kind: 'invalid' | 'unsupported';
  readonly reason: string;
  readonly remedy: string;
}

/** What begins so is in PCRE, and can't be had in linear time. */
const LOOKAROUND = /^\(\?(?:[=!]|<[=!])/;
const PCRE_ONLY = /^(?:\\[1-9]|\(\?>|[*+?}]\+$)/;
const MAX_SHOWN = 40;
const LATER = /^(?:\(\?|\\)/;

/** Undefined: it can be used. */
export function regexProblem(source: string): RegexProblem | undefined {
  try {
    RE2JS.compile(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    return problemOf(source, error.getPattern() ?? '', error.getDescription());
  }
}

function problemOf(source: string, part: string, description: string): RegexProblem {
  const at = source.indexOf(part) + 1;
  const shown = part.length > MAX_SHOWN ? `${part.slice(0, MAX_SHOWN)}…` : part;
  const where = `"${shown}" at character ${at} of the regular expression`;
  if (LOOKAROUND.test(part)) {
    return {
      kind: 'unsupported',
      reason: `${where} looks ahead or behind, which takes more than linear time`,
      remedy: 'Put what must not be there into a selection of its own and negate it.',
    };
  }
  if (PCRE_ONLY.test(part)) {
    return {
      kind: 'unsupported',
      reason: `${where} refers back or does not give back, which takes more than linear time`,
      remedy: 'Write it without backreferences, atomic groups and possessive quantifiers.',
    };
  }
  const remedy = LATER.test(part)
    ? 'Use what RE2 has (github.com/google/re2/wiki/Syntax).'
    : 'Mend the regular expression.';
  return { kind: 'invalid', reason: `${where}: ${description}`, remedy };
}
