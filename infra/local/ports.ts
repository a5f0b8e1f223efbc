/**
 * Owns: finding TCP ports on the loopback address that nobody listens on.
 * Does not own: holding them; the server binds its port a moment later.
 */
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Below the range Linux takes outgoing ports from, so that no connection grabs the port first. */
const LOWEST_PORT = 20_000;
const PORT_COUNT = 12_000;
const ATTEMPTS = 200;

const givenOut = new Set<number>();

/** Returns `count` different ports, none of them given out before by this process. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let attempt = 0; ports.length < count; attempt += 1) {
    if (attempt === ATTEMPTS) throw new Error(`no free port in ${ATTEMPTS} attempts`);
    const port = LOWEST_PORT + randomInt(PORT_COUNT);
    if (givenOut.has(port) || !(await canListen(port))) continue;
    givenOut.add(port);
    ports.push(port);
  }
  return ports;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server: Server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}
