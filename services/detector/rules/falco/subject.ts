/**
 * Owns: what a check is about, as one field: a field of the event, or what transformers make of some.
 * Does not own: the transformers' work (transform.ts), the fields (fields/).
 */
import type { EventDocument } from '../expression.ts';
import type { Argument, FieldRef, Subject, Transformed, Transformer } from './ast.ts';
import { type FalcoField, readTexts, type ResolveField } from './fields/field.ts';
import { printSubject } from './print.ts';
import { joinAll, lengthOf, optionsOf, type Texts, transformEach } from './transform.ts';

/** Why a condition has no meaning here, and where. */
export class LoweringError extends Error {
  readonly at: number;
  /** A field that no event has, which `skip-if-unknown-filter` lets pass. */
  readonly isUnknownField: boolean;
  constructor(message: string, at: number, isUnknownField = false) {
    super(message);
    this.name = 'LoweringError';
    this.at = at;
    this.isUnknownField = isUnknownField;
  }
}

/** @throws LoweringError */
export function lowerSubject(subject: Subject, resolve: ResolveField): FalcoField {
  if (subject.kind === 'field') return lowerField(subject, resolve);
  const { transformer } = subject;
  if (transformer === 'val') return lowerSubject(onlyField(subject), resolve);
  if (transformer === 'join' || transformer === 'concat') return lowerJoined(subject, resolve);
  if (transformer === 'getopt') return lowerOptions(subject, resolve);
  return lowerEach(subject, transformer, resolve);
}

function lowerField(ref: FieldRef, resolve: ResolveField): FalcoField {
  const resolved = resolve(ref);
  if (resolved.ok) return resolved.field;
  const isUnknown = resolved.reason.includes('nonexistent field');
  throw new LoweringError(resolved.reason, ref.at, isUnknown);
}

function onlyField(subject: Transformed): Subject {
  const [argument, ...more] = subject.args;
  if (argument !== undefined && more.length === 0 && isSubject(argument)) return argument;
  throw new LoweringError(`'${subject.transformer}' takes one field`, subject.at);
}

function isSubject(argument: Argument): argument is Subject {
  return argument.kind === 'field' || argument.kind === 'transformed';
}

function lowerEach(
  subject: Transformed,
  transformer: Transformer,
  resolve: ResolveField,
): FalcoField {
  const inner = lowerSubject(onlyField(subject), resolve);
  if (transformer === 'len') {
    const length = made(subject, [inner], (document) =>
      lengthOf(readTexts(document, inner), inner.isList),
    );
    return { ...length, type: 'number' };
  }
  if (inner.type === 'number') {
    throw new LoweringError(`'${transformer}' transformer takes no numbers`, subject.at);
  }
  const field = made(subject, [inner], (document) =>
    transformEach(transformer, readTexts(document, inner)),
  );
  return { ...field, isList: inner.isList };
}

type Part = FalcoField | string;

/** Fields and texts among the arguments; a list in parentheses stands for its items. */
function partsOf(args: readonly Argument[], resolve: ResolveField): readonly Part[] {
  return args.flatMap((argument): readonly Part[] => {
    if (argument.kind === 'text') return [argument.text];
    if (argument.kind === 'arguments') return partsOf(argument.items, resolve);
    return [lowerSubject(argument, resolve)];
  });
}

function readPart(document: EventDocument, part: Part): Texts {
  return typeof part === 'string' ? [part] : readTexts(document, part);
}

function lowerJoined(subject: Transformed, resolve: ResolveField): FalcoField {
  const [first, ...rest] = subject.args;
  const isJoin = subject.transformer === 'join';
  if (isJoin && first?.kind !== 'text') {
    throw new LoweringError("'join' takes a separator and a list", subject.at);
  }
  const separator = isJoin && first?.kind === 'text' ? first.text : '';
  const parts = partsOf(isJoin ? rest : subject.args, resolve);
  return made(subject, parts, (document) =>
    joinAll(
      separator,
      parts.map((part) => readPart(document, part)),
    ),
  );
}

function lowerOptions(subject: Transformed, resolve: ResolveField): FalcoField {
  const [words, letters, ...more] = subject.args;
  if (words === undefined || letters?.kind !== 'text' || more.length > 0) {
    throw new LoweringError("'getopt' takes a field and a text of options", subject.at);
  }
  const parts = partsOf([words], resolve);
  const options = made(subject, parts, (document) => {
    const texts = joinAll(
      ' ',
      parts.map((part) => readPart(document, part)),
    );
    const found = optionsOf(texts, letters.text, subject.arg);
    return subject.arg === undefined ? found : found?.slice(0, 1);
  });
  return { ...options, isList: subject.arg === undefined };
}

/** A text made of the parts; it reads all that they read. */
function made(
  subject: Transformed,
  parts: readonly Part[],
  read: (document: EventDocument) => Texts,
): FalcoField {
  const fields = parts.filter((part) => typeof part !== 'string');
  const from = fields.flatMap(({ field }) =>
    field.kind === 'path' ? field.paths : field.kind === 'computed' ? field.from : [],
  );
  // Fields of one name differ in what they are read from, by source and meaning.
  const keys = fields.map(({ field }) => (field.kind === 'computed' ? field.key : ''));
  const key = `falco ${printSubject(subject)} ${JSON.stringify([keys, from])}`;
  return {
    field: { kind: 'computed', key, from, read },
    isList: false,
    type: 'text',
    needsAuditId: fields.some(({ needsAuditId }) => needsAuditId),
  };
}
