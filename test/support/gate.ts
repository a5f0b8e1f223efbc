/**
 * Owns: a TCP door before a server of a test, which can be shut: connections are refused and those
 * that are open are cut, as when the server is stopped.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Gate {
  readonly port: number;
  shut(): Promise<void>;
  open(): Promise<void>;
}

export async function gateTo(host: string, port: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let own = 0;

  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    // The other side learns of an end by its own socket.
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
    socket.pipe(other);
  };

  const open = async (): Promise<void> => {
    server = createServer((near) => {
      const far = connect(port, host);
      keep(near, far);
      keep(far, near);
    });
    await new Promise<void>((resolve) => server?.listen(own, '127.0.0.1', resolve));
    own = (server.address() as AddressInfo).port;
  };

  const shut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server?.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  await open();
  return { port: own, open, shut };
}
