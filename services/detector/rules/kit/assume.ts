/**
 * Owns: what follows from one predicate being true, or false.
 */
import type { Predicate, Question, Test } from '../expression.ts';
import { partOf } from '../fields.ts';
import { compilePattern, foldCase } from '../pattern.ts';
import {
  type Dead,
  type Facts,
  intersect,
  isContradiction,
  type Known,
  withField,
  withTruth,
} from './facts.ts';
import { fieldName, predicateKey } from './predicate-key.ts';
import { closedValues, isSingleValued } from './vocabulary.ts';

const NOTHING_KNOWN: Known = { allowed: undefined, isPresent: false, isAbsent: false };
const STAGE = 'kubernetes.audit.stage';
const LEVEL = 'kubernetes.audit.level';
/** RequestReceived has neither bodies nor a status (apiserver.md §5). */
const LATER = new Set(['responsestarted', 'responsecomplete', 'panic']);
const WITH_REQUEST = new Set(['request', 'requestresponse']);
const WITH_RESPONSE = new Set(['requestresponse']);

interface Implied {
  readonly field: string;
  readonly allowed: ReadonlySet<string>;
  readonly why: string;
}

/** The facts with the predicate's truth, or why it can't have it. */
export function assume(predicate: Predicate, wanted: boolean, facts: Facts): Facts | Dead {
  const key = predicateKey(predicate);
  if (facts.truths.get(key) === !wanted) {
    return { dead: `"${predicate.text}" is wanted both true and false`, at: predicate.at };
  }
  let known = withTruth(facts, key, wanted);
  for (const implied of wanted ? impliedBy(predicate) : []) {
    const next = restrict(known, implied.field, { ...NOTHING_KNOWN, allowed: implied.allowed });
    if (next === undefined) return { dead: implied.why, at: predicate.at };
    known = next;
  }
  const name = fieldName(predicate.field);
  if (name === undefined || !isSingleValued(name)) return known;
  const change = changeBy(predicate.question, wanted, allowedOf(known, name));
  const next = restrict(known, name, change);
  return next ?? { dead: contradiction(known, name, predicate), at: predicate.at };
}

function allowedOf(facts: Facts, name: string): ReadonlySet<string> | undefined {
  return facts.fields.get(name)?.allowed ?? closedValues(name);
}

/** Undefined: it contradicts what is known. */
function restrict(facts: Facts, field: string, change: Known): Facts | undefined {
  const before = facts.fields.get(field) ?? NOTHING_KNOWN;
  const after: Known = {
    allowed: intersect(intersect(before.allowed, closedValues(field)), change.allowed),
    isPresent: before.isPresent || change.isPresent,
    isAbsent: before.isAbsent || change.isAbsent,
  };
  return isContradiction(after) ? undefined : withField(facts, field, after);
}

function contradiction(facts: Facts, name: string, { text }: Predicate): string {
  const known = facts.fields.get(name);
  const values = [...(known?.allowed ?? [])].slice(0, 3).map((value) => `"${value}"`);
  if (known === undefined || known.isAbsent || values.length === 0) {
    return `"${text}" can't be so`;
  }
  return `"${text}" can't be so where ${name} is ${values.join(' or ')}`;
}

/** What the predicate says of a field with one value at most. */
function changeBy(
  question: Question,
  wanted: boolean,
  allowed: ReadonlySet<string> | undefined,
): Known {
  switch (question.kind) {
    case 'some':
    case 'every':
      return {
        ...NOTHING_KNOWN,
        allowed: fitting(question.test, wanted, allowed),
        isPresent: wanted,
      };
    case 'filled':
      return { ...NOTHING_KNOWN, isPresent: wanted, isAbsent: !wanted };
    case 'null':
      return { ...NOTHING_KNOWN, isPresent: !wanted, isAbsent: wanted };
    case 'present':
      return { ...NOTHING_KNOWN, isAbsent: !wanted };
  }
}

/** Of the allowed texts those that fit, or do not; without a list only `equals` makes one. */
function fitting(
  test: Test,
  wanted: boolean,
  allowed: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  const fits = foldedTest(test);
  if (fits === undefined) return undefined;
  if (allowed === undefined) {
    return test.kind === 'equals' && wanted ? new Set(test.texts.map(foldCase)) : undefined;
  }
  // What folds to a text that fits is not yet that text: false says little of a test with case.
  if (!wanted && 'cased' in test && test.cased) return undefined;
  return new Set([...allowed].filter((text) => fits(text) === wanted));
}

function foldedTest(test: Test): ((folded: string) => boolean) | undefined {
  if (test.kind === 'equals') {
    const texts = new Set(test.texts.map(foldCase));
    return (folded) => texts.has(folded);
  }
  if (test.kind !== 'like') return undefined;
  const patterns = test.patterns.map((pattern) => compilePattern(pattern, false));
  return (folded) => patterns.some((matches) => matches(folded));
}

/** What an event that has the field must be like. */
function impliedBy({ field, question, text }: Predicate): readonly Implied[] {
  if (question.kind === 'null' || field.kind !== 'path') return [];
  const parts = field.paths.map(partOf);
  const has = (part: string) => parts.length > 0 && parts.every((found) => found === part);
  const isStatus = fieldName(field)?.startsWith('kubernetes.audit.responseStatus.') === true;
  if (!isStatus && !has('requestObject') && !has('responseObject')) return [];
  const late = { field: STAGE, allowed: LATER, why: `stage RequestReceived has no "${text}"` };
  if (isStatus) return [late];
  const needed = has('requestObject') ? 'Request' : 'RequestResponse';
  const why = `"${text}" needs the audit level ${needed}, and the rule is for a lower one`;
  const allowed = needed === 'Request' ? WITH_REQUEST : WITH_RESPONSE;
  return [late, { field: LEVEL, allowed, why }];
}
