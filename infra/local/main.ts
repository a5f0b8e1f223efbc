/**
 * Owns: `npm run local`: both servers up, their addresses printed, down again at Ctrl-C.
 * Does not own: the servers (kafka.ts, elasticsearch.ts).
 */
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, runsAsRoot } from './cache.ts';
import { HELP, type LocalRequest, parseCommandLine } from './command-line.ts';
import { available } from './downloads.ts';
import { startElasticsearch } from './elasticsearch.ts';
import { startKafka } from './kafka.ts';
import { writeProductConfig } from './product-config.ts';

const EXIT_USAGE = 64;
const EXIT_UNAVAILABLE = 69;
const HOLD_MS = 60_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function readRequest(): LocalRequest | undefined {
  try {
    return parseCommandLine(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
    return undefined;
  }
}

/** Resolves at the first Ctrl-C. The same one may come again, handed on by npm and tsx. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    // Waiting for a signal does not keep a process alive.
    const hold = setInterval(() => undefined, HOLD_MS);
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        clearInterval(hold);
        resolve();
      });
    }
  });
}

async function run(request: LocalRequest, cacheDir: string): Promise<void> {
  const end = interrupted();
  const { kafka: version, brokers, secure } = request;
  say(`Starting Kafka ${version} and Elasticsearch; the first time they are downloaded.`);
  const starting = [
    startKafka({ cacheDir, version, brokers, security: secure ? 'sasl' : 'none' }),
    startElasticsearch({ cacheDir, security: secure }),
  ] as const;
  try {
    const [kafka, elasticsearch] = await Promise.all(starting);
    // Holds passwords; in the run folder it goes even when this process is killed.
    const folder = join(kafka.runDir, 'product');
    await mkdir(folder);
    const config = await writeProductConfig(kafka, elasticsearch, folder);
    say(`Kafka          ${kafka.brokers.join(' ')}`);
    say(`Elasticsearch  ${elasticsearch.node}`);
    say(`Configuration  ${config}`);
    say(`Logs           ${kafka.logsDir}\n               ${elasticsearch.logsDir}`);
    say('Ready. Ctrl-C stops both and removes their data.');
    await end;
  } finally {
    const settled = await Promise.allSettled(starting);
    for (const start of settled) if (start.status === 'fulfilled') await start.value.stop();
  }
  say('Stopped.');
}

async function main(): Promise<number> {
  const request = readRequest();
  if (request === undefined) return EXIT_USAGE;
  if (request.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const cacheDir = cacheFolder(process.env, homedir(), runsAsRoot());
  const found = await available({ cacheDir }, [request.kafka, 'elasticsearch']);
  if (!found.ok) {
    process.stderr.write(`Real servers can't be started here: ${found.reason}\n`);
    return EXIT_UNAVAILABLE;
  }
  await run(request, cacheDir);
  return 0;
}

process.exitCode = await main();
