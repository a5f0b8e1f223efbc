/**
 * Owns: the sender of the bench: eight connections that post bodies one after the other.
 * Does not own: what is sent, and who is measured.
 */
import { Agent, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';

const CONNECTIONS = 8;

export interface Target {
  readonly url: string;
  /** PEM; with https. */
  readonly ca: string;
  readonly token: string;
}

export interface Sender {
  /** Posts `count` bodies, in turn from `bodies`. Throws where one is not answered 2xx. */
  send(bodies: readonly Buffer[], count: number): Promise<void>;
  close(): void;
}

function statusOf(answer: IncomingMessage): Promise<number> {
  return new Promise((resolve, reject) => {
    answer.resume();
    answer.once('end', () => resolve(answer.statusCode ?? 0));
    answer.once('error', reject);
  });
}

/** One sender to one subject, whose connections stay open. */
export function createSender(target: Target): Sender {
  const isSecure = target.url.startsWith('https:');
  const connections = { keepAlive: true, maxSockets: CONNECTIONS };
  const agent = isSecure
    ? new SecureAgent({ ...connections, ca: target.ca })
    : new Agent(connections);
  const request = isSecure ? secureRequest : plainRequest;
  const post = (body: Buffer): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        'content-length': body.length,
        authorization: `Bearer ${target.token}`,
      };
      const sent = request(target.url, { method: 'POST', agent, headers }, (answer) => {
        statusOf(answer).then(resolve, reject);
      });
      sent.once('error', reject);
      sent.end(body);
    });
  return {
    async send(bodies, count) {
      let next = 0;
      const line = async (): Promise<void> => {
        for (let i = next++; i < count; i = next++) {
          const status = await post(bodies[i % bodies.length] as Buffer);
          if (status < 200 || status > 299) throw new Error(`${target.url} answered ${status}`);
        }
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, line));
    },
    close: () => agent.destroy(),
  };
}
