/**
 * Owns: the connection of kafkajs' admin client, and what its failures mean.
 * Does not own: the questions (committed-offsets.ts, topics.ts, topic-guard.ts).
 */
import type { Admin, Kafka } from 'kafkajs';
import { TransientError } from '../../errors/fault.ts';
import { translated } from './errors.ts';

export interface AdminAccess {
  /**
   * `question` must be a call of kafkajs and nothing else: where no broker answers, kafkajs takes
   * an answer for granted and throws TypeError. Throws TransientError or FatalError.
   */
  ask<T>(doing: string, question: (admin: Admin) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Connects at the first question, and anew after a failure: kafkajs' pools don't all recover. */
export function adminAccess(kafka: Kafka): AdminAccess {
  let connected: Promise<Admin> | undefined;

  const connect = async (): Promise<Admin> => {
    const admin = kafka.admin();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      await admin.disconnect();
      throw error;
    }
  };

  const forget = async (): Promise<void> => {
    const former = connected;
    connected = undefined;
    const admin = await former?.catch(() => undefined);
    await admin?.disconnect();
  };

  return {
    ask(doing, question) {
      return translated(doing, async () => {
        connected ??= connect();
        const mine = connected;
        try {
          return await question(await mine);
        } catch (error) {
          if (connected === mine) await forget();
          if (!(error instanceof TypeError)) throw error;
          const options = { code: 'log_unavailable', cause: error } as const;
          throw new TransientError(`${doing}: no broker answered`, options);
        }
      });
    },
    close: forget,
  };
}
