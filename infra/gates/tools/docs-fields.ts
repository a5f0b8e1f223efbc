/**
 * Owns: docs/reference/fields.md, made from the index templates and the descriptions beside them
 * (infra/elastic/fields.json); which fields must have a description of their own, and which
 * descriptions are of no field.
 * Does not own: the templates.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../commands.ts';

const ELASTIC = join(ROOT, 'infra/elastic');
/** Where they come first, they stand first. */
const TEMPLATES = ['own', 'kubernetes', 'falco', 'ecs'];
/** Fields that nobody else describes. */
const OURS = /^(podwitness|kubernetes\.audit)\./;

interface Mapping {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Mapping>>;
  readonly fields?: Readonly<Record<string, Mapping>>;
}

interface Field {
  readonly path: string;
  readonly type: string;
}

export interface Descriptions {
  /** Fields under the one have the descriptions of those under the other. */
  readonly sameAs: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

export function readDescriptions(folder = ELASTIC): Descriptions {
  return JSON.parse(readFileSync(join(folder, 'fields.json'), 'utf8')) as Descriptions;
}

function typeOf({ fields, type = 'object' }: Mapping): string {
  const others = Object.entries(fields ?? {}).map(([name, field]) => `.${name} ${field.type}`);
  return [type, ...others].join(', ');
}

function leaves(properties: Readonly<Record<string, Mapping>>, prefix: string): readonly Field[] {
  return Object.entries(properties).flatMap(([name, mapping]) => {
    const path = `${prefix}${name}`;
    if (mapping.properties === undefined) return [{ path, type: typeOf(mapping) }];
    return leaves(mapping.properties, `${path}.`);
  });
}

/** Every field that a template maps. */
export function mappedFields(folder = ELASTIC): readonly Field[] {
  return TEMPLATES.flatMap((name) => {
    const file = join(folder, 'component-templates', `podwitness-${name}.json`);
    const { template } = JSON.parse(readFileSync(file, 'utf8')) as {
      template: { mappings: Mapping };
    };
    return leaves(template.mappings.properties ?? {}, '');
  });
}

/** The path under which the descriptions know a field. */
function knownPath({ fields, sameAs }: Descriptions, path: string): string {
  if (fields[path] !== undefined) return path;
  const same = Object.keys(sameAs).find((prefix) => path.startsWith(`${prefix}.`));
  if (same === undefined) return path;
  return knownPath({ fields, sameAs }, `${sameAs[same]}${path.slice(same.length)}`);
}

/** A field's description, or that of the group it is in; undefined: nobody described it. */
function describe(descriptions: Descriptions, path: string): string | undefined {
  const known = knownPath(descriptions, path);
  const own = descriptions.fields[known];
  if (own !== undefined || OURS.test(path)) return own;
  const dot = known.lastIndexOf('.');
  return dot < 0 ? undefined : describe(descriptions, known.slice(0, dot));
}

/** Fields without a description, and descriptions without a field. */
export function fieldProblems(
  fields: readonly Field[],
  descriptions: Descriptions,
): readonly string[] {
  const paths = fields.map(({ path }) => path);
  const bare = paths.filter((path) => describe(descriptions, path) === undefined);
  const known = new Set(paths.map((path) => knownPath(descriptions, path)));
  const isOfGroup = (name: string): boolean => paths.some((path) => path.startsWith(`${name}.`));
  const stale = Object.keys(descriptions.fields).filter(
    (name) => !known.has(name) && (OURS.test(name) || !isOfGroup(name)),
  );
  return [
    ...bare.map((path) => `${path} has no description in infra/elastic/fields.json`),
    ...stale.map((path) => `${path} is described in infra/elastic/fields.json, and is no field`),
  ];
}

const INTRODUCTION = `Fields of the documents, as they stand in \`document\` of the topics' records and in Elasticsearch.
They are made from the index templates. ECS fields mean what ECS says; here stands what they hold
for us, by group where one sentence does for all. A field that does not apply is absent. What is
not listed is in the document and can not be searched, but for \`podwitness.request_object\` and
\`podwitness.response_object\`, which hold the rest of the bodies.`;

function row(descriptions: Descriptions, { path, type }: Field): string {
  const text = (describe(descriptions, path) ?? '').replaceAll('|', '\\|');
  return `| \`${path}\` | ${type} | ${text} |`;
}

function section(path: string): string {
  if (path.startsWith('kubernetes.audit.')) return 'kubernetes.audit';
  const [first = '', second = ''] = path.split('.');
  return first === 'podwitness' ? `${first}.${second}` : first;
}

/** `podwitness.partial` and its like stand together. */
function sections(fields: readonly Field[]): ReadonlyMap<string, readonly Field[]> {
  const found = new Map<string, Field[]>();
  for (const field of fields) {
    const own = section(field.path);
    const name = own === field.path ? (own.split('.')[0] ?? own) : own;
    const known = found.get(name);
    if (known === undefined) found.set(name, [field]);
    else known.push(field);
  }
  return found;
}

/** The whole page; `made` is the line that says who made it. */
export function fieldsPage(made: string): string {
  const descriptions = readDescriptions();
  const parts = [...sections(mappedFields())].map(([name, fields]) =>
    [
      ...[`## ${name}`, '', '| field | type | what it holds |', '|---|---|---|'],
      ...fields.map((field) => row(descriptions, field)),
    ].join('\n'),
  );
  return `# Fields\n\n${made}\n\n${INTRODUCTION}\n\n${parts.join('\n\n')}\n`;
}
