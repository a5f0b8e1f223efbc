/**
 * Owns: scoring by hand: what a podwitness told of a simulation, from files of NDJSON.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TruthRow } from '../truth/rows.ts';
import { score, unmet } from './score.ts';
import { missesTable, scoreTable } from './table.ts';

const MISSES = 10;

async function rowsOf<T>(path: string): Promise<readonly T[]> {
  const rows: T[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (line !== '') rows.push(JSON.parse(line));
  }
  return rows;
}

/** `folder`: of a simulation. `files`: documents of sessions and findings, one a line. */
export async function scoreFiles(folder: string, files: readonly string[]) {
  const truth = await rowsOf<TruthRow>(join(folder, 'truth.jsonl'));
  const documents: unknown[] = [];
  for (const file of files) for (const row of await rowsOf<unknown>(file)) documents.push(row);
  const figures = score(truth, documents);
  const text = `${scoreTable(figures)}\n\n${missesTable(figures, MISSES)}\n`;
  return { text, isMet: unmet(figures).length === 0 };
}
