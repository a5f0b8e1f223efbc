/**
 * Owns: the states of sessions as they come on audit.sessions: from Kafka, or through the running
 * process that holds the embedded log. A reader that is stopped ends at once, also while it waits.
 */
import { type IncomingMessage, request } from 'node:http';
import { FatalError, TransientError } from '../../../shared/errors/fault.ts';
import type { StoredDocument } from '../../../shared/ports/event-store.ts';
import { type Context, isLogEmbedded } from '../../../shared/runtime/context.ts';
import type { ApiAddress } from '../local/address.ts';
import { findApi } from '../local/client.ts';
import { tailTopic } from '../reader.ts';
import type { TailRequest } from '../request.ts';

/** The documents since `fromMs`, until `signal`. */
export type Feed = (fromMs: number, signal: AbortSignal) => AsyncGenerator<StoredDocument>;

function gone(message: string, cause?: unknown): TransientError {
  return new TransientError(message, { code: 'log_unavailable', cause });
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
}

/** Not `fetch`, which gives up on an answer in which nothing comes for five minutes. */
function post(
  { token, url }: ApiAddress,
  body: TailRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    request(new URL('/local/v1/tail', url), { method: 'POST', headers, signal }, resolve)
      .on('error', reject)
      .end(JSON.stringify(body));
  });
}

async function* throughApi(
  api: ApiAddress,
  asked: TailRequest,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  try {
    const answer = await post(api, asked, signal);
    if (answer.statusCode !== 200) {
      throw gone(`The running podwitness answered ${answer.statusCode}`);
    }
    yield* jsonLines(answer);
  } catch (error) {
    if (signal.aborted) return;
    // Else only the network can fail here, or a line that it cut off.
    throw error instanceof TransientError
      ? error
      : gone('The running podwitness does not answer any more', error);
  }
  if (!signal.aborted) throw gone('The running podwitness ended');
}

/** The session in a record of the topic; undefined for what is none, as a deletion. */
export function documentIn(record: unknown): StoredDocument | undefined {
  const { value } = (record ?? {}) as { readonly value?: { readonly document?: unknown } | null };
  const document = value?.document;
  const isObject = typeof document === 'object' && document !== null && !Array.isArray(document);
  return isObject ? (document as StoredDocument) : undefined;
}

/** Throws FatalError (usage) where nothing runs that could bring anything new. */
export async function openFeed(context: Context): Promise<Feed> {
  const { config } = context;
  const isEmbedded = isLogEmbedded(config);
  const api = isEmbedded ? await findApi(config.dataDir) : undefined;
  if (isEmbedded && api === undefined) {
    throw new FatalError(
      `Nothing runs on ${config.dataDir}, so nothing new comes: start \`podwitness up\`, or leave out --watch`,
      { code: 'usage' },
    );
  }
  return async function* feed(fromMs, signal) {
    const asked: TailRequest = {
      ...{ topic: 'audit.sessions', isJson: false, from: fromMs, untilEnd: false },
    };
    const records =
      api === undefined ? tailTopic(context, asked, signal) : throughApi(api, asked, signal);
    for await (const record of records) {
      if (signal.aborted) return;
      const document = documentIn(record);
      if (document !== undefined) yield document;
    }
  };
}
