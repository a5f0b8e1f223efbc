/**
 * Owns: where a running `up` leaves the address of its local API, for this user alone.
 */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const API_FILE = 'api.json';

export interface ApiAddress {
  readonly url: string;
  readonly token: string;
}

/** Leaves the address where the other commands find it; readable by this user alone. */
export async function announceApi(dataDir: string, address: ApiAddress): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, API_FILE);
  await rm(file, { force: true });
  await writeFile(file, `${JSON.stringify(address)}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
}

export async function withdrawApi(dataDir: string): Promise<void> {
  await rm(join(dataDir, API_FILE), { force: true });
}
