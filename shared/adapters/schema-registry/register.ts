/**
 * Owns: that a registry has every version of our schemas, and holds later ones against them.
 * Registering is idempotent; nothing is ever deleted.
 */
import { FatalError } from '../../errors/fault.ts';
import type { RegistryClient } from './client.ts';

/** A subject and the versions that it must have, oldest first, as JSON texts. */
export interface Subject {
  readonly name: string;
  readonly schemas: readonly string[];
}

export interface SubjectStatus {
  readonly name: string;
  readonly state: 'created' | 'changed' | 'unchanged';
  readonly detail?: string;
}

/** What others read must stay readable to them, whatever version they and we have. */
const LEVEL = 'FULL_TRANSITIVE';

/** Ids of the subject's schemas; undefined where the registry does not have it. */
export function lookupIds(
  client: RegistryClient,
  { name, schemas }: Subject,
): Promise<readonly (number | undefined)[]> {
  return Promise.all(schemas.map((schema) => client.lookup(name, schema)));
}

async function registerSubject(client: RegistryClient, subject: Subject): Promise<SubjectStatus> {
  const { name, schemas } = subject;
  const isNew = (await client.versions(name)) === undefined;
  const before = isNew ? [] : await lookupIds(client, subject);
  const missing = schemas.filter((_, i) => before[i] === undefined);
  // The level first, so that the registry judges the later versions; some know no level of a
  // subject that is not there.
  const [first] = missing;
  if (isNew && first !== undefined) await client.register(name, first);
  const hadLevel = (await client.compatibility(name)) === LEVEL;
  if (!hadLevel) await client.setCompatibility(name, LEVEL);
  for (const schema of missing) await client.register(name, schema);
  if (isNew) return { name, state: 'created', detail: `${schemas.length} versions, ${LEVEL}` };
  if (missing.length === 0 && hadLevel) return { name, state: 'unchanged' };
  const done = [
    ...(missing.length === 0 ? [] : [`registered ${missing.length} versions`]),
    ...(hadLevel ? [] : [`compatibility ${LEVEL}`]),
  ];
  return { name, state: 'changed', detail: done.join(', ') };
}

/** Makes what is missing. Throws FatalError('schema_refused') where the registry refuses a schema. */
export async function registerSubjects(
  client: RegistryClient,
  subjects: readonly Subject[],
): Promise<readonly SubjectStatus[]> {
  const statuses: SubjectStatus[] = [];
  // One after the other: two topics may share a subject.
  for (const subject of subjects) statuses.push(await registerSubject(client, subject));
  return statuses;
}

async function problemOf(client: RegistryClient, subject: Subject): Promise<readonly string[]> {
  const ids = await lookupIds(client, subject);
  const missing = ids.flatMap((id, i) => (id === undefined ? [`v${i + 1}`] : []));
  if (missing.length === ids.length) return [`${subject.name} has none of our schemas`];
  const level = await client.compatibility(subject.name);
  return [
    ...(missing.length === 0 ? [] : [`${subject.name} lacks ${missing.join(', ')}`]),
    ...(level === LEVEL
      ? []
      : [`${subject.name} has compatibility ${level ?? 'of the registry'}, not ${LEVEL}`]),
  ];
}

/** Throws FatalError('missing_schema') that names what `registerSubjects` would make. */
export async function reviewSubjects(
  client: RegistryClient,
  subjects: readonly Subject[],
): Promise<void> {
  const problems: string[] = [];
  for (const subject of subjects) problems.push(...(await problemOf(client, subject)));
  if (problems.length > 0) throw new FatalError(problems.join('\n'), { code: 'missing_schema' });
}
