/** Owns: a second, slow reading of an EQL tree, straight on the document. */
import type {
  EqlLiteral,
  EqlNode,
} from '../../../../../../../services/detector/rules/elastic/eql/ast.ts';
import {
  both,
  either,
  naiveInNetwork,
  naiveLike,
  naiveText,
  naiveValues,
  negated,
  type Truth,
} from '../naive-reading.ts';

export function naiveEql(node: EqlNode, document: unknown): Truth {
  switch (node.kind) {
    case 'and':
      return both(node.operands.map((operand) => naiveEql(operand, document)));
    case 'or':
      return either(node.operands.map((operand) => naiveEql(operand, document)));
    case 'not':
      return negated(naiveEql(node.operand, document));
    case 'literal':
      return node.value === true;
    case 'comparison': {
      if (node.operator === '!=') return negated(naiveEql({ ...node, operator: '==' }, document));
      const isSaid = node.right.kind === 'literal' && typeof node.right.value === 'boolean';
      if (isSaid && node.left.kind !== 'field') {
        const truth = naiveEql(node.left, document);
        return node.right.kind === 'literal' && node.right.value === true ? truth : negated(truth);
      }
      break;
    }
    default:
  }
  if (unrecorded(node, document)) return undefined;
  return combinations(node, document).some((holds) => holds);
}

/** Whether the leaf is about something that was not recorded. */
function unrecorded(node: EqlNode, document: unknown): boolean {
  if (node.kind === 'field') return naiveValues(node.name, document) === 'unrecorded';
  return childrenOf(node).some((child) => unrecorded(child, document));
}

function childrenOf(node: EqlNode): readonly EqlNode[] {
  if (node.kind === 'call') return node.args;
  if (node.kind === 'comparison' || node.kind === 'arithmetic') return [node.left, node.right];
  return node.kind === 'match' ? [node.left, ...node.options] : [];
}

/** What the leaf says for each combination of values. */
function combinations(node: EqlNode, document: unknown): readonly boolean[] {
  if (node.kind === 'field') {
    return valuesOf(node, document).map((value) => value !== null && String(value) === 'true');
  }
  if (node.kind === 'comparison') {
    return valuesOf(node.left, document).flatMap((left) =>
      valuesOf(node.right, document).map((right) => compares(node, left, right)),
    );
  }
  if (node.kind === 'match') {
    return valuesOf(node.left, document).map((left) => matches(node, left));
  }
  return valuesOf(node, document).map((value) => value === true);
}

function valuesOf(node: EqlNode, document: unknown): readonly EqlLiteral[] {
  if (node.kind === 'literal') return [node.value];
  if (node.kind === 'field') {
    const values = naiveValues(node.name, document);
    const plain =
      values === 'unrecorded' ? [] : values.filter((one) => naiveText(one) !== undefined);
    return plain.length === 0 ? [null] : (plain as readonly EqlLiteral[]);
  }
  const lists = childrenOf(node).map((child) => valuesOf(child, document));
  const all = lists.reduce<readonly (readonly EqlLiteral[])[]>(
    (found, list) => found.flatMap((args) => list.map((value) => [...args, value])),
    [[]],
  );
  return all.map((args) => (node.kind === 'call' ? called(node, args) : calculated(node, args)));
}

type Kind<K> = Extract<EqlNode, { kind: K }>;

function compares(node: Kind<'comparison'>, left: EqlLiteral, right: EqlLiteral): boolean {
  const { operator } = node;
  const isNull = (one: EqlNode) => one.kind === 'literal' && one.value === null;
  if (isNull(node.left) || isNull(node.right)) return operator === '==' && left === right;
  if (left === null || right === null) return false;
  const isPlain = node.left.kind === 'field' || node.right.kind === 'field';
  const isText = isPlain && (node.left.kind === 'literal' || node.right.kind === 'literal');
  if (operator === '==') return isText ? String(left) === String(right) : left === right;
  const hasNumber = typeof left === 'number' || typeof right === 'number';
  const byNumber = isText ? hasNumber : typeof left === 'number' && typeof right === 'number';
  if (byNumber) {
    const numbers = [left, right].map((one) => (isText ? Number(String(one) || 'x') : one));
    const [a, b] = numbers;
    return typeof a === 'number' && typeof b === 'number' && ordered(operator, a, b);
  }
  return typeof left === 'string' && typeof right === 'string' && ordered(operator, left, right);
}

function ordered<T extends string | number>(operator: string, a: T, b: T): boolean {
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}

function matches({ operator, options }: Kind<'match'>, value: EqlLiteral): boolean {
  if (value === null) return false;
  const texts = options.map((option) => (option.kind === 'literal' ? String(option.value) : ''));
  const fold = (text: string) =>
    operator === ':' || operator.endsWith('~') ? text.toLowerCase() : text;
  const text = fold(String(value));
  if (operator.startsWith('in')) return texts.map(fold).includes(text);
  if (operator.startsWith('regex')) {
    return texts.some((source) => new RegExp(`^(?:${fold(source)})$`, 's').test(text));
  }
  return texts.some((wanted) => {
    const parts = Array.from(fold(wanted), (char) => (char === '*' ? 0 : char === '?' ? 1 : char));
    return naiveLike(parts, text);
  });
}

function calculated(node: EqlNode, [left = null, right = null]: readonly EqlLiteral[]): EqlLiteral {
  if (node.kind !== 'arithmetic' || typeof left !== 'number' || typeof right !== 'number')
    return null;
  switch (node.operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '%':
      return right === 0 ? null : left % right;
    case '/': {
      const isWhole = left % 1 === 0 && right % 1 === 0;
      return right === 0 ? null : isWhole ? (left - (left % right)) / right : left / right;
    }
  }
}

function called(node: Kind<'call'>, args: readonly EqlLiteral[]): EqlLiteral {
  const [value = null, second = null, third = null] = args;
  if (value === null) return null;
  if (args.length === 1) return alone(node, String(value));
  if (second === null) return null;
  const first = String(value);
  const fold = (text: EqlLiteral) => (node.isCaseless ? String(text).toLowerCase() : String(text));
  const [text, part] = [fold(first), fold(second)];
  switch (node.name) {
    case 'concat':
      return args.includes(null) ? null : args.join('');
    case 'startswith':
      return text.slice(0, part.length) === part;
    case 'endswith':
      return part === '' || text.slice(-part.length) === part;
    case 'stringcontains':
      return text.split(part).length > 1 || part === '';
    case 'indexof':
      return text.search(part) < 0 ? null : text.search(part);
    case 'substring':
      return first.slice(Number(second), third === null ? undefined : Number(third));
    case 'cidrmatch':
      return args.slice(1).some((network) => naiveInNetwork(first, String(network)));
    default:
      throw new Error(`no reading of ${node.name}`);
  }
}

function alone({ name }: Kind<'call'>, text: string): EqlLiteral {
  if (name === 'string') return text;
  if (name === 'length') return text.length;
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
}
