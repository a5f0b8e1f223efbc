/**
 * Owns: the versions of the schemas as files: schemas/avro/<subject>/vN.avsc.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SchemaVersion {
  readonly subject: string;
  readonly version: number;
  readonly text: string;
}

/** All versions of all subjects under `folder`/avro, each subject's oldest first. */
export function readVersions(folder: string): readonly SchemaVersion[] {
  const subjects = readdirSync(join(folder, 'avro')).sort();
  return subjects.flatMap((subject) => {
    const files = readdirSync(join(folder, 'avro', subject)).filter((f) => /^v\d+\.avsc$/.test(f));
    const numbers = files.map((file) => Number(file.slice(1, -5))).sort((a, b) => a - b);
    return numbers.map((version) => {
      const text = readFileSync(join(folder, 'avro', subject, `v${version}.avsc`), 'utf8');
      return { subject, version, text };
    });
  });
}

/** `<subject>/vN.avsc` */
export function nameOf({ subject, version }: Pick<SchemaVersion, 'subject' | 'version'>): string {
  return `${subject}/v${version}.avsc`;
}
