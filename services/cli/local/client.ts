/**
 * Owns: asking a running `up` through its local API.
 */
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { join } from 'node:path';
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

/** One JSON value for each line, as they come. */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line);
  }
  if (rest !== '') yield JSON.parse(rest);
}

/** Not `fetch`, which gives up on an answer in which nothing comes for five minutes. */
function open(
  { token, url }: ApiAddress,
  path: string,
  { body, signal }: { readonly body: unknown; readonly signal?: AbortSignal },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const options = { method: 'POST', headers, ...(signal === undefined ? {} : { signal }) };
    httpRequest(new URL(path, url), options, resolve).on('error', reject).end(JSON.stringify(body));
  });
}

/** The NDJSON answer, parsed, as it comes; it ends where `signal` says so, also while it waits. */
export async function* callApi(
  address: ApiAddress,
  path: string,
  request: unknown,
  signal?: AbortSignal,
): AsyncGenerator<unknown> {
  try {
    const options = { body: request, ...(signal === undefined ? {} : { signal }) };
    const answer = await open(address, path, options);
    if (answer.statusCode !== 200) throw refused(answer.statusCode ?? 0);
    yield* jsonLines(answer);
  } catch (error) {
    if (signal?.aborted === true) return;
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
