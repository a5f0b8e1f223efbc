/**
 * Owns: what is asked of a field, as a function of its values.
 */
import { isInNetwork, readNetwork } from '../../../../shared/domain/ip.ts';
import type { Comparison, Question, Test } from '../expression.ts';
import { compilePattern, foldCase } from '../pattern.ts';
import { type EventView, type FieldValues, textOf } from './view.ts';

export type Asked = (values: FieldValues, view: EventView) => boolean;

export function compileQuestion(question: Question): Asked {
  if (question.kind === 'present') return (values) => values.isPresent;
  if (question.kind === 'filled') return (values) => values.items.some((item) => item !== null);
  if (question.kind === 'null') {
    return (values) => values.items.length === 0 || values.items.includes(null);
  }
  return question.kind === 'some' ? some(question.test) : every(question.test);
}

function every(test: Test): Asked {
  const one = some(test);
  return (values, view) =>
    values.items.length > 0 &&
    values.items.every((item) => {
      const text = textOf(item);
      const texts = text === undefined ? [] : [text];
      return one(
        { isPresent: true, items: [item], texts, folded: () => texts.map(foldCase) },
        view,
      );
    });
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
      const expression = new RegExp(test.source, test.flags);
      return (values) => values.texts.some((text) => expression.test(text));
    }
    case 'compare': {
      const compare = COMPARE[test.operator];
      return (values) =>
        values.texts.some((text) => isNumber(text) && compare(Number(text), test.bound));
    }
    case 'cidr': {
      const networks = test.networks.flatMap((text) => readNetwork(text) ?? []);
      return (values) =>
        values.texts.some((text) => networks.some((network) => isInNetwork(text, network)));
    }
    case 'field':
      return fieldTest(test);
    case 'custom':
      return (values) => values.items.some((item) => test.test(item));
  }
}

function fieldTest({ cased, how, other }: Extract<Test, { kind: 'field' }>): Asked {
  const fits = HOW[how];
  return (values, view) => {
    const others = textsFor(view.values(other), cased);
    return textsFor(values, cased).some((text) => others.some((with_) => fits(text, with_)));
  };
}

type How = Extract<Test, { kind: 'field' }>['how'];
const HOW: Readonly<Record<How, (text: string, other: string) => boolean>> = {
  equals: (text, other) => text === other,
  contains: (text, other) => text.includes(other),
  startswith: (text, other) => text.startsWith(other),
  endswith: (text, other) => text.endsWith(other),
};

function textsFor(values: FieldValues, cased: boolean): readonly string[] {
  return cased ? values.texts : values.folded();
}

const COMPARE: Readonly<Record<Comparison, (value: number, bound: number) => boolean>> = {
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
};

/** Decimal numbers only: Number() would take '', ' 1 ' and '0x10', too. */
function isNumber(text: string): boolean {
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text);
}
