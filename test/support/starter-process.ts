/**
 * Owns: a program that starts a cheap fake server under the supervisor and then waits to be
 * killed. Argument: the run folder. Prints the supervisor's server pid.
 * Does not own: the test that kills it (test/unit/infra/local/supervised.test.ts).
 */
import { join } from 'node:path';
import { startSupervised } from '../../infra/local/supervised.ts';
import { fakeServer } from './fake-server.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('which folder?');
const server = await startSupervised({ ...fakeServer(folder), folder: join(folder, 'run') });
process.stdout.write(`${server.pid}\n`);
setInterval(() => undefined, 60_000);
