/**
 * Owns: the states of sessions as they come on audit.sessions: from Kafka, or through the running
 * process that holds the embedded log. A reader that is stopped ends at once, also while it waits.
 */
import { FatalError, TransientError } from '../../../shared/errors/fault.ts';
import type { StoredDocument } from '../../../shared/ports/event-store.ts';
import { type Context, isLogEmbedded } from '../../../shared/runtime/context.ts';
import { findApi } from '../local/client.ts';
import { tailTopic } from '../reader.ts';
import type { TailRequest } from '../request.ts';

/** The documents since `fromMs`, until `signal`. */
export type Feed = (fromMs: number, signal: AbortSignal) => AsyncGenerator<StoredDocument>;

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
    for await (const record of tailTopic(context, asked, signal)) {
      if (signal.aborted) return;
      const document = documentIn(record);
      if (document !== undefined) yield document;
    }
    if (signal.aborted) return;
    throw new TransientError('The running podwitness ended', { code: 'log_unavailable' });
  };
}
