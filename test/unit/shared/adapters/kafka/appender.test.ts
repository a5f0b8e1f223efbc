import { describe, expect, it } from 'vitest';
import { createAppender } from '../../../../../shared/adapters/kafka/appender.ts';
import type { AppendProducer } from '../../../../../shared/adapters/kafka/produce.ts';
import { TransientError } from '../../../../../shared/errors/fault.ts';
import type { OutRecord } from '../../../../../shared/ports/log.ts';

const TIMEOUT_MS = 500;
const record: OutRecord = { topic: 't', key: null, value: Buffer.from('v'), timestampMs: 0 };

type Send = () => Promise<unknown>;

/** An appender on producers whose sends do what `sends` says, one after the other; a hand on time. */
function rig(sends: Send[]) {
  const alarms: (() => void)[] = [];
  const troubles: (string | undefined)[] = [];
  const seen = { clients: 0, disconnected: 0, sends: 0 };
  const appender = createAppender({
    timeoutMs: TIMEOUT_MS,
    clock: {
      now: () => 0,
      random: () => 0,
      sleep: (_ms, signal) =>
        new Promise((resolve) => {
          alarms.push(resolve);
          signal.addEventListener('abort', () => resolve());
        }),
    },
    producer: () => {
      seen.clients++;
      return {
        connect: async () => undefined,
        disconnect: async () => void seen.disconnected++,
        async sendBatch(batch: { topicMessages: { messages: { partition: number }[] }[] }) {
          seen.sends++;
          const next = sends.shift();
          for (const { messages } of batch.topicMessages) {
            for (const message of messages) message.partition = 0;
          }
          await next?.();
          return [{ topicName: 't', partition: 0, baseOffset: '0' }];
        },
      } as unknown as AppendProducer;
    },
    onTrouble: (reason) => void troubles.push(reason),
    mustExist: async () => undefined,
  });
  return {
    appender,
    seen,
    troubles,
    /** Time is up for all who wait now. */
    late: () => {
      for (const alarm of alarms.splice(0)) alarm();
    },
  };
}

const never: Send = () => new Promise(() => undefined);
const well: Send = async () => undefined;

/** Turns enough for promises that are settled to be noticed. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

describe('appending', () => {
  it('tells all who wait on a client that gave no answer, and gives the client up', async () => {
    const { appender, late, seen } = rig([never, never]);
    const both = Promise.allSettled([appender.append([record]), appender.append([record])]);
    await turns();
    late();
    for (const result of await both) {
      expect(result).toMatchObject({ reason: { code: 'log_unavailable', retryAfterMs: 1000 } });
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(TransientError);
    }
    expect(seen).toEqual({ clients: 2, disconnected: 1, sends: 2 });
  });

  it('tries with one at a time until the brokers answer again', async () => {
    const { appender, late, seen, troubles } = rig([never, never, well]);
    const first = appender.append([record]).catch(() => 'refused');
    await turns();
    late();
    expect(await first).toBe('refused');
    const probe = appender.append([record]).catch(() => 'refused');
    await expect(appender.append([record])).rejects.toBeInstanceOf(TransientError);
    await turns();
    expect(seen.sends).toBe(2);
    late();
    expect(await probe).toBe('refused');
    expect(troubles).toEqual(Array(2).fill(expect.stringMatching(/^log_unavailable: .*no answer/)));
    await appender.append([record]);
    await Promise.all([appender.append([record]), appender.append([record])]);
    expect(seen.sends).toBe(5);
    expect(troubles.slice(2)).toEqual([undefined]);
  });

  it('leaves an error that is not the brokers’ to the caller alone', async () => {
    const { appender, seen } = rig([() => Promise.reject(new TypeError('a bug'))]);
    await expect(appender.append([record])).rejects.toBeInstanceOf(TypeError);
    await Promise.all([appender.append([record]), appender.append([record])]);
    expect(seen).toMatchObject({ clients: 1, sends: 3 });
  });
});
