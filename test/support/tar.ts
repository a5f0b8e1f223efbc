/**
 * Owns: reading a gzipped tar archive of plain files in memory (POSIX ustar).
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const BLOCK = 512;
const REGULAR = ['0', '\0'];

function field(header: Buffer, start: number, length: number): string {
  return header.toString('latin1', start, start + length).replace(/\0.*$/s, '');
}

/** Regular files in the order of the archive. */
export function readTarGz(
  path: string,
): readonly { readonly name: string; readonly bytes: Buffer }[] {
  const archive = gunzipSync(readFileSync(path));
  const files: { name: string; bytes: Buffer }[] = [];
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    const name = field(header, 0, 100);
    if (name === '') break;
    const size = Number.parseInt(field(header, 124, 12), 8);
    const start = at + BLOCK;
    const type = header.toString('latin1', 156, 157);
    if (REGULAR.includes(type)) files.push({ name, bytes: archive.subarray(start, start + size) });
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
