/**
 * Owns: what schemas promise beyond that they can be read: every field is described, at every depth;
 * an enum has a symbol for what it does not know; and what resolves must still mean the same. A
 * resolver takes milliseconds for microseconds, and a field that was renamed for one that is absent.
 * Does not own: whether versions can read each other (schema-lock.ts).
 */
import { nameOf, type SchemaVersion } from './schema-versions.ts';

type Schema = string | readonly Schema[] | { readonly [attribute: string]: unknown };

/** A field, at any depth; of a union, what is beside null. */
interface Field {
  /** `list.id` for the field of an array's items. */
  readonly path: string;
  readonly doc: string;
  readonly logicalType: string;
  /** Symbols of an enum that has no default. */
  readonly isOpenEnum: boolean;
  readonly aliases: readonly string[];
}

type Complex = { readonly [attribute: string]: unknown };

function complexOf(type: Schema): readonly Complex[] {
  if (typeof type === 'string') return [];
  if (Array.isArray(type)) return (type as readonly Schema[]).flatMap(complexOf);
  const complex = type as Complex;
  const inner = complex['items'] ?? complex['values'];
  const own =
    typeof complex['type'] === 'object' ? complexOf(complex['type'] as Schema) : [complex];
  return inner === undefined ? own : [...own, ...complexOf(inner as Schema)];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function fieldsOf(type: Schema, prefix: string): readonly Field[] {
  return complexOf(type).flatMap((record) =>
    ((record['fields'] ?? []) as readonly Complex[]).flatMap((field) => {
      const path = `${prefix}${text(field['name'])}`;
      const types = complexOf(field['type'] as Schema);
      const own: Field = {
        path,
        doc: text(field['doc']),
        logicalType: types.map((one) => text(one['logicalType'])).join(''),
        isOpenEnum: types.some((one) => one['type'] === 'enum' && one['default'] === undefined),
        aliases: (field['aliases'] ?? []) as readonly string[],
      };
      return [own, ...fieldsOf(field['type'] as Schema, `${path}.`)];
    }),
  );
}

function schemaOf({ text: json }: SchemaVersion): Complex {
  return JSON.parse(json) as Complex;
}

/** What is wrong with one version by itself. */
export function flaws(version: SchemaVersion): readonly string[] {
  const schema = schemaOf(version);
  const name = nameOf(version);
  return [
    ...(text(schema['doc']) === '' ? [`${name}: the record has no doc`] : []),
    ...fieldsOf(schema, '').flatMap(({ aliases, doc, isOpenEnum, path }) => [
      ...(doc === '' ? [`${name}: field ${path} has no doc`] : []),
      ...(isOpenEnum ? [`${name}: the enum of ${path} has no default symbol`] : []),
      ...(aliases.length > 0 ? [`${name}: field ${path} has aliases: older readers lose it`] : []),
    ]),
  ];
}

function changes(before: SchemaVersion, after: SchemaVersion): readonly string[] {
  const old = new Map(fieldsOf(schemaOf(before), '').map((field) => [field.path, field]));
  const between = `${nameOf(after)}, against ${nameOf(before)}`;
  return fieldsOf(schemaOf(after), '').flatMap(({ logicalType, path }) => {
    const known = old.get(path);
    if (known === undefined || known.logicalType === logicalType) return [];
    return [`${between}: field ${path} has another logical type`];
  });
}

/** What resolves between versions of a subject and means something else. */
export function alteredMeanings(versions: readonly SchemaVersion[]): readonly string[] {
  return versions.flatMap((after) =>
    versions
      .filter((before) => before.subject === after.subject && before.version < after.version)
      .flatMap((before) => changes(before, after)),
  );
}
