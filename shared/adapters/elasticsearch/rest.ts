/**
 * Owns: one HTTP call to Elasticsearch, and which failures are the neighbour's, which a person's.
 * The only file that knows the client: another major version is a change here alone.
 * Does not own: what a reply of 2xx or 4xx means for the caller.
 */
import type { Readable } from 'node:stream';
import { Client, errors } from '@elastic/elasticsearch';
import { FatalError, TransientError } from '../../errors/fault.ts';
import { isBlocked } from './verdict.ts';

export interface ConnectionOptions {
  /** http or https URL, without credentials. */
  readonly node: string;
  readonly auth?:
    | { readonly apiKey: string }
    | { readonly username: string; readonly password: string };
  /** PEM certificates that sign the node's. */
  readonly ca?: string;
  readonly requestTimeoutMs?: number;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Sent as it is, as newline-delimited JSON. */
  readonly lines?: Buffer;
  /** A longer reply throws ReplyTooLarge. */
  readonly maxReplyBytes?: number;
}

/** `status` is 2xx, or 4xx other than 401, 403 and 429. */
export interface Reply<T> {
  readonly status: number;
  readonly body: T;
}

export interface Rest {
  call<T = unknown>(call: Call): Promise<Reply<T>>;
  close(): Promise<void>;
}

/** The reply was longer than the call allowed. */
export class ReplyTooLarge extends Error {
  override readonly name = 'ReplyTooLarge';
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** Statuses that the caller judges. */
const FOR_THE_CALLER = [400, 404, 405, 406, 409, 410, 413];

export function openRest(options: ConnectionOptions): Rest {
  const client = new Client({
    node: options.node,
    ...(options.auth === undefined ? {} : { auth: options.auth }),
    ...(options.ca === undefined ? {} : { tls: { ca: options.ca } }),
    requestTimeout: options.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    // Retries are the runner's: one policy, in one place.
    maxRetries: 0,
  });
  return {
    async call<T>(call: Call): Promise<Reply<T>> {
      const bound = call.maxReplyBytes;
      try {
        const reply = await (bound === undefined
          ? client.transport.request(orderOf(call), { ignore: FOR_THE_CALLER, meta: true })
          : streamed(client, call, bound));
        return { status: reply.statusCode, body: reply.body as T };
      } catch (error) {
        throw translate(error);
      }
    },
    close: () => client.close(),
  };
}

function orderOf({ body, lines, method, path, query }: Call) {
  return {
    method,
    path,
    ...(query === undefined ? {} : { querystring: { ...query } }),
    ...(body === undefined ? {} : { body }),
    ...(lines === undefined ? {} : { bulkBody: lines }),
  };
}

interface RawReply {
  readonly statusCode: number;
  readonly body: unknown;
}

/**
 * The client has a limit of its own (maxResponseSize), but drops a longer reply in a way that ends
 * the process: it destroys the stream, and nobody listens for the error of that.
 */
async function streamed(client: Client, call: Call, maxBytes: number): Promise<RawReply> {
  const options = { asStream: true, meta: true } as const;
  const reply = await client.transport.request(orderOf(call), options);
  const text = await readText(reply.body as Readable, maxBytes);
  if (reply.statusCode >= 400 && !FOR_THE_CALLER.includes(reply.statusCode)) {
    const cause = new Error(`Elasticsearch answered ${reply.statusCode}`);
    throw statusError(reply.statusCode, reply.headers?.['retry-after'], cause);
  }
  return { statusCode: reply.statusCode, body: parsed(text) };
}

async function readText(stream: Readable, maxBytes: number): Promise<string> {
  // What goes wrong while reading is thrown by the loop; what comes after that is of no interest.
  stream.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(error);
  }
  if (bytes > maxBytes) throw new ReplyTooLarge(`the reply is longer than ${maxBytes} bytes`);
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreachable(error);
  }
}

/** Name and message alone: the client's errors carry whole requests, bodies and headers. */
function causeOf(error: Error): Error {
  return new Error(`${error.name}: ${error.message}`);
}

function translate(error: unknown): unknown {
  if (error instanceof errors.ResponseError) {
    if (isBlocked((error.body as { error?: unknown } | null | undefined)?.error)) {
      const options = { code: 'store_busy', cause: causeOf(error) } as const;
      return new TransientError('Elasticsearch takes no writes for now', options);
    }
    return statusError(error.statusCode ?? 0, error.headers?.['retry-after'], causeOf(error));
  }
  if (
    error instanceof errors.ConfigurationError ||
    error instanceof errors.ProductNotSupportedError
  ) {
    return new FatalError('Elasticsearch can not be used with these settings', {
      code: 'invalid_config',
      cause: causeOf(error),
    });
  }
  // Time-outs, refused and broken connections, replies that are no JSON (a proxy's).
  return error instanceof errors.ElasticsearchClientError ? unreachable(error) : error;
}

function unreachable(error: unknown): TransientError {
  return new TransientError('Elasticsearch can not be reached', {
    code: 'store_unavailable',
    cause: error instanceof Error ? causeOf(error) : undefined,
  });
}

function statusError(status: number, retryAfter: string | undefined, cause: Error): Error {
  if (status === 401 || status === 403) {
    return new FatalError(`Elasticsearch refused the credentials or the action (${status})`, {
      code: 'access_denied',
      cause,
    });
  }
  if (status === 429 || status >= 500) {
    return new TransientError(`Elasticsearch answered ${status}`, {
      code: status === 429 ? 'store_busy' : 'store_unavailable',
      retryAfterMs: retryAfterMs(retryAfter),
      cause,
    });
  }
  return new FatalError(`Elasticsearch refused a request (${status})`, {
    code: 'invalid_config',
    cause,
  });
}

/** Seconds, as Elasticsearch and proxies send it; the date form is not used by either. */
function retryAfterMs(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0
    ? seconds * 1_000
    : undefined;
}

/** What Elasticsearch says about a refused request: kinds of errors, never their text. */
export function errorType(body: unknown): string {
  const error = (body as { error?: unknown } | null | undefined)?.error;
  const type = (error as { type?: unknown } | null | undefined)?.type;
  return typeof type === 'string' ? type : 'unknown error';
}

/**
 * True when the node does not know the address at all: the error is then a bare text, and not an
 * object with a type. Serverless answers 410.
 */
export function isUnknownRoute({ status, body }: Reply<unknown>): boolean {
  const error = (body as { error?: unknown } | null | undefined)?.error;
  return status === 410 || (status >= 400 && typeof error === 'string');
}

/** The reply of a call that has no reason to be refused. */
export function accepted<T>(reply: Reply<T>, what: string): T {
  if (reply.status < 300) return reply.body;
  throw new FatalError(
    `Elasticsearch refused to ${what}: ${reply.status} ${errorType(reply.body)}`,
    { code: reply.status === 404 ? 'missing_index' : 'invalid_config' },
  );
}
