/**
 * Owns: what is asked of a field, as a function of its values: the meaning of every question and test.
 * The index (lookup.ts) decides the common ones without it.
 */
import { isInNetwork, readNetwork } from '../../../../shared/domain/ip.ts';
import type { Field, Question, Test } from '../expression.ts';
import { compilePattern, foldCase } from '../pattern.ts';
import { Automaton } from './automaton.ts';
import { COMPARE, numberOf } from './bounds.ts';
import { Marks } from './marks.ts';
import { type FieldValues, valuesOfItems } from './reader.ts';
import { compileRegex } from './regex.ts';

/** `others`: the values of the field that a test of kind `field` compares with. */
export type Asked = (values: FieldValues, others: FieldValues) => boolean;

/** Throws where a regular expression is none; loaders have checked that. */
export function compileQuestion(question: Question): Asked {
  if (question.kind === 'present') return (values) => values.isPresent;
  if (question.kind === 'filled') return (values) => values.items.some((item) => item !== null);
  if (question.kind === 'null') {
    return (values) => values.items.length === 0 || values.items.includes(null);
  }
  return question.kind === 'some' ? some(question.test) : every(question.test);
}

/** The second field that a question asks for. */
export function otherFieldOf(question: Question): Field | undefined {
  if (question.kind !== 'some' && question.kind !== 'every') return undefined;
  return question.test.kind === 'field' ? question.test.other : undefined;
}

function every(test: Test): Asked {
  if (test.kind === 'field') return compareFields(test, 'every');
  const one = some(test);
  return (values, others) =>
    values.items.length > 0 && values.items.every((item) => one(valuesOfItems([item]), others));
}

function some(test: Test): Asked {
  switch (test.kind) {
    case 'equals': {
      const texts = new Set(test.cased ? test.texts : test.texts.map(foldCase));
      return (values) => textsFor(values, test.cased).some((text) => texts.has(text));
    }
    case 'like': {
      const patterns = test.patterns.map((pattern) => compilePattern(pattern, test.cased));
      return (values) =>
        textsFor(values, test.cased).some((text) => patterns.some((matches) => matches(text)));
    }
    case 'regex': {
      const matches = compileRegex(test.source, test.flags);
      return (values) => values.texts.some(matches);
    }
    case 'compare': {
      const compare = COMPARE[test.operator];
      return (values) => values.texts.some((text) => compare(numberOf(text), test.bound));
    }
    case 'cidr': {
      const networks = test.networks.flatMap((text) => readNetwork(text) ?? []);
      return (values) =>
        values.texts.some((text) => networks.some((network) => isInNetwork(text, network)));
    }
    case 'field':
      return compareFields(test, 'some');
    case 'custom':
      return (values) => values.items.some((item) => test.test(item));
  }
}

type FieldTest = Extract<Test, { kind: 'field' }>;

function compareFields({ cased, how }: FieldTest, quantifier: 'some' | 'every'): Asked {
  return (values, others) => {
    const fits = comparison(how, textsFor(others, cased));
    const texts = textsFor(values, cased);
    if (quantifier === 'some') return texts.some(fits);
    // An item that is no text fits nothing.
    return texts.length > 0 && texts.length === values.items.length && texts.every(fits);
  };
}

/** Each with each is too much where an attacker fills both fields. */
const FEW = 8;

/** Whether a text compares so with any of the others. */
function comparison(how: FieldTest['how'], others: readonly string[]): (text: string) => boolean {
  if (others.length <= FEW) return (text) => others.some((other) => HOW[how](text, other));
  const texts = new Set(others);
  if (how === 'equals') return (text) => texts.has(text);
  if (texts.has('')) return () => true;
  const [inside, start, end] = [how === 'contains', how === 'startswith', how === 'endswith'];
  const atom = (is: boolean): number => (is ? 0 : -1);
  const literals = Array.from(texts, (text) => ({
    ...{ text, inside: atom(inside), start: atom(start), end: atom(end) },
  }));
  const automaton = new Automaton(literals, false);
  const marks = new Marks(1);
  return (text) => {
    marks.begin();
    automaton.scan(text, marks);
    return marks.has(0);
  };
}

const HOW: Readonly<Record<FieldTest['how'], (text: string, other: string) => boolean>> = {
  equals: (text, other) => text === other,
  contains: (text, other) => text.includes(other),
  startswith: (text, other) => text.startsWith(other),
  endswith: (text, other) => text.endsWith(other),
};

function textsFor(values: FieldValues, cased: boolean): readonly string[] {
  return cased ? values.texts : values.folded();
}
