/**
 * Owns: the sockets of one kafkajs client, so that all of its requests can be ended at once.
 * kafkajs has no way to give up a request: to a broker that takes connections and answers nothing
 * it waits for its time-out, repeats, and holds the bytes for minutes.
 */
import net from 'node:net';
import tls from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_DELAY_MS = 60_000;

export interface Sockets {
  readonly factory: ISocketFactory;
  /** Breaks every connection, and lets none be made any more: requests fail instead of waiting. */
  end(): void;
}

export function socketBook(): Sockets {
  const open = new Set<net.Socket>();
  let isEnded = false;
  return {
    factory({ host, onConnect, port, ssl }) {
      if (isEnded) throw new Error('this client has been given up');
      const name = net.isIP(host) ? {} : { servername: host };
      const socket = ssl
        ? tls.connect({ host, port, ...name, ...ssl }, onConnect)
        : net.connect({ host, port }, onConnect);
      socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    end() {
      isEnded = true;
      // With an error: kafkajs rejects what is under way only then.
      for (const socket of open) socket.destroy(new Error('given up'));
    },
  };
}
