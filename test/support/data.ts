/**
 * Owns: the recordings of a real API server that lie beside the project, for tests.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { readTarGz } from './tar.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/data/apiserver', import.meta.url));

/** Undefined: the recordings are there. Otherwise why the test is skipped; PODWITNESS_DATA=require: throws. */
export function missingData(): string | undefined {
  if (existsSync(FOLDER)) return undefined;
  const reason = 'the recordings in ../shared/data are not there';
  if (process.env['PODWITNESS_DATA'] === 'require') throw new Error(reason);
  return reason;
}

export interface Recording {
  readonly name: string;
  /** POST bodies in order of arrival, byte for byte. */
  readonly bodies: readonly Buffer[];
  readonly auditLog: string;
}

/** A scenario by the first letters of its folder: `a`, `i1`. */
export function recordedScenario(prefix: string): Recording {
  const name = readdirSync(FOLDER).find((folder) => folder.startsWith(`${prefix}-`));
  if (name === undefined) throw new Error(`No scenario ${prefix}`);
  const webhook = join(FOLDER, name, 'webhook');
  const bodies = readdirSync(webhook)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => readFileSync(join(webhook, file)));
  return { name, bodies, auditLog: join(FOLDER, name, 'audit.log') };
}

/** Log files as an API server rotated and zipped them, unzipped, in the order of their names. */
export function recordedLogFiles(): readonly Buffer[] {
  const folder = join(FOLDER, 'l-log-file');
  return readdirSync(folder)
    .filter((file) => file.startsWith('rotate-'))
    .sort()
    .map((file) => readFileSync(join(folder, file)))
    .map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes));
}

/** The load to measure with: 44,441 events in 45.8 MB of bodies. */
export function recordedBurst(): Recording {
  const name = 'h-burst';
  const bodies = readTarGz(join(FOLDER, name, 'webhook-bodies.tar.gz'))
    .filter((file) => file.name.endsWith('.json'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((file) => file.bytes);
  return { name, bodies, auditLog: join(FOLDER, name, 'audit.log.gz') };
}
