/**
 * Owns: taking what comes from topics of somebody else's Kafka, each message at least once: an
 * offset is committed there only after the handler has what is before it.
 * Does not own: what becomes of the messages; being a member of the group (foreign-member.ts).
 *
 * Nothing of another cluster's ends the process: its brokers, its rights and its topics are not ours
 * to mend, so all of it is waited for, and told.
 */
import type { Kafka } from 'kafkajs';
import { FatalError, TransientError } from '../../errors/fault.ts';
import { adminAccess } from './admin-access.ts';
import { createClient } from './connection.ts';
import { type ForeignMember, joinForeign } from './foreign-member.ts';
import type { ForeignHandler, ForeignOptions } from './foreign.ts';
import { readForeign } from './foreign-reading.ts';

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

function clientOf(options: ForeignOptions): Kafka {
  const { brokers, clientId, clock, logger, sasl, ssl } = options;
  return createClient({
    ...{ brokers, clientId, clock, logger },
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    // Nothing is written there.
    ...{ transactionalIdPrefix: '', stateDirectory: '', maxMessageBytes: 0 },
  });
}

/** Runs until `signal` aborts. Throws bugs only. */
export async function consumeForeign(
  options: ForeignOptions,
  handler: ForeignHandler,
  signal: AbortSignal,
): Promise<void> {
  const kafka = clientOf(options);
  for (let failures = 0; !signal.aborted; failures++) {
    const startMs = options.clock.now();
    try {
      await oneMembership({ kafka, options, handler, signal });
    } catch (error) {
      if (signal.aborted) return;
      const isKnown = error instanceof TransientError || error instanceof FatalError;
      if (!(error instanceof Error) || !(isKnown || isUnreadable(error))) throw error;
      if (options.clock.now() - startMs > LONGEST_BACKOFF_MS) failures = 0;
      const waitMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 10));
      tell(options, handler, error, waitMs);
      await options.clock.sleep(waitMs, signal);
    }
  }
}

/** A compression that can't be unpacked here. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Error && error.name === 'KafkaJSNotImplemented';
}

function tell(
  options: ForeignOptions,
  handler: ForeignHandler,
  error: Error,
  waitMs: number,
): void {
  const reason = isUnreadable(error)
    ? `${error.message}: let the producers of this topic use another compression`
    : error.message;
  handler.trouble(reason);
  const fields = { group: options.group, brokers: options.brokers, waitMs, error: reason };
  const isPassing = error instanceof TransientError;
  const what = 'Foreign topics not read, trying again';
  if (isPassing) options.logger.warn(fields, what);
  else options.logger.error(fields, what);
}

interface Session {
  readonly kafka: Kafka;
  readonly options: ForeignOptions;
  readonly handler: ForeignHandler;
  readonly signal: AbortSignal;
}

/** From joining to whatever ends it. Each rebalance begins anew, from what is committed. */
async function oneMembership({ handler, kafka, options, signal }: Session): Promise<void> {
  const { group, topics } = options;
  const admin = adminAccess(kafka);
  const over = new AbortController();
  const running = AbortSignal.any([signal, over.signal]);
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  let round = new AbortController();
  let reading: Promise<unknown> = Promise.resolve();
  let assigned: ReadonlyMap<string, readonly number[]> = new Map();
  let member: ForeignMember | undefined;

  const begin = (): void => {
    round.abort();
    round = new AbortController();
    const former = reading;
    const ended = AbortSignal.any([running, round.signal]);
    const mine = assigned;
    reading = former.then(() => {
      const joined = member;
      if (joined === undefined || ended.aborted) return undefined;
      const all = [...mine].map(([topic, partitions]) =>
        readForeign({
          ...{ topic, partitions, kafka, admin, member: joined, options, handler, ended },
          uncommitted: new Map(),
        }),
      );
      return Promise.all(all).catch((error: unknown) => {
        if (!ended.aborted) fail(error instanceof Error ? error : new Error('x', { cause: error }));
      });
    });
  };

  try {
    member = await joinForeign({
      ...{ kafka, group, topics },
      onAssigned(partitions) {
        assigned = partitions;
        options.logger.info({ group, partitions: Object.fromEntries(partitions) }, 'Joined');
        begin();
      },
    });
    // The assignment came before there was anybody to commit with.
    begin();
    handler.trouble(undefined);
    const stopped = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([member.ended, failed, stopped]);
  } finally {
    over.abort();
    await reading;
    await member?.leave().catch(() => undefined);
    await admin.close();
  }
}
