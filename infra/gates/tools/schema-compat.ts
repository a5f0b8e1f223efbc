/**
 * Owns: the promise that schemas only grow. Every version of a subject reads what the version
 * before and after it wrote, every field is described, a version that was released (it stands in
 * compat.lock.json) is never edited, and schemas/generated is what the sources give.
 * Does not own: writing the generated file (schema-gen.ts).
 *
 * Arguments: a folder instead of schemas/ (the known-bad sample), and --release, which enters all
 * versions into the lock.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import avsc from 'avsc';
import { ROOT } from '../commands.ts';
import { GENERATED_FILE, generate } from './schema-gen.ts';

interface Version {
  /** `audit-event/v1.avsc` */
  readonly name: string;
  readonly text: string;
}

type Lock = Readonly<Record<string, string>>;

const isRelease = process.argv.includes('--release');
const argument = process.argv.slice(2).find((text) => !text.startsWith('--'));
const folder = argument ?? join(ROOT, 'schemas');
const lockFile = join(folder, 'compat.lock.json');

/** Versions of one subject, oldest first. */
function readVersions(subject: string): readonly Version[] {
  const files = readdirSync(join(folder, 'avro', subject)).filter((f) => /^v\d+\.avsc$/.test(f));
  const ordered = files.toSorted((a, b) => Number(a.slice(1, -5)) - Number(b.slice(1, -5)));
  return ordered.map((file) => ({
    name: `${subject}/${file}`,
    text: readFileSync(join(folder, 'avro', subject, file), 'utf8'),
  }));
}

function typeOf(version: Version): avsc.Type {
  return avsc.Type.forSchema(JSON.parse(version.text) as avsc.Schema, {
    registry: {},
    logicalTypes: {},
  });
}

/** What a reader with `reader` would stumble over in records of `writer`. */
function unreadable(reader: Version, writer: Version): readonly string[] {
  try {
    typeOf(reader).createResolver(typeOf(writer));
    return [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [`${reader.name} can not read what ${writer.name} wrote: ${error.message}`];
  }
}

function undescribed(version: Version): readonly string[] {
  const schema = JSON.parse(version.text) as {
    readonly fields?: readonly { readonly name: string; readonly doc?: string }[];
  };
  const bare = (schema.fields ?? []).filter((field) => (field.doc ?? '') === '');
  return bare.map((field) => `${version.name}: field ${field.name} has no doc`);
}

function fingerprint(version: Version): string {
  return createHash('sha256').update(version.text).digest('hex');
}

function againstLock(versions: readonly Version[], lock: Lock): readonly string[] {
  const found = new Map(versions.map((version) => [version.name, fingerprint(version)]));
  return Object.entries(lock)
    .filter(([name, hash]) => found.get(name) !== hash)
    .map(([name]) => `${name} was released and must stay as it was: add a new version instead`);
}

const subjects = readdirSync(join(folder, 'avro')).map(readVersions);
const versions = subjects.flat();
const lock = existsSync(lockFile) ? (JSON.parse(readFileSync(lockFile, 'utf8')) as Lock) : {};
const problems = [
  ...againstLock(versions, lock),
  ...versions.flatMap(undescribed),
  ...subjects.flatMap((ordered) =>
    ordered.slice(1).flatMap((newer, index) => {
      const older = ordered[index] ?? newer;
      return [...unreadable(newer, older), ...unreadable(older, newer)];
    }),
  ),
];
if (argument === undefined && readFileSync(GENERATED_FILE, 'utf8') !== generate()) {
  problems.push('schemas/generated/avro.ts is out of date: run `npm run schemas`');
}
for (const problem of problems) console.error(problem);
if (versions.length === 0) throw new Error(`No schema under ${folder}`);
if (isRelease && problems.length === 0) {
  const entries = versions.map((version) => [version.name, fingerprint(version)] as const);
  writeFileSync(lockFile, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}
process.exitCode = problems.length === 0 ? 0 : 1;
