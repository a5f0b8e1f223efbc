/**
 * Owns: for the second, slow readings of KQL and EQL: values of a document by name, and texts with
 * wildcards. Shares nothing with the rules' own way to fields, patterns, addresses and words.
 */

export type Truth = boolean | undefined;
export type Tree = Readonly<Record<string, unknown>>;

const ROOT = 'kubernetes.audit.';

/** All values at the name, or why there are none. */
export function naiveValues(name: string, document: unknown): readonly unknown[] | 'unrecorded' {
  const rest = name.startsWith(ROOT) ? name.slice(ROOT.length) : undefined;
  if (rest === undefined) return flat(places(document, name.split('.')));
  const [body = '', ...inside] = rest.split('.');
  if (body === 'annotations')
    return flat(places(document, ['kubernetes', 'audit', body, inside.join('.')]));
  const whole = { requestObject: 'request_object', responseObject: 'response_object' }[body];
  const plain = places(document, name.split('.'));
  if (whole === undefined) return flat(plain);
  const found = places(document, ['podwitness', whole, ...inside]);
  if (found.length + plain.length === 0 && isMissing(document, body)) return 'unrecorded';
  return flat(found.length > 0 ? found : plain);
}

function isMissing(document: unknown, body: string): boolean {
  return flat(places(document, ['podwitness', 'missing'])).includes(body);
}

/** Every place that the keys lead to, through lists. */
function places(node: unknown, keys: readonly string[]): readonly unknown[] {
  const [key, ...rest] = keys;
  if (key === undefined) return [node];
  if (Array.isArray(node)) return node.flatMap((item) => places(item, keys));
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return [];
  return places((node as Tree)[key], rest);
}

function flat(values: readonly unknown[]): readonly unknown[] {
  return values.flatMap((value) => (Array.isArray(value) ? flat(value) : [value]));
}

/** Names and values of all that is no object. */
export function naiveLeaves(node: unknown, name = ''): readonly (readonly [string, unknown])[] {
  if (Array.isArray(node)) return node.flatMap((item) => naiveLeaves(item, name));
  if (typeof node !== 'object' || node === null) return [[name, node]];
  return Object.entries(node).flatMap(([key, value]) =>
    naiveLeaves(value, name === '' ? key : `${name}.${key}`),
  );
}

/** A text, any run of characters (0), one character (1). */
export type NaivePart = string | 0 | 1;

export function naiveLike(pattern: readonly NaivePart[], text: string): boolean {
  const [part, ...rest] = pattern;
  if (part === undefined) return text === '';
  if (part === 0) {
    return Array.from({ length: text.length + 1 }).some((_, i) => naiveLike(rest, text.slice(i)));
  }
  if (part === 1) return text !== '' && naiveLike(rest, text.slice(1));
  return text.startsWith(part) && naiveLike(rest, text.slice(part.length));
}

export function naiveText(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

/** Version 4 only. */
export function naiveInNetwork(text: string, network: string): boolean {
  const [base = '', length = '32'] = network.split('/');
  const bits = (address: string) =>
    address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  return (
    /^\d+\.\d+\.\d+\.\d+$/.test(text) && bits(text).startsWith(bits(base).slice(0, Number(length)))
  );
}

/** Kleene's and, or, not. */
export function both(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}
export function either(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(undefined) ? undefined : false;
}
export function negated(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}
