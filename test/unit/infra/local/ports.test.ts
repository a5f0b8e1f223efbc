/** Owns: tests of infra/local/ports.ts. */
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePorts } from '../../../../infra/local/ports.ts';

test('ports are different ones, below those of outgoing connections, and can be listened on', async () => {
  const ports = [...(await freePorts(20)), ...(await freePorts(20))];
  expect(new Set(ports).size).toBe(40);
  expect(ports.filter((port) => port < 20_000 || port >= 32_000)).toEqual([]);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(ports[0], '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
});
