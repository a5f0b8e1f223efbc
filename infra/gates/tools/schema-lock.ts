/**
 * Owns: what the versions of the schemas promise: released ones (they stand in compat.lock.json) are
 * never edited, and every version of a subject reads what every other one wrote.
 * `npm run schemas:lock` enters the versions that are not in the lock; it changes no entry.
 * Does not own: the gate that runs on every check (schema-compat.ts), the generated file.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import avsc from 'avsc';
import { canonicalForm, crc64Avro } from '../../../shared/adapters/avro/fingerprint.ts';
import { ROOT } from '../commands.ts';
import { alteredMeanings, flaws } from './schema-rules.ts';
import { nameOf, readVersions, type SchemaVersion } from './schema-versions.ts';

export interface LockEntry {
  readonly subject: string;
  readonly version: number;
  /** Of the file's bytes: a changed description is an edit, too. */
  readonly sha256: string;
  /** CRC-64-AVRO of the canonical form, as it stands in front of every value. */
  readonly fingerprint: string;
}

/** Entries of `folder`/compat.lock.json; none where there is no such file. */
export function readLock(folder: string): readonly LockEntry[] {
  const file = join(folder, 'compat.lock.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LockEntry[]) : [];
}

export function lockEntry({ subject, version, text }: SchemaVersion): LockEntry {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const fingerprint = crc64Avro(Buffer.from(canonicalForm(text)))
    .toString(16)
    .padStart(16, '0');
  return { subject, version, sha256, fingerprint };
}

/** Released versions that are no longer what was released, or no longer there. */
export function editedVersions(
  versions: readonly SchemaVersion[],
  lock: readonly LockEntry[],
): readonly string[] {
  const found = new Map(versions.map((version) => [nameOf(version), lockEntry(version)]));
  return lock.flatMap((entry) => {
    const now = found.get(nameOf(entry));
    if (now?.sha256 === entry.sha256 && now.fingerprint === entry.fingerprint) return [];
    return [`${nameOf(entry)} was released and must stay as it was: add a new version instead`];
  });
}

function typeOf({ text }: SchemaVersion): avsc.Type {
  const options = { registry: {}, logicalTypes: {} };
  return avsc.Type.forSchema(JSON.parse(text) as avsc.Schema, options);
}

/** What a reader with `reader` would stumble over in records of `writer`. */
function unreadable(reader: SchemaVersion, writer: SchemaVersion): readonly string[] {
  try {
    typeOf(reader).createResolver(typeOf(writer));
    return [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [`${nameOf(reader)} can not read what ${nameOf(writer)} wrote: ${error.message}`];
  }
}

/** FULL_TRANSITIVE: every pair of versions of one subject, both ways. */
export function incompatibilities(versions: readonly SchemaVersion[]): readonly string[] {
  return versions.flatMap((reader) =>
    versions
      .filter((writer) => writer.subject === reader.subject && writer.version !== reader.version)
      .flatMap((writer) => unreadable(reader, writer)),
  );
}

/** The lock's text with an entry for every version. */
export function lockText(versions: readonly SchemaVersion[]): string {
  return `${JSON.stringify(versions.map(lockEntry), null, 2)}\n`;
}

function main(folder: string): void {
  const versions = readVersions(folder);
  const problems = [
    ...editedVersions(versions, readLock(folder)),
    ...incompatibilities(versions),
    ...versions.flatMap(flaws),
    ...alteredMeanings(versions),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) writeFileSync(join(folder, 'compat.lock.json'), lockText(versions));
  process.exitCode = problems.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(join(ROOT, 'schemas'));
