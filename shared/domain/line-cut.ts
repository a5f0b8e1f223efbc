/**
 * Owns: where bytes of a file may be cut so that no record is torn: after a line, and for CRI lines
 * after the last part of a line on each of its streams. Pure.
 */
import { NEWLINE, SPACE } from './bytes-of-json.ts';
/** `2026-11-21T06:39:46.657123456+00:00 stdout P ` */
const CRI = /^\d{4}-\d\d-\d\dT[0-9:.]{8,18}(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([PF]) /;
const CRI_START_BYTES = 64;
/** `--audit-log-format=legacy`: 2026-11-21T06:39:46.657Z AUDIT: id="…" */
const LEGACY = /^\d{4}-\d\d-\d\dT[^ ]{1,32} AUDIT: id="/;

interface CriLine {
  readonly stream: string;
  readonly isLast: boolean;
}

function startOf(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, Math.min(bytes.length, at + CRI_START_BYTES));
}

function criLine(bytes: Buffer, at: number): CriLine | undefined {
  const found = CRI.exec(startOf(bytes, at));
  return found === null ? undefined : { stream: found[1] ?? '', isLast: found[2] === 'F' };
}

/** After the last line with which no stream is in the middle of one; 0: there is none. */
function criCut(bytes: Buffer): number {
  const open = new Set<string>();
  let cut = 0;
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline < 0) break;
    const line = criLine(bytes, start);
    if (line?.isLast === true) open.delete(line.stream);
    else if (line !== undefined) open.add(line.stream);
    start = newline + 1;
    if (open.size === 0) cut = start;
  }
  return cut;
}

/** How many of `bytes`, which begin at a line's start, are whole lines; 0: not even one. */
export function wholeLines(bytes: Buffer): number {
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  return end === 0 || criLine(bytes, 0) === undefined ? end : criCut(bytes);
}

/** Lines that are not blank. */
export function countLines(bytes: Buffer): number {
  let count = 0;
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    let at = start;
    while (at < end && (bytes[at] ?? 0) <= SPACE) at++;
    if (at < end) count++;
    start = end + 1;
  }
  return count;
}

/** Whether `bytes` begin with a line of the API server's old text format. */
export function isLegacy(bytes: Buffer): boolean {
  return LEGACY.test(startOf(bytes, 0));
}
