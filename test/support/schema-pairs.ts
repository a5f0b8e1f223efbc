/**
 * Owns: changes of a schema that a reader or a writer of the other version does not survive, and
 * changes that both do. The gate and real registries are held to the same list.
 */
interface Pair {
  readonly what: string;
  /** Fields before and after. */
  readonly before: readonly object[];
  readonly after: readonly object[];
}

const level = (symbols: readonly string[], more: object = { default: 'UNKNOWN' }): object => ({
  name: 'level',
  type: { type: 'enum', name: 'Level', symbols, ...more },
  default: 'UNKNOWN',
});
const part = (name: string, fields: readonly object[]): object => ({
  name: 'part',
  type: { type: 'record', name, fields },
});
const list = (fields: readonly object[]): object => ({
  name: 'list',
  type: { type: 'array', items: { type: 'record', name: 'Item', fields } },
});

const ID = { name: 'id', type: 'string' };
const COUNT = { name: 'count', type: 'int' };
const MAYBE = { name: 'maybe', type: ['null', 'string'], default: null };

export const BREAKING: readonly Pair[] = [
  { what: 'a new field without default', before: [ID], after: [ID, COUNT] },
  { what: 'a removed field that had no default', before: [ID, COUNT], after: [ID] },
  { what: 'a renamed field', before: [ID], after: [{ ...ID, name: 'key' }] },
  {
    what: 'a renamed field that only the new side knows by its alias',
    before: [ID],
    after: [{ ...ID, name: 'key', aliases: ['id'] }],
  },
  { what: 'another type', before: [COUNT], after: [{ ...COUNT, type: 'string' }] },
  {
    what: 'a wider type, which older readers refuse',
    before: [COUNT],
    after: [{ ...COUNT, type: 'long' }],
  },
  {
    what: 'a field that may be null now',
    before: [ID],
    after: [{ ...ID, type: ['null', 'string'] }],
  },
  {
    what: 'a field that may no longer be null',
    before: [MAYBE],
    after: [{ ...MAYBE, type: 'string', default: '' }],
  },
  {
    what: 'a union with one branch more',
    before: [MAYBE],
    after: [{ ...MAYBE, type: ['null', 'string', 'long'] }],
  },
  {
    what: 'a new symbol that older readers have no default for',
    before: [level(['UNKNOWN', 'LOW'], {})],
    after: [level(['UNKNOWN', 'LOW', 'HIGH'], {})],
  },
  {
    what: 'a removed symbol that newer readers have no default for',
    before: [level(['UNKNOWN', 'LOW', 'HIGH'])],
    after: [level(['UNKNOWN', 'LOW'], {})],
  },
  {
    what: 'a nested field without default',
    before: [part('Part', [ID])],
    after: [part('Part', [ID, COUNT])],
  },
  {
    what: 'a field of an array’s items without default',
    before: [list([ID])],
    after: [list([ID, COUNT])],
  },
  { what: 'a renamed nested record', before: [part('Part', [ID])], after: [part('Piece', [ID])] },
  {
    what: 'an array of something else',
    before: [{ name: 'all', type: { type: 'array', items: 'string' } }],
    after: [{ name: 'all', type: { type: 'array', items: 'int' } }],
  },
];

export const HARMLESS: readonly Pair[] = [
  { what: 'a new field with a default', before: [ID], after: [ID, { ...COUNT, default: 0 }] },
  { what: 'a new field that may be null', before: [ID], after: [ID, MAYBE] },
  { what: 'a removed field that had a default', before: [ID, MAYBE], after: [ID] },
  { what: 'another order', before: [ID, COUNT], after: [COUNT, ID] },
  { what: 'a description', before: [ID], after: [{ ...ID, doc: 'Id.' }] },
  {
    what: 'a new symbol where both sides have a default',
    before: [level(['UNKNOWN', 'LOW'])],
    after: [level(['UNKNOWN', 'LOW', 'HIGH'])],
  },
  {
    what: 'a nested field with a default',
    before: [part('Part', [ID])],
    after: [part('Part', [ID, { ...COUNT, default: 0 }])],
  },
];

/** A schema of these fields as JSON text. */
export function thing(fields: readonly object[]): string {
  return JSON.stringify({ type: 'record', name: 'Thing', namespace: 'test', fields });
}
