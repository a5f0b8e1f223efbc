/**
 * Owns: asking a running `up` through its local API.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { TransientError } from '../../../shared/errors/fault.ts';
import { API_FILE, type ApiAddress } from './address.ts';
import { errorFromWire, type WireError } from './wire.ts';

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

async function post({ token, url }: ApiAddress, path: string, request: unknown): Promise<Response> {
  return fetch(new URL(path, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
}

function refused(status: number): TransientError {
  const options = { code: 'store_unavailable' } as const;
  return new TransientError(`The running podwitness answered ${status}`, options);
}

function away(cause: unknown): TransientError {
  const options = { code: 'store_unavailable', cause } as const;
  return new TransientError('The running podwitness does not answer', options);
}

async function* answerLines(response: Response): AsyncGenerator<unknown> {
  const input = Readable.fromWeb(response.body as never);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== '') yield JSON.parse(line);
  }
}

/** The NDJSON answer, parsed, as it comes. */
export async function* callApi(
  address: ApiAddress,
  path: string,
  request: unknown,
): AsyncGenerator<unknown> {
  try {
    const response = await post(address, path, request);
    if (!response.ok || response.body === null) throw refused(response.status);
    yield* answerLines(response);
  } catch (error) {
    // Else only the network can fail here, or a line that it cut off.
    throw error instanceof TransientError ? error : away(error);
  }
}

/** One JSON answer. Throws what the running process met: TransientError or FatalError. */
export async function askApi(
  address: ApiAddress,
  path: string,
  request: unknown,
): Promise<unknown> {
  let answer: { readonly error?: WireError };
  let status: number;
  try {
    const response = await post(address, path, request);
    ({ status } = response);
    answer = (await response.json()) as typeof answer;
  } catch (error) {
    throw away(error); // Only the network can fail here: all that is answered is JSON.
  }
  if (status === 200) return answer;
  if (typeof answer.error === 'object') throw errorFromWire(answer.error);
  throw refused(status);
}
