/**
 * Owns: the contents of the files that the configuration names: passwords, certificates, keys.
 * Does not own: files that are read again when they change (their readers do).
 */
import { readFile } from 'node:fs/promises';
import type { ConfigProblem, GivenValue } from './draft.ts';
import { CONFIG_KEYS } from './keys.ts';
import { createSecret, type Secret, type Secrets } from './secret.ts';

/** Keys that we make hashes and ciphers of; shorter ones could be guessed. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  'collector.raw.keyFile',
  'collector.raw.previousKeyFiles',
  'normalizer.redaction.keyFile',
]);
const MIN_KEY_BYTES = 32;
/** What stands for bytes that are no UTF-8, so that different keys could become one. */
const NO_TEXT = '\ufffd';

/** `ENOENT` and its like; undefined for errors that the file system did not raise. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^E[A-Z]+$/.test(code) ? code : undefined;
}

/** Why a text can't be one of our keys; undefined if it can. */
export function weakness(text: string): string | undefined {
  const remedy = 'make one with `openssl rand -base64 32`';
  if (text.includes(NO_TEXT)) return `is no text: ${remedy}`;
  const bytes = Buffer.byteLength(text);
  return bytes < MIN_KEY_BYTES
    ? `holds ${bytes} bytes, and a key needs ${MIN_KEY_BYTES} or more: ${remedy}`
    : undefined;
}

/** The content without its trailing line break; a problem when there is none. */
async function readSecret(
  name: string,
  path: string,
  where: string,
): Promise<Secret | ConfigProblem> {
  const problem = (what: string): ConfigProblem => ({
    where,
    message: `${name} names ${path}, which ${what}`,
  });
  try {
    const text = (await readFile(path, 'utf8')).replace(/[\r\n]+$/, '');
    if (text === '') return problem('is empty');
    const weak = OWN_KEYS.has(name) ? weakness(text) : undefined;
    return weak === undefined ? createSecret(text) : problem(weak);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return problem(`can not be read (${code})`);
  }
}

function pathsOf({ value }: GivenValue): readonly string[] {
  const paths: readonly unknown[] = Array.isArray(value) ? value : [value];
  // What is no text is refused by the schema.
  return paths.filter((path) => typeof path === 'string');
}

/** Of keys that end in File, one each; of keys that end in Files, a list. */
export async function readSecrets(
  given: ReadonlyMap<string, GivenValue>,
): Promise<{ secrets: Secrets; problems: readonly ConfigProblem[] }> {
  const secrets: Record<string, Secret | readonly Secret[]> = {};
  const problems: ConfigProblem[] = [];
  for (const { isFile, isFileList, name } of CONFIG_KEYS) {
    const value = given.get(name);
    if (value === undefined || !(isFile || isFileList)) continue;
    const read: Secret[] = [];
    for (const path of pathsOf(value)) {
      const outcome = await readSecret(name, path, value.where);
      if ('reveal' in outcome) read.push(outcome);
      else problems.push(outcome);
    }
    const [only] = read;
    if (isFileList) secrets[name] = read;
    else if (only !== undefined) secrets[name] = only;
  }
  return { secrets, problems };
}
