/**
 * Owns: Falco's conditions as Falco writes them (libs, filter/ast.cpp): one blank between words, every
 * `and` and `or` in parentheses, texts quoted where they must be.
 */
import type { Argument, Condition, Operand, Subject } from './ast.ts';

export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return `(${condition.operands.map(printCondition).join(` ${condition.kind} `)})`;
    case 'not':
      return `not ${printCondition(condition.operand)}`;
    case 'macro':
      return condition.name;
    case 'exists':
      return `${printSubject(condition.subject)} exists`;
    case 'check': {
      const { modifier, operand, operator, subject } = condition;
      const words = [
        printSubject(subject),
        operator,
        ...(modifier === undefined ? [] : [modifier]),
      ];
      return `${words.join(' ')} ${printOperand(operand)}`;
    }
  }
}

export function printSubject(subject: Subject): string {
  const arg = subject.arg === undefined || subject.arg === '' ? '' : `[${printText(subject.arg)}]`;
  if (subject.kind === 'field') return `${subject.name}${arg}`;
  return `${subject.transformer}(${subject.args.map(printArgument).join(', ')})${arg}`;
}

function printArgument(argument: Argument): string {
  if (argument.kind === 'text') return printArgumentText(argument.text);
  if (argument.kind === 'arguments') return `(${argument.items.map(printArgument).join(', ')})`;
  return printSubject(argument);
}

/** Bare words are no arguments. */
function printArgumentText(text: string): string {
  return /^(?:0[xX][0-9a-zA-Z]+|[+-]?\d+\.?\d*(?:[eE][+-]\d+)?)$/.test(text)
    ? text
    : inQuotes(text);
}

function printOperand(operand: Operand): string {
  if (operand.kind === 'text') return printText(operand.text);
  if (operand.kind === 'texts') return `(${operand.texts.map(printText).join(', ')})`;
  return printSubject(operand);
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' },
  ...{ '\\': '\\\\', '"': '\\"' },
};

/** Quoted where Falco quotes: for blanks, quotes, backslashes and control characters; and where empty. */
function printText(text: string): string {
  return text === '' || /[\b\f\n\r\t \\"']/.test(text) ? inQuotes(text) : text;
}

function inQuotes(text: string): string {
  return `"${text.replace(/[\b\f\n\r\t\\"]/g, (character) => ESCAPES[character] ?? character)}"`;
}
