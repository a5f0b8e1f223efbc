/**
 * Owns: rule sets and events from a seed, made of few words, so that they meet: every kind of
 * question, test and field, arrays, nulls, missing parts, letters that fold oddly, surrogate pairs,
 * keys that objects inherit.
 */
import type {
  EventDocument,
  Expression,
  Field,
  FieldPath,
  Question,
  Test,
} from '../../../../../../services/detector/rules/expression.ts';
import {
  EVENT_KINDS,
  type EventKind,
  type Rule,
} from '../../../../../../services/detector/rules/model.ts';
import type { Pattern } from '../../../../../../services/detector/rules/pattern.ts';

/** A linear congruential generator (the constants of Numerical Recipes). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
    this.next();
  }

  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  is(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  list<T>(max: number, make: () => T): T[] {
    return Array.from({ length: 1 + this.below(max) }, make);
  }
}

const PIECES = [
  ...['a', 'b', 'A', 'B', 'ab', 'ba', 'aab', 'abc', 'create', 'CREATE', 'get', '/exec', '.'],
  ...['σ', 'Σ', 'ς', 'ΣΣ', 'İ', 'i\u0307', 'ß', 'ẞ', 's', 'S', 'ſ', 'k', 'K', '\u212a'],
  ...['😀', 'a😀', '😀b', '𐐀', '𐐨', '漢', '\n', '1', '0', '-', ' '],
];
const ADDRESSES = [
  ...['10.0.0.1', '10.1.2.3', '10.255.255.255', '11.0.0.0', '192.168.1.7', '::ffff:10.0.0.1'],
  ...['fd00::1', 'fd00:0:0:1::', '::1', '2001:db8::5', '010.0.0.1', '10.0.0', '256.1.1.1'],
];
const NETWORKS = [
  ...['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32', '10.1.2.3', '0.0.0.0/0', '192.168.0.0/23'],
  ...['fd00::/8', 'fd00::/64', '::1/128', '::/0', '2001:db8::/32', '::ffff:10.0.0.0/104'],
];
const NUMBERS = ['200', '404', '-1.5', '1e3', '0', '1e-2', '200.0', '+1', ' 1', '0x10', '1.'];

const PATHS: readonly FieldPath[] = [
  ['verb'],
  ['list'],
  ['a', 'b'],
  ['a', 'b', 'c'],
  ['__proto__', 'x'],
  ['constructor'],
  ['toString', 'name'],
  ['kubernetes', 'audit', 'verb'],
  ['kubernetes', 'audit', 'objectRef', 'name'],
  ['kubernetes', 'audit', 'requestObject', 'spec', 'image'],
  ['kubernetes', 'audit', 'responseObject', 'code'],
  ['podwitness', 'request_object', 'spec', 'image'],
  ['podwitness', 'response_object', 'code'],
  ['podwitness', 'workload', 'privileged'],
  ['podwitness'],
];

const COMPUTED: readonly Field[] = [
  {
    kind: 'computed',
    key: 'length of verb',
    from: [['verb']],
    read: ({ verb }) => (typeof verb === 'string' ? [verb.length, verb] : undefined),
  },
  {
    kind: 'computed',
    key: 'body',
    from: [['kubernetes', 'audit', 'requestObject', 'spec']],
    read: ({ body }) => (body === undefined ? undefined : body === null ? [] : [body, null, 'ab']),
  },
];

export function textFrom(chance: Chance): string {
  if (chance.is(0.1)) return chance.pick(ADDRESSES);
  if (chance.is(0.1)) return chance.pick(NUMBERS);
  if (chance.is(0.05)) return '';
  return chance.list(3, () => chance.pick(PIECES)).join('');
}

function patternFrom(chance: Chance): Pattern {
  if (chance.is(0.1)) return [{ kind: 'any' }, { kind: 'text', text: '\ud83d' }, { kind: 'any' }];
  if (chance.is(0.05)) return [];
  const text = () => ({ kind: 'text', text: chance.pick(PIECES) }) as const;
  const wild = () => ({ kind: chance.is(0.75) ? 'any' : 'one' }) as const;
  return chance.list(4, () => (chance.is(0.5) ? text() : wild()));
}

const REGEX_PARTS = [
  ...['a', 'b', 'ab', 'create', 'get', 's', 'k', 'σ', '\\.', '\\/exec', '.', '.*', '[ab]', '[^a]'],
  ...[
    '(?:a|b)',
    '(ab|get)',
    '(a|)',
    'a+',
    'b?',
    '(?:ab)*',
    '(ba)+',
    'a{2}',
    'b{0,1}',
    '\\d',
    '\\w+',
  ],
];

function regexFrom(chance: Chance): Test {
  const parts = chance.list(4, () => chance.pick(REGEX_PARTS)).join('');
  const other = chance.is(0.2) ? `|${chance.pick(REGEX_PARTS)}` : '';
  const source = `${chance.is(0.2) ? '^' : ''}${parts}${other}${chance.is(0.2) ? '$' : ''}`;
  return { kind: 'regex', source, flags: chance.pick(['', '', 'i', 's', 'is', 'm']) };
}

function testFrom(chance: Chance): Test {
  const cased = chance.is(0.3);
  switch (chance.below(10)) {
    case 0:
    case 1:
      return { kind: 'equals', texts: chance.list(3, () => textFrom(chance)), cased };
    case 2:
    case 3:
    case 4:
      return { kind: 'like', patterns: chance.list(3, () => patternFrom(chance)), cased };
    case 5:
      return regexFrom(chance);
    case 6: {
      const operator = chance.pick(['lt', 'lte', 'gt', 'gte'] as const);
      return { kind: 'compare', operator, bound: chance.pick([-2, -1.5, 0, 3, 200, 1000]) };
    }
    case 7:
      return { kind: 'cidr', networks: chance.list(2, () => chance.pick(NETWORKS)) };
    case 8: {
      const how = chance.pick(['equals', 'contains', 'startswith', 'endswith'] as const);
      return { kind: 'field', other: fieldFrom(chance), how, cased };
    }
    default: {
      const length = chance.below(3);
      return {
        ...{ kind: 'custom', key: `text of ${length}` },
        test: (value) => (typeof value === 'string' ? value.length === length : value === null),
      };
    }
  }
}

function questionFrom(chance: Chance): Question {
  const kind = chance.below(12);
  if (kind === 0) return { kind: 'present' };
  if (kind === 1) return { kind: 'filled' };
  if (kind === 2) return { kind: 'null' };
  return { kind: kind < 5 ? 'every' : 'some', test: testFrom(chance) };
}

function fieldFrom(chance: Chance): Field {
  if (chance.is(0.1)) return chance.pick(COMPUTED);
  if (chance.is(0.1)) {
    const root = chance.pick([[], ['kubernetes'], ['a', 'b'], ['podwitness']]);
    return { kind: 'words', root };
  }
  return { kind: 'path', paths: chance.list(2, () => chance.pick(PATHS)) };
}

function expressionFrom(chance: Chance, depth: number): Expression {
  if (depth > 0 && chance.is(0.6)) {
    const kind = chance.pick(['and', 'and', 'or', 'not', 'as-recorded'] as const);
    if (kind === 'and' || kind === 'or') {
      const operands = chance.list(4, () => expressionFrom(chance, depth - 1));
      return { kind, operands: chance.is(0.02) ? [] : operands };
    }
    return { kind, operand: expressionFrom(chance, depth - 1) };
  }
  if (chance.is(0.03)) return { kind: chance.is(0.5) ? 'always' : 'never' };
  const [field, question] = [fieldFrom(chance), questionFrom(chance)];
  return { kind: 'predicate', field, question, text: 'x' };
}

export function ruleFrom(chance: Chance, id: string, condition: Expression): Rule {
  return {
    ...{ id, title: id, ruleset: 'sigma', language: 'sigma', path: 'x', references: [], tags: [] },
    ...{ at: { line: 1, column: 1 }, falsePositives: [], level: 'low', condition },
    kinds: EVENT_KINDS.filter(() => chance.is(0.7)),
    ...(chance.is(0.03) ? { isDisabled: true } : {}),
    ...(chance.is(0.03) ? { needsState: 'a count' } : {}),
  };
}

/** A rule asks for what others ask for, too: some expressions are taken from the rules before. */
export function rulesFrom(chance: Chance, max: number): readonly Rule[] {
  const made: Expression[] = [];
  return chance.list(max, () => {
    const fresh = expressionFrom(chance, chance.below(4));
    const old = chance.is(0.4) && made.length > 0 ? chance.pick(made) : undefined;
    const condition: Expression =
      old === undefined ? fresh : { kind: 'and', operands: [old, fresh] };
    made.push(fresh);
    return ruleFrom(chance, String(made.length), condition);
  });
}

function valueFrom(chance: Chance, depth: number): unknown {
  const kind = chance.below(depth > 0 ? 10 : 7);
  if (kind < 4) return textFrom(chance);
  if (kind === 4) return chance.pick([200, 404, 0, -1.5, 3, 1e21]);
  if (kind === 5) return chance.is(0.5);
  if (kind === 6) return null;
  if (kind < 9) {
    const length = chance.below(chance.is(0.1) ? 20 : 4);
    return Array.from({ length }, () => valueFrom(chance, depth - 1));
  }
  return { [chance.pick(['spec', 'x', 'b', 'c', 'image'])]: valueFrom(chance, depth - 1) };
}

function place(node: Record<string, unknown>, path: FieldPath, value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    node[`#${key}`] = value;
    return;
  }
  const held = node[`#${key}`];
  const isObject = typeof held === 'object' && held !== null && !Array.isArray(held);
  const next = isObject ? (held as Record<string, unknown>) : {};
  node[`#${key}`] = next;
  place(next, rest, value);
}

/** Wraps some objects in arrays, as lists of containers are. */
function spread(chance: Chance, node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map((item) => spread(chance, item));
  const entries = Object.entries(node).map(([key, value]) => [key, spread(chance, value)] as const);
  const object = Object.fromEntries(entries);
  return chance.is(0.1) ? [object, valueFrom(chance, 1), object] : object;
}

export function documentFrom(chance: Chance): EventDocument {
  const document: Record<string, unknown> = {};
  for (const path of PATHS) if (chance.is(0.5)) place(document, path, valueFrom(chance, 3));
  if (chance.is(0.3)) place(document, ['body'], chance.pick([null, 'ab', 'get']));
  const whole = Object.fromEntries(
    Object.entries(document).map(([key, value]) => [key, spread(chance, value)]),
  );
  if (chance.is(0.5)) {
    const missing = chance.pick([
      ...[['requestObject'], ['responseObject'], ['requestObject', 'responseObject']],
      ...[[], 'requestObject', null],
    ]);
    place(whole, ['podwitness', 'missing'], missing);
  }
  // By way of JSON, so that `__proto__` is a key like any other.
  return JSON.parse(JSON.stringify(whole).replaceAll('"#', '"')) as EventDocument;
}

export function kindFrom(chance: Chance): EventKind {
  return chance.pick(EVENT_KINDS);
}
