/**
 * Owns: ES|QL the slow way, for comparison: a query's tree walked command by command on one raw document,
 * rows of columns as in Elasticsearch. Nothing is lowered, shared or indexed; values, nulls, comparisons
 * and patterns are its own. Of the product it takes the tree, and the functions that tables test
 * (functions.test.ts).
 */
import type {
  Ast,
  Command,
  Constant,
} from '../../../../../../../services/detector/rules/elastic/esql/ast.ts';
import { FUNCTIONS } from '../../../../../../../services/detector/rules/elastic/esql/functions/table.ts';
import { parseQuery } from '../../../../../../../services/detector/rules/elastic/esql/parse.ts';
import type { Known } from '../../../../../../../services/detector/rules/elastic/esql/value.ts';

type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json };
type One = string | number | bigint | boolean | { readonly type: string };
type Many = readonly One[];
/** A row: what commands made; every other name is read from the document. */
type Row = ReadonlyMap<string, Many>;

/** Where the names of the generated queries lie; whole bodies go before their part in the audit event. */
const BODY = 'kubernetes.audit.requestObject.';

function pathsOf(name: string): readonly (readonly string[])[] {
  if (name.startsWith('kubernetes.audit.annotations.')) {
    return [
      ['kubernetes', 'audit', 'annotations', name.slice('kubernetes.audit.annotations.'.length)],
    ];
  }
  const path = name.split('.');
  if (!name.startsWith(BODY)) return [path];
  return [['podwitness', 'request_object', ...name.slice(BODY.length).split('.')], path];
}

function find(node: Json, path: readonly string[]): Json[] | undefined {
  if (Array.isArray(node) && path.length > 0) {
    const found = node.map((item: Json) => find(item, path)).filter((one) => one !== undefined);
    return found.length === 0 ? undefined : found.flat();
  }
  const [key, ...rest] = path;
  if (key === undefined)
    return Array.isArray(node) ? node.flatMap((item: Json) => find(item, []) ?? []) : [node];
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
  return find((node as { readonly [key: string]: Json })[key] ?? null, rest);
}

function read(document: Json, name: string): Many {
  const found =
    pathsOf(name)
      .map((path) => find(document, path))
      .find((one) => one !== undefined) ?? [];
  const values = found.flatMap((item): One[] => {
    if (item === null) return [];
    if (typeof item === 'object') return [{ type: 'object' }];
    return [typeof item === 'number' && Number.isInteger(item) ? BigInt(item) : item];
  });
  const unique = values.filter(
    (value, i) => typeof value !== 'string' || values.indexOf(value) === i,
  );
  return unique.length < 2 ? unique : [...unique].sort(byTypeAndText);
}

function byTypeAndText(a: One, b: One): number {
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b);
  const [one, other] = [a, b].map(
    (value) => `${isNumber(value) ? 'number' : typeof value}${text(value) ?? ''}`,
  );
  return (one ?? '') < (other ?? '') ? -1 : 1;
}

function isNumber(value: One): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Whether a row of the document is left at the end. */
export function naive(query: string, document: Json): boolean {
  let rows: Row[] = [new Map()];
  for (const command of parseQuery(query).commands) {
    rows = rows.flatMap((row) => run(command, row, document));
    if (command.kind === 'limit') rows = rows.slice(0, command.count);
  }
  return rows.length > 0;
}

function run(command: Command, row: Row, document: Json): Row[] {
  const next = new Map(row);
  const value = (ast: Ast) => evaluate(ast, next, document);
  switch (command.kind) {
    case 'where':
      return isTrue(value(command.condition)) ? [row] : [];
    case 'eval':
      for (const { name, value: ast } of command.assignments) next.set(name, value(ast));
      return [next];
    case 'rename':
      for (const { from, to } of command.pairs) {
        const moved = next.get(from.name) ?? read(document, from.name);
        next.delete(from.name);
        next.set(to, moved);
      }
      return [next];
    case 'expand': {
      const values = next.get(command.name) ?? read(document, command.name);
      return (values.length === 0 ? [[]] : values.map((one) => [one])).map(
        (one) => new Map([...next, [command.name, one]]),
      );
    }
    case 'dissect': {
      // The generated patterns are %{name}-%{name} only.
      const names = [...command.pattern.matchAll(/%\{(\w+)\}/g)].map(([, name = '']) => name);
      const texts = value(command.input).flatMap((one) => text(one) ?? []);
      const split = texts
        .filter((one) => one.includes('-'))
        .map((one) => {
          const at = one.indexOf('-');
          return [one.slice(0, at), one.slice(at + 1)];
        });
      for (const [i, name] of names.entries()) {
        next.set(
          name,
          split.map((parts) => parts[i] ?? ''),
        );
      }
      return [next];
    }
    case 'grok': {
      // The generated pattern is ^%{DATA:name}=%{GREEDYDATA:name} only.
      const names = [...(command.patterns[0] ?? '').matchAll(/:(\w+)\}/g)].map(
        ([, name = '']) => name,
      );
      const found = value(command.input).flatMap((one) => {
        const [, left, right] = /^(.*?)=(.*)/.exec(text(one) ?? '') ?? [];
        return left === undefined || right === undefined ? [] : [[left, right]];
      });
      for (const [i, name] of names.entries()) {
        next.set(
          name,
          found.map((parts) => parts[i] ?? ''),
        );
      }
      return [next];
    }
    default:
      return [row];
  }
}

function text(value: One): string | undefined {
  return typeof value === 'object' ? undefined : String(value);
}

const NULL: Many = [];

function isTrue(value: Many): boolean {
  return booleanOf(value) === true;
}

function booleanOf(value: Many): boolean | null {
  const [only] = value;
  if (value.length !== 1 || only === undefined) return null;
  const word = text(only);
  return word === 'true' ? true : word === 'false' ? false : null;
}

function bool(value: boolean | null): Many {
  return value === null ? NULL : [value];
}

function evaluate(ast: Ast, row: Row, document: Json): Many {
  const value = (one: Ast) => evaluate(one, row, document);
  switch (ast.kind) {
    case 'constant':
      return many(ast.value);
    case 'list':
      return ast.values.flatMap(many);
    case 'name':
      return row.get(ast.name) ?? read(document, ast.name);
    case 'and':
    case 'or': {
      const decisive = ast.kind === 'or';
      const truths = ast.operands.map((one) => booleanOf(value(one)));
      if (truths.includes(decisive)) return [decisive];
      return truths.includes(null) ? NULL : [!decisive];
    }
    case 'not': {
      const truth = booleanOf(value(ast.operand));
      return truth === null ? NULL : [!truth];
    }
    case 'null':
      return [value(ast.operand).length === 0];
    case 'comparison':
      return bool(compared(ast.operator, value(ast.left), value(ast.right)));
    case 'in': {
      const wanted = value(ast.value);
      const found = ast.items.map((item) => compared('==', wanted, value(item)));
      return found.includes(true) ? [true] : found.includes(null) ? NULL : [false];
    }
    case 'like':
    case 'rlike': {
      const [only] = value(ast.value);
      const word = only === undefined || value(ast.value).length > 1 ? undefined : text(only);
      if (word === undefined) return NULL;
      const fits = ast.kind === 'like' ? like : rlike;
      return [ast.patterns.some((pattern) => fits(word, pattern))];
    }
    case 'match': {
      const [wanted] = value(ast.query);
      return [value(ast.field).some((one) => wanted !== undefined && equal(one, wanted) === true)];
    }
    case 'arithmetic':
      return arithmetic(ast.operator, value(ast.left), value(ast.right));
    case 'cast':
      return called('TO_STRING', [value(ast.operand)], [ast.operand]);
    case 'call':
      return call(ast, value);
    default:
      throw new Error(`not generated: ${ast.kind}`);
  }
}

function many(value: Constant): Many {
  return value === null ? NULL : [value];
}

function compared(operator: string, a: Many, b: Many): boolean | null {
  const [one, other] = [a[0], b[0]];
  if (one === undefined || other === undefined || a.length > 1 || b.length > 1) return null;
  if (operator === '==' || operator === '!=') {
    const same = equal(one, other);
    return same === null ? null : same === (operator === '==');
  }
  const numbers = [one, other].map(numberOf);
  const [x, y] = isNumber(one) || isNumber(other) ? numbers : [one, other];
  if (x === undefined || y === undefined || typeof x !== typeof y) return null;
  if (typeof x !== 'number' && typeof x !== 'string') return null;
  const difference = x < y ? -1 : x > y ? 1 : 0;
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    default:
      return difference >= 0;
  }
}

function numberOf(value: One): number | undefined {
  if (isNumber(value)) return Number(value);
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

function equal(a: One, b: One): boolean | null {
  const [one, other] = [text(a), text(b)];
  if (one === undefined || other === undefined) return null;
  return isNumber(a) && isNumber(b) ? Number(a) === Number(b) : one === other;
}

/** Tries every way. */
function like(word: string, pattern: string): boolean {
  const [first, ...rest] = pattern;
  const left = rest.join('');
  if (first === undefined) return word === '';
  if (first === '*') return like(word, left) || (word !== '' && like(word.slice(1), pattern));
  if (word === '') return false;
  if (first === '\\') return word[0] === left[0] && like(word.slice(1), left.slice(1));
  return (first === '?' || first === word[0]) && like(word.slice(1), left);
}

/** The generated patterns mean the same to JavaScript. */
function rlike(word: string, pattern: string): boolean {
  return new RegExp(`^(?:${pattern})$`, 's').test(word);
}

function arithmetic(operator: string, a: Many, b: Many): Many {
  const [one, other] = [a[0], b[0]];
  if (one === undefined || other === undefined || a.length > 1 || b.length > 1) return NULL;
  if (typeof one !== 'bigint' || typeof other !== 'bigint') {
    if (!isNumber(one) || !isNumber(other)) return NULL;
    const [x, y] = [Number(one), Number(other)];
    const result =
      operator === '+' ? x + y : operator === '-' ? x - y : operator === '*' ? x * y : x / y;
    return Number.isFinite(result) ? [result] : NULL;
  }
  if (operator === '/') return other === 0n ? NULL : [one / other];
  return [operator === '+' ? one + other : operator === '-' ? one - other : one * other];
}

function call({ args, name }: Extract<Ast, { kind: 'call' }>, value: (ast: Ast) => Many): Many {
  if (name === 'COALESCE') return args.map(value).find((one) => one.length > 0) ?? NULL;
  if (name === 'CASE') {
    for (let i = 0; i + 1 < args.length; i += 2) {
      const [condition, chosen] = [args[i], args[i + 1]];
      if (condition !== undefined && chosen !== undefined && isTrue(value(condition)))
        return value(chosen);
    }
    const rest = args.at(-1);
    return args.length % 2 === 1 && rest !== undefined ? value(rest) : NULL;
  }
  return called(name, args.map(value), args);
}

function called(name: string, values: readonly Many[], args: readonly Ast[]): Many {
  const known = values.map((one) => (one.length > 1 ? one : (one[0] ?? null)) as Known);
  const constants = known.map((one, i) => (args[i]?.kind === 'constant' ? one : undefined));
  const apply = FUNCTIONS[name]?.prepare(constants);
  if (typeof apply !== 'function') throw new Error(`not generated: ${name}`);
  const result = apply(known);
  if (result === null) return NULL;
  return (Array.isArray(result) ? result : [result]) as Many;
}
