/**
 * Owns: one HTTP call to a schema registry that speaks Confluent's API, and which failures are the
 * neighbour's, which a person's.
 * Source: https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 * Does not own: what a reply of 2xx, 404, 409 or 422 means (client.ts).
 */
import { request as plainRequest } from 'node:http';
import { request as tlsRequest, type RequestOptions } from 'node:https';
import { FatalError, TransientError } from '../../errors/fault.ts';

export interface RegistryOptions {
  /** http or https URL, without credentials; may have a path. */
  readonly url: string;
  readonly auth?:
    | { readonly username: string; readonly password: string }
    | { readonly token: string };
  /** PEM certificates that sign the registry's. */
  readonly ca?: string;
  readonly timeoutMs: number;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Segments, not yet encoded: a subject may hold a slash. */
  readonly path: readonly string[];
  readonly body?: object;
}

/** `status` is 2xx, or 4xx other than 401, 403, 408 and 429. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
/** The largest schema of ours has 5 KB; a reply without end must not fill the memory. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024;

function authorization(auth: RegistryOptions['auth']): Readonly<Record<string, string>> {
  if (auth === undefined) return {};
  if ('token' in auth) return { authorization: `Bearer ${auth.token}` };
  const login = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  return { authorization: `Basic ${login}` };
}

function unavailable(message: string, cause?: unknown, retryAfterMs?: number): TransientError {
  return new TransientError(`The schema registry ${message}`, {
    ...{ code: 'schema_registry_unavailable', cause, retryAfterMs },
  });
}

function requestOptions(
  options: RegistryOptions,
  { body, method }: Call,
  text: string,
): RequestOptions {
  return {
    method,
    headers: {
      accept: `${MEDIA_TYPE}, application/json`,
      ...authorization(options.auth),
      ...(body === undefined
        ? {}
        : { 'content-type': MEDIA_TYPE, 'content-length': Buffer.byteLength(text) }),
    },
    signal: AbortSignal.timeout(options.timeoutMs),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  };
}

interface RawReply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

function exchange(options: RegistryOptions, call: Call): Promise<RawReply> {
  const base = options.url.replace(/\/+$/, '');
  const url = new URL(`${base}/${call.path.map(encodeURIComponent).join('/')}`);
  const text = call.body === undefined ? '' : JSON.stringify(call.body);
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, requestOptions(options, call, text), (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MAX_REPLY_BYTES) request.destroy(new Error('The reply is too long'));
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.on('error', reject);
    request.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unavailable('does not answer with JSON: is kafka.schemaRegistry.url right?', error);
  }
}

/** Makes the call once. Throws TransientError, or FatalError('access_denied'). */
export async function callRegistry(options: RegistryOptions, call: Call): Promise<Reply> {
  let raw: RawReply;
  try {
    raw = await exchange(options, call);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw unavailable(`at ${options.url} can not be reached: ${reason}`, error);
  }
  const { retryAfter, status, text } = raw;
  if (status === 401 || status === 403) {
    const message = `The schema registry refused access (${status}) to /${call.path.join('/')}`;
    throw new FatalError(message, { code: 'access_denied' });
  }
  if (
    status === 408 ||
    status === 429 ||
    status >= 500 ||
    status < 200 ||
    (status >= 300 && status < 400)
  ) {
    const seconds = Number(retryAfter);
    throw unavailable(`answered ${status}`, undefined, seconds > 0 ? seconds * 1000 : undefined);
  }
  return { status, body: parsed(text) };
}
