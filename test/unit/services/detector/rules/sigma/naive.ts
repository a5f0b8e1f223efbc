/**
 * Owns: a second, slow reading of the rules' meaning, to compare the compiled one with: straight
 * from the specification, on the raw document, without views, slots, index or folding tables. Where it
 * can, it goes the other way round: it reads the dashes, the Base64 and the date of the event's text
 * instead of writing the rule's.
 */
import { isInNetwork, readNetwork } from '../../../../../../shared/domain/ip.ts';
import { auditFieldPath } from '../../../../../../services/detector/rules/fields.ts';
import type { Pattern } from '../../../../../../services/detector/rules/pattern.ts';
import type {
  Alternatives,
  CompareTest,
  Condition,
  Detection,
  FieldRefTest,
  KeywordTest,
  RegexTest,
  Selection,
  SigmaRule,
  Test,
} from '../../../../../../services/detector/rules/sigma/model.ts';

/** `isSame`: whether two characters count as one and the same. */
export function naiveMatch(
  pattern: Pattern,
  characters: readonly string[],
  isSame: (a: string, b: string) => boolean = (a, b) => a === b,
): boolean {
  const [part, ...rest] = pattern;
  if (part === undefined) return characters.length === 0;
  if (part.kind === 'any') {
    return characters
      .concat('')
      .some((_, skip) => naiveMatch(rest, characters.slice(skip), isSame));
  }
  if (part.kind === 'one') {
    return characters.length > 0 && naiveMatch(rest, characters.slice(1), isSame);
  }
  const text = [...part.text];
  const isThere = text.every((character, i) => {
    const other = characters[i];
    return other !== undefined && isSame(character, other);
  });
  return isThere && naiveMatch(rest, characters.slice(text.length), isSame);
}

export function naiveRule(rule: SigmaRule, document: unknown): boolean {
  const all: readonly Detection[] = [rule, ...(rule.filters ?? [])];
  return all.every((detection) => naiveCondition(detection.condition, detection, document));
}

function naiveCondition(condition: Condition, rule: Detection, document: unknown): boolean {
  if (condition.kind === 'selection') {
    const selection = rule.selections[condition.name];
    return selection !== undefined && naiveSelection(selection, document);
  }
  if (condition.kind === 'not') return !naiveCondition(condition.operand, rule, document);
  const results = condition.operands.map((operand) => naiveCondition(operand, rule, document));
  return condition.kind === 'and' ? !results.includes(false) : results.includes(true);
}

function naiveSelection(selection: Selection, document: unknown): boolean {
  if (!('of' in selection)) return naiveTest(selection, document);
  const results = selection.of.map((part) => naiveSelection(part, document));
  return selection.kind === 'all' ? !results.includes(false) : results.includes(true);
}

/** Every place that the path leads to, through arrays. */
function places(node: unknown, path: readonly string[]): unknown[] {
  const [key, ...rest] = path;
  if (key === undefined) return [node];
  if (Array.isArray(node)) return node.flatMap((item) => places(item, path));
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return [];
  return places((node as Record<string, unknown>)[key], rest);
}

function placesOf(field: string, document: unknown): unknown[] {
  return places(document, auditFieldPath(field) ?? ['nowhere']);
}

function flat(values: readonly unknown[]): unknown[] {
  return values.flatMap((value) => (Array.isArray(value) ? flat(value) : [value]));
}

function leaves(node: unknown): unknown[] {
  return typeof node === 'object' && node !== null ? Object.values(node).flatMap(leaves) : [node];
}

function texts(values: readonly unknown[]): string[] {
  return values
    .filter((value) => ['string', 'number', 'boolean'].includes(typeof value))
    .map(String);
}

function naiveTest(test: Test, document: unknown): boolean {
  if (test.kind === 'keywords') return naiveKeywords(test, document);
  const found = placesOf(test.field, document);
  if (test.kind === 'exists') return found.length > 0 === test.expected;
  return positive(test, flat(found), document) !== test.negated;
}

function naiveKeywords({ asked, quantifier }: KeywordTest, document: unknown): boolean {
  const words = texts(leaves(places(document, ['kubernetes', 'audit'])));
  if (asked.kind === 'regex') {
    return quantified(quantifier, asked.values, (source) =>
      words.some((text) => new RegExp(source, asked.flags).test(text)),
    );
  }
  return quantified(quantifier, asked.values, (value) => fits(value, words, asked));
}

function positive(
  test: Exclude<Test, { kind: 'keywords' } | { kind: 'exists' }>,
  values: readonly unknown[],
  document: unknown,
): boolean {
  switch (test.kind) {
    case 'equals':
      return quantified(test.quantifier, test.values, (value) =>
        value === null
          ? values.length === 0 || values.includes(null)
          : value.some((one) => isStar(one, test.transform)) && values.some((v) => v !== null)
            ? true
            : fits(value, texts(values), test),
      );
    case 'cidr':
      return quantified(test.quantifier, test.values, (value) => {
        const network = readNetwork(value);
        return values.some((item) => network !== undefined && isInNetwork(String(item), network));
      });
    case 'regex':
      return quantified(test.quantifier, test.values, (source) =>
        texts(values).some((text) => regexFits(test, source, text)),
      );
    case 'field':
      return quantified(test.quantifier, test.values, (name) =>
        fieldFits(test, texts(values), texts(flat(placesOf(name, document)))),
      );
    case 'compare':
      return quantified(test.quantifier, test.values, (bound) =>
        values.some((value) => compares(numberOf(test, value), test.operator, bound)),
      );
  }
}

type Transform = Extract<Test, { kind: 'equals' }>['transform'];

/** Nothing but wildcards, the open ends among them. */
function isStar(pattern: Pattern, { encodings, open }: Transform): boolean {
  const isOpen = open.start || open.end;
  return (
    encodings.length === 0 &&
    pattern.every((part) => part.kind === 'any') &&
    (pattern.length > 0 || isOpen)
  );
}

/** The match itself, at the end of the text where it must be there. */
function regexFits({ flags, open }: RegexTest, source: string, text: string): boolean {
  for (const found of everyMatch(source, flags, text)) {
    const [from, to] = found;
    const isAtStart = open.start || !open.end || from === 0;
    const isAtEnd = open.end || !open.start || to === text.length;
    if (isAtStart && isAtEnd) return true;
  }
  return false;
}

/** Every part of the text that is matched, not only the leftmost longest. */
function* everyMatch(source: string, flags: string, text: string) {
  for (let from = 0; from <= text.length; from += 1) {
    for (let to = from; to <= text.length; to += 1) {
      const whole = new RegExp(`(?:${source})(?=[^]{${text.length - to}}(?![^]))`, `${flags}y`);
      whole.lastIndex = from;
      if (whole.test(text)) yield [from, to] as const;
    }
  }
}

function fieldFits(
  { cased, how }: FieldRefTest,
  values: readonly string[],
  others: readonly string[],
): boolean {
  const plain = (text: string) => (cased ? text : text.toLowerCase());
  return values.some((value) =>
    others.some((other) => {
      const at = plain(value).split(plain(other));
      if (how === 'contains') return plain(value).includes(plain(other));
      if (how === 'startswith') return plain(other) === '' || (at.length > 1 && at[0] === '');
      if (how === 'endswith') return plain(other) === '' || (at.length > 1 && at.at(-1) === '');
      return plain(value) === plain(other);
    }),
  );
}

function numberOf({ part }: CompareTest, value: unknown): number | undefined {
  if (part !== undefined) return typeof value === 'string' ? partOf(value, part) : undefined;
  if (typeof value === 'number') return value;
  const isText = typeof value === 'string' && value.trim() === value && value !== '';
  return isText && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

/** By the calendar of the platform; a date without a time has neither hour nor minute. */
function partOf(text: string, part: NonNullable<CompareTest['part']>): number | undefined {
  const [day = '', time = ''] = text.split('T');
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  if (time === '' && (part === 'hour' || part === 'minute')) return undefined;
  const date = new Date(`${day}T${time === '' ? '00:00' : time.slice(0, 5)}:00Z`);
  if (part !== 'week') {
    return {
      minute: date.getUTCMinutes(),
      hour: date.getUTCHours(),
      day: date.getUTCDate(),
      month: date.getUTCMonth() + 1,
      year: date.getUTCFullYear(),
    }[part];
  }
  // Counted day by day from the year's first Thursday.
  const step = [-1, 1, 1, 1, 0, -1, -1][date.getUTCDay()] ?? 0;
  while (date.getUTCDay() !== 4) date.setUTCDate(date.getUTCDate() + step);
  let week = 0;
  for (const year = date.getUTCFullYear(); date.getUTCFullYear() === year; week += 1) {
    date.setUTCDate(date.getUTCDate() - 7);
  }
  return week;
}

function compares(
  value: number | undefined,
  operator: CompareTest['operator'],
  bound: number,
): boolean {
  if (value === undefined) return false;
  if (value === bound) return ['lte', 'gte', 'eq'].includes(operator);
  if (operator === 'eq') return false;
  return value < bound ? operator.startsWith('l') : operator.startsWith('g');
}

const DASHES = '-/–—―';

interface TextTest {
  readonly cased: boolean;
  readonly transform: Transform;
}

function fits(value: Alternatives, candidates: readonly string[], test: TextTest): boolean {
  const { cased, transform } = test;
  const plain = (text: string) => (cased ? text : text.toLowerCase());
  const isSame = (a: string, b: string): boolean =>
    plain(a) === plain(b) || (transform.dashes && DASHES.includes(a) && DASHES.includes(b));
  return value.some((pattern) =>
    candidates.some((text) =>
      transform.encodings.length === 0
        ? naiveMatch(opened(pattern, transform), [...text], isSame)
        : encodedIn(pattern, text, test),
    ),
  );
}

function opened(pattern: Pattern, { open }: Transform): Pattern {
  const any = [{ kind: 'any' as const }];
  return [...(open.start ? any : []), ...pattern, ...(open.end ? any : [])];
}

/** Only texts without wildcards, and no other encodings than these, are generated. */
function encodedIn(pattern: Pattern, text: string, { cased, transform }: TextTest): boolean {
  const rule = pattern.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  const [first, second] = transform.encodings;
  const wide = [...rule].map((char) => `${char}\0`).join('');
  const bytes = first === 'wide' || first === 'utf16le' ? wide : rule;
  const last = second ?? first;
  const plain = (one: string) => (cased ? one : one.toLowerCase());
  const within = (needle: string): boolean =>
    naiveMatch(opened([{ kind: 'text', text: plain(needle) }], transform), [...plain(text)]);
  if (last === 'base64') return within(btoa(bytes));
  if (last !== 'base64offset') return within(bytes);
  return [0, 1, 2].some((offset) => within(commonPart(bytes, offset)));
}

/** What Base64 has in common whatever stands before and behind: found by trying. */
function commonPart(bytes: string, offset: number): string {
  const around = (fill: string) => btoa(fill.repeat(offset) + bytes + fill.repeat(3));
  const [zeros, ones] = [around('\0'), around('\u00ff')];
  const same = [...zeros].map((char, i) => (char === ones[i] && char !== '=' ? char : ' '));
  return same.join('').trim();
}

function quantified<T>(
  quantifier: 'any' | 'all',
  values: readonly T[],
  test: (value: T) => boolean,
): boolean {
  return quantifier === 'all' ? values.every(test) : values.some(test);
}
