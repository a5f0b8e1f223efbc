/**
 * Owns: the plain way to do it in Node, to compare with: parse the list, write each item again, hand
 * all to kafkajs. Started by subjects.ts with its settings as one JSON argument.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import kafkajs from 'kafkajs';

const { brokers, certFile, keyFile, port, topic } = JSON.parse(process.argv[2]);
const kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.ERROR });
const producer = kafka.producer({ maxInFlightRequests: 16 });
await producer.connect();

async function take(body) {
  const { items } = JSON.parse(body);
  const messages = items.map((item) => ({ value: JSON.stringify(item) }));
  await producer.send({ topic, acks: -1, messages });
}

const secrets = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
const server = createServer(secrets, (request, answer) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    take(Buffer.concat(chunks).toString('utf8')).then(
      () => answer.end('ok'),
      (error) => {
        process.stderr.write(`${error}\n`);
        answer.statusCode = 500;
        answer.end();
      },
    );
  });
});
server.listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
