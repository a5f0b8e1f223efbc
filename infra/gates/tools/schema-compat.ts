/**
 * Owns: the gate on the schemas: they only grow (schema-lock.ts says what that means), every field
 * is described and keeps its meaning (schema-rules.ts), and schemas/generated is what the sources give.
 * Does not own: writing the generated file (schema-gen.ts) or the lock (schema-lock.ts).
 *
 * Argument: a folder instead of schemas/ (the known-bad sample).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../commands.ts';
import { GENERATED_FILE, generate } from './schema-gen.ts';
import { editedVersions, incompatibilities, readLock } from './schema-lock.ts';
import { alteredMeanings, flaws } from './schema-rules.ts';
import { readVersions } from './schema-versions.ts';

const argument = process.argv[2];
const folder = argument ?? join(ROOT, 'schemas');

const versions = readVersions(folder);
if (versions.length === 0) throw new Error(`No schema under ${folder}`);
const problems = [
  ...editedVersions(versions, readLock(folder)),
  ...versions.flatMap(flaws),
  ...alteredMeanings(versions),
  ...incompatibilities(versions),
];
if (argument === undefined && readFileSync(GENERATED_FILE, 'utf8') !== generate()) {
  problems.push('schemas/generated/avro.ts is out of date: run `npm run schemas`');
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
