/**
 * Owns: files of rules on the disk: which there are, whether they changed, and their text. Whoever
 * writes them is trusted, and makes mistakes: nothing here waits for ever or fills the memory.
 * Does not own: what is in them (rules/), when they are looked at (rulebook.ts).
 */
import type { BigIntStats, Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FatalError } from '../../../shared/errors/fault.ts';

const RULE_FILE = /\.(?:ya?ml|toml|ndjson)$/;
/** More than any language's reader takes. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Each needs a file descriptor. */
const AT_ONCE = 64;

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The file, or all rule files of the folder, in the order of their names. Throws FatalError invalid_rule. */
export async function readTexts(path: string): Promise<readonly TextFile[]> {
  return each(await filesUnder(path), async (file) => ({ path: file, text: await textOf(file) }));
}

/** One text for each file; it changes when the file does. What can't be looked at is a text as well. */
export async function statesOf(path: string): Promise<readonly string[]> {
  try {
    return await each(await filesUnder(path), stateOf);
  } catch (error) {
    return [String(error)];
  }
}

async function filesUnder(path: string): Promise<readonly string[]> {
  const found = await statOf(path);
  return found.isDirectory() ? filesIn(path, new Set()) : [path];
}

/**
 * Links are followed, and each folder is entered once: they may lead in circles. Names with a dot in
 * front are left out: Kubernetes mounts a ConfigMap as links into `..data`.
 */
async function filesIn(folder: string, entered: Set<string>): Promise<readonly string[]> {
  const { dev, ino } = await statOf(folder);
  const identity = `${dev}:${ino}`;
  if (entered.has(identity)) return [];
  entered.add(identity);
  const entries = await telling(folder, () => readdir(folder, { withFileTypes: true }));
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (await isFolder(entry, path)) files.push(...(await filesIn(path, entered)));
    else if (RULE_FILE.test(entry.name)) files.push(path);
  }
  return files;
}

async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  // A link to nowhere is told by whoever reads it, if it has a rule's name.
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function statOf(path: string): Promise<BigIntStats> {
  return telling(path, () => stat(path, { bigint: true }));
}

async function stateOf(file: string): Promise<string> {
  try {
    const { ctimeNs, dev, ino, mtimeNs, size } = await stat(file, { bigint: true });
    return [file, dev, ino, size, mtimeNs, ctimeNs].join();
  } catch (error) {
    return `${file} ${String(error)}`;
  }
}

async function textOf(file: string): Promise<string> {
  const found = await statOf(file);
  // A pipe would be waited for until somebody writes into it.
  if (!found.isFile()) throw unreadable(file, 'it is no file', 'Give it another name.');
  if (found.size > MAX_BYTES) {
    throw unreadable(file, `it has more than ${MAX_BYTES} bytes`, 'Divide it into several files.');
  }
  return telling(file, () => readFile(file, 'utf8'));
}

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'Let podwitness read it.',
  ENOENT: 'Put it there, or mend the link or the setting that names it.',
};

/** What the file system has against `path` is told to the user. */
async function telling<T>(path: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw unreadable(path, code, REMEDIES[code] ?? 'See to the disk.', error);
  }
}

function unreadable(path: string, why: string, remedy: string, cause?: unknown): FatalError {
  const message = `Can't read the rules in ${path} (${why}). ${remedy}`;
  return new FatalError(message, { code: 'invalid_rule', cause });
}

async function each<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}
