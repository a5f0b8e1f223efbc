/**
 * Owns: the check that a rule's fields are there, and have the type that is asked for.
 */
import { isIP } from 'node:net';
import type { FieldPath, Predicate, Test } from '../expression.ts';
import { partOf } from '../fields.ts';
import type { Catalogue } from './catalogue.ts';
import type { Remark } from './finding.ts';

const INTEGERS: ReadonlySet<string> = new Set(['long', 'integer', 'short', 'byte']);
const DECIMALS: ReadonlySet<string> = new Set(['float', 'double']);
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

export function checkField(predicate: Predicate, catalogue: Catalogue): readonly Remark[] {
  const { field } = predicate;
  if (field.kind !== 'path') return [];
  const types = field.paths.map((path) => catalogue.typeOf(path));
  const path = field.paths.at(-1);
  if (path === undefined || path.length === 0) return [];
  if (types.every((type) => type === 'unknown')) return [unknown(predicate, path, catalogue)];
  // What the templates do not know of a body may be a resource of the user's own.
  const [first] = types.filter((type) => type !== 'flattened' && type !== 'open');
  if (first === undefined) return slipInBody(predicate, path, catalogue);
  const tests = 'test' in predicate.question ? [predicate.question.test] : [];
  return tests.flatMap((test) => wrongType(predicate, path, first, test));
}

function unknown({ at }: Predicate, path: FieldPath, catalogue: Catalogue): Remark {
  const guess = catalogue.nearest(path);
  return {
    ...{ severity: 'error', check: 'unknown-field', at },
    reason: `no event has a field ${path.join('.')}`,
    remedy:
      guess === undefined
        ? 'docs/reference/fields.md has every field.'
        : `Did you mean ${guess}? docs/reference/fields.md has every field.`,
  };
}

/** Only where a field beside it differs by a slip: bodies have fields that nobody lists. */
function slipInBody({ at }: Predicate, path: FieldPath, catalogue: Catalogue): readonly Remark[] {
  const guess = partOf(path) === undefined ? undefined : catalogue.nearest(path);
  const parent = path.slice(0, -1).join('.');
  if (guess === undefined || !guess.startsWith(`${parent}.`)) return [];
  return [
    {
      ...{ severity: 'warning', check: 'unknown-field', at },
      reason: `${path.join('.')} is no field that objects of Kubernetes commonly have`,
      remedy: `Did you mean ${guess}?`,
    },
  ];
}

function wrongType(
  { at, text }: Predicate,
  path: FieldPath,
  type: string,
  test: Test,
): readonly Remark[] {
  const name = path.join('.');
  if (type === 'object' || type === 'nested') {
    const remedy = 'Name a field below it.';
    const reason = `${name} is an object, and "${text}" asks for a value`;
    return [{ severity: 'error', check: 'wrong-type', at, reason, remedy }];
  }
  const wrong = wrongTexts(type, test);
  if (wrong === undefined) return [];
  const isAll = wrong.of === wrong.texts.length;
  const values = wrong.texts.map((value) => `"${value}"`).join(', ');
  return [
    {
      ...{ severity: isAll ? 'error' : 'warning', check: 'wrong-type', at },
      reason: `${name} is ${wrong.wanted}, and never ${values}`,
      remedy: wrong.remedy,
    },
  ];
}

interface Wrong {
  readonly texts: readonly string[];
  /** How many values are asked for. */
  readonly of: number;
  readonly wanted: string;
  readonly remedy: string;
}

/** Of the values that are asked for those that a field of the type never has. */
function wrongTexts(type: string, test: Test): Wrong | undefined {
  if (test.kind === 'equals') {
    const kind = kindOf(type);
    const texts = test.texts.filter((text) => kind?.fits(text) === false);
    if (kind === undefined || texts.length === 0) return undefined;
    return { texts, of: test.texts.length, wanted: kind.name, remedy: kind.remedy };
  }
  const isOfNumbers = INTEGERS.has(type) || DECIMALS.has(type) || type === 'boolean';
  if (test.kind === 'cidr' && isOfNumbers) {
    return {
      ...{ texts: test.networks, of: test.networks.length },
      ...{
        wanted: kindOf(type)?.name ?? type,
        remedy: 'Ask for a network in a field of addresses.',
      },
    };
  }
  if (test.kind !== 'compare' || !['boolean', 'ip', 'date'].includes(type)) return undefined;
  const bound = `${test.operator} ${test.bound}`;
  const remedy = 'Compare a field of numbers.';
  return { texts: [bound], of: 1, wanted: kindOf(type)?.name ?? 'a time as text', remedy };
}

interface Kind {
  readonly name: string;
  readonly remedy: string;
  fits(text: string): boolean;
}

function kindOf(type: string): Kind | undefined {
  if (INTEGERS.has(type) || DECIMALS.has(type)) {
    return { name: 'a number', remedy: 'Write a number.', fits: (text) => NUMBER.test(text) };
  }
  if (type === 'boolean') {
    const fits = (text: string) => /^(?:true|false)$/i.test(text);
    return { name: 'true or false', remedy: 'Write true or false.', fits };
  }
  if (type !== 'ip') return undefined;
  const fits = (text: string) => isIP(text) !== 0;
  return { name: 'an address', remedy: 'Write an address; a network with |cidr.', fits };
}
