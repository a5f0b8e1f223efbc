import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addLocalApi } from '../../../../../services/cli/local/api.ts';
import { type Pipeline, pipelineOn } from '../../../../../services/cli/local/pipeline.ts';
import { addPipelineRoutes } from '../../../../../services/cli/local/pipeline-api.ts';
import { remotePipeline } from '../../../../../services/cli/local/remote.ts';
import { FatalError, TransientError } from '../../../../../shared/errors/fault.ts';
import type { LogRecord } from '../../../../../shared/ports/log.ts';
import { auditEvent, openPipelineRig, type PipelineRig } from '../../../../support/pipeline-rig.ts';
import { createLines } from '../../../../support/worker-rig.ts';

let rig: PipelineRig;
let server: FastifyInstance;
let remote: Pipeline;
let url: string;
let token: string;
const { lines, logger } = createLines();

beforeEach(async () => {
  rig = await openPipelineRig();
  server = Fastify();
  const { log, store } = rig;
  token = addLocalApi(server, { log, store, topicPrefix: '', rawKeys: [], logger });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  remote = remotePipeline({ url, token });
});
afterEach(async () => {
  await server.close();
  await rig.close();
});

async function all(records: AsyncIterable<LogRecord>): Promise<readonly LogRecord[]> {
  const found: LogRecord[] = [];
  for await (const record of records) found.push(record);
  return found;
}

it('gives the same records, positions and documents as the ports themselves', async () => {
  await rig.send([auditEvent(), 'garbage \u0000\ufffd']);
  await rig.normalize();
  await rig.index();
  const direct = rig.pipeline;
  for (const topic of ['audit.raw', 'audit.events', 'audit.deadletter'] as const) {
    expect(await all(remote.read(topic, 'beginning'))).toEqual(
      await all(direct.read(topic, 'beginning')),
    );
  }
  expect(await all(remote.read('audit.raw', Date.now() + 1e9))).toEqual([]);
  expect(await remote.positions('normalizer', 'audit.raw')).toEqual(
    await direct.positions('normalizer', 'audit.raw'),
  );
  const ids = (await rig.values('audit.events')).map(({ id }) => id);
  expect(await remote.existing('events', [...ids, 'none'])).toEqual(new Set(ids));
  expect(await remote.copies('events', ids[0] ?? '')).toBe(1);
});

it('appends, with a note in the log of the process that writes', async () => {
  const value = Buffer.from([0, 255, 10]);
  const record = { key: null, value, headers: { a: 'b' }, timestampMs: 42 };
  await remote.append('audit.raw', record, { actor: 'carol' });
  expect(await all(rig.pipeline.read('audit.raw', 'beginning'))).toMatchObject([
    { key: null, value, headers: { a: 'b' }, timestampMs: 42 },
  ]);
  expect(lines.at(-1)).toMatchObject({ level: 'info', fields: { actor: 'carol' } });
});

it('takes nobody without the token, and no topic that is not in the table', async () => {
  const stranger = remotePipeline({ url, token: 'x'.repeat(token.length) });
  await expect(all(stranger.read('audit.raw', 'beginning'))).rejects.toThrow('403');
  await expect(stranger.tell({})).rejects.toThrow('403');
  await expect(remote.positions('x', '__proto__' as never)).rejects.toThrow('400');
  await expect(remote.existing('constructor' as never, [])).rejects.toThrow('400');
});

it('passes on what is wrong with the log, and is no bug when the process goes away', async () => {
  const broken = pipelineOn({
    log: {
      ...rig.log,
      async *read() {
        yield* [];
        throw new FatalError('Torn', { code: 'data_dir_damaged' });
      },
      positions: async () =>
        Promise.reject(new TransientError('Away', { code: 'log_unavailable' })),
    },
    topicPrefix: '',
    logger,
  });
  const other = Fastify();
  addPipelineRoutes(other, broken);
  const address = await other.listen({ host: '127.0.0.1', port: 0 });
  const sick = remotePipeline({ url: address, token });
  await expect(all(sick.read('audit.raw', 'beginning'))).rejects.toThrow(FatalError);
  await expect(sick.positions('normalizer', 'audit.raw')).rejects.toThrow(TransientError);
  await other.close();
  await expect(sick.positions('normalizer', 'audit.raw')).rejects.toThrow(TransientError);
  await expect(all(sick.read('audit.raw', 'beginning'))).rejects.toThrow(TransientError);
});
