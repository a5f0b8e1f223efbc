/**
 * Owns: asking a running `up` through its local API.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { TransientError } from '../../../shared/errors/fault.ts';
import { API_FILE, type ApiAddress } from './api.ts';

/** The address that a running process left, if it answers there. */
export async function findApi(dataDir: string): Promise<ApiAddress | undefined> {
  try {
    const address = JSON.parse(await readFile(join(dataDir, API_FILE), 'utf8')) as ApiAddress;
    const alive = await fetch(new URL('/livez', address.url), {
      signal: AbortSignal.timeout(2_000),
    });
    return alive.ok ? address : undefined;
  } catch {
    return undefined; // No file, or left over by a process that died: nobody runs there.
  }
}

/** The NDJSON answer, parsed, as it comes. */
export async function* callApi(
  { token, url }: ApiAddress,
  path: string,
  request: unknown,
): AsyncGenerator<unknown> {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  if (!response.ok || response.body === null) {
    throw new TransientError(`The running podwitness answered ${response.status}`, {
      code: 'store_unavailable',
    });
  }
  const input = Readable.fromWeb(response.body as never);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== '') yield JSON.parse(line);
  }
}
