/**
 * Owns: appends outside of transactions, for callers that must be told soon. Each has one deadline;
 * while the brokers do not answer, one append at a time finds out whether they do again and the
 * others are refused at once, so that what is held in memory does not grow with the outage.
 * Does not own: what is sent (sending.ts), which topics there are (topic-guard.ts).
 */
import { TransientError } from '../../errors/fault.ts';
import type { OutRecord } from '../../ports/log.ts';
import type { Clock } from '../../ports/telemetry.ts';
import { translated } from './errors.ts';
import type { AppendProducer } from './produce.ts';
import { sendAll } from './sending.ts';
import { type Sockets, socketBook } from './sockets.ts';

export interface AppenderParts {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** A producer whose client makes its connections with `sockets`. */
  producer(sockets: Sockets): AppendProducer;
  /** Told why appends are refused, and (undefined) that they are taken again. */
  onTrouble?(reason: string | undefined): void;
  /** Throws where a topic is missing. */
  mustExist(records: readonly OutRecord[]): Promise<void>;
}

export interface Appender {
  connect(): Promise<void>;
  append(records: readonly OutRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** One client; it is given up as a whole when its brokers leave an append without an answer. */
interface Line {
  readonly sockets: Sockets;
  readonly producer: AppendProducer;
  /** How to tell those who wait that it is given up. */
  readonly waiting: Set<(error: Error) => void>;
  /** Begun by the first who needs it. */
  connected: Promise<void> | undefined;
}

const RETRY_AFTER_MS = 1_000;

function refused(what: string): TransientError {
  return new TransientError(what, { code: 'log_unavailable', retryAfterMs: RETRY_AFTER_MS });
}

export function createAppender(parts: AppenderParts): Appender {
  const { clock, timeoutMs } = parts;
  const underWay = new Set<Promise<unknown>>();
  let line = open(parts);
  /** The last append to end failed for the brokers' sake. */
  let isSick = false;
  let isProbing = false;

  const retire = (former: Line): void => {
    if (line !== former) return;
    line = open(parts);
    former.sockets.end();
    track(former.producer.disconnect());
  };

  /** All of its appends are told at once; its requests fail soon, and let go of their bytes. */
  const giveUp = (former: Line): void => {
    const error = refused(`appending: no answer from the brokers in ${timeoutMs} ms`);
    for (const tell of former.waiting) tell(error);
    retire(former);
  };

  const track = (work: Promise<unknown>): void => {
    // Whose end nobody waits for may fail: its caller was told before.
    const settled = work.catch(() => undefined).finally(() => underWay.delete(settled));
    underWay.add(settled);
  };

  const connected = (mine: Line): Promise<void> => {
    if (mine.connected === undefined) {
      mine.connected = translated('connecting to Kafka', () => mine.producer.connect());
      // The next append begins with a client of its own.
      mine.connected.catch(() => retire(mine));
    }
    return mine.connected;
  };

  const send = async (records: readonly OutRecord[]): Promise<void> => {
    const mine = line;
    const sending = connected(mine).then(() =>
      translated('appending', async () => {
        await parts.mustExist(records);
        await sendAll(mine.producer, records);
      }),
    );
    track(sending);
    const timer = new AbortController();
    void clock.sleep(timeoutMs, timer.signal).then(() => {
      if (!timer.signal.aborted) giveUp(mine);
    });
    try {
      await unlessTold(mine, sending);
    } finally {
      timer.abort();
    }
  };

  const watched = async (records: readonly OutRecord[]): Promise<void> => {
    try {
      await send(records);
      if (isSick) parts.onTrouble?.(undefined);
      isSick = false;
    } catch (error) {
      if (error instanceof TransientError) {
        parts.onTrouble?.(`${error.code}: ${error.message}`);
        isSick = true;
      }
      throw error;
    }
  };

  return {
    connect: () => connected(line),
    async append(records) {
      if (!isSick) return watched(records);
      if (isProbing) throw refused('the brokers did not answer, and are being tried again');
      isProbing = true;
      try {
        await watched(records);
      } finally {
        isProbing = false;
      }
    },
    async close() {
      await Promise.allSettled(underWay);
      await line.producer.disconnect();
    },
  };
}

/** The end of `work`, or the error that all who wait on this line are told before. */
async function unlessTold(line: Line, work: Promise<void>): Promise<void> {
  let tell: (error: Error) => void = () => undefined;
  const told = new Promise<void>((_resolve, reject) => {
    tell = reject;
  });
  line.waiting.add(tell);
  try {
    await Promise.race([work, told]);
  } finally {
    line.waiting.delete(tell);
  }
}

function open(parts: AppenderParts): Line {
  const sockets = socketBook();
  return { sockets, producer: parts.producer(sockets), waiting: new Set(), connected: undefined };
}
