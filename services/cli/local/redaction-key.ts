/**
 * Owns: the key of redaction that `up` makes for itself where none is configured: made once, on disk
 * before it is used, for this user alone.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../../shared/config/load.ts';
import { weakness } from '../../../shared/config/secret-files.ts';
import { createSecret } from '../../../shared/config/secret.ts';
import { FatalError } from '../../../shared/errors/fault.ts';

const KEY_FILE = 'redaction.key';
const KEY_BYTES = 32;

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw unusable(file, `can not be read (${error instanceof Error ? error.message : 'unknown'})`);
  }
}

function unusable(file: string, why: string): FatalError {
  const remedy = 'put the key back from a backup, or take the file away to start with a new one';
  const then = 'equal secrets from before and after are then no longer known to be equal';
  return new FatalError(`${file} ${why}: ${remedy} (${then})`, { code: 'data_dir_damaged' });
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Under its name it is whole or not there; of two processes at once, both use the first one's. */
async function make(folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(folder);
}

/** The key in `dataDir`, made if there is none. Throws FatalError for one that can't be used. */
export async function keptRedactionKey(dataDir: string): Promise<string> {
  const file = join(dataDir, KEY_FILE);
  if ((await readIfThere(file)) === undefined) await make(dataDir, file);
  const key = await readIfThere(file);
  const weak = weakness(key ?? '');
  if (key === undefined || weak !== undefined) throw unusable(file, weak ?? 'is gone');
  return key;
}

/** The configuration with that key in it, unless it names one. */
export async function withRedactionKey(config: Config): Promise<Config> {
  if (config.secrets['normalizer.redaction.keyFile'] !== undefined) return config;
  const key = createSecret(await keptRedactionKey(config.dataDir));
  return { ...config, secrets: { ...config.secrets, 'normalizer.redaction.keyFile': key } };
}
