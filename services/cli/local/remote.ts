/**
 * Owns: the pipeline of a running `up`, through its local API.
 */
import type { CollectionName } from '../../../shared/domain/collections.ts';
import { TransientError } from '../../../shared/errors/fault.ts';
import type { LogRecord } from '../../../shared/ports/log.ts';
import type { ApiAddress } from './address.ts';
import { askApi, callApi } from './client.ts';
import type { Pipeline } from './pipeline.ts';
import { errorFromWire, fromWire, type Line, positionFromWire, type WirePosition } from './wire.ts';

async function* records(
  api: ApiAddress,
  request: { readonly topic: string; readonly from: 'beginning' | number },
): AsyncGenerator<LogRecord> {
  for await (const line of callApi(api, '/local/v1/records', request) as AsyncGenerator<Line>) {
    if ('end' in line) return;
    if ('error' in line) throw errorFromWire(line.error);
    yield fromWire(line.record);
  }
  throw new TransientError('The running podwitness went away in the middle of its answer', {
    code: 'log_unavailable',
  });
}

export function remotePipeline(api: ApiAddress): Pipeline {
  const documents = (path: string, collection: CollectionName, ids: readonly string[]) =>
    askApi(api, path, { collection, ids });
  return {
    read: (topic, from) => records(api, { topic, from }),
    async positions(stage, topic) {
      const answer = await askApi(api, '/local/v1/positions', { stage, topic });
      return (answer as readonly WirePosition[]).map(positionFromWire);
    },
    async append(topic, { headers, key, timestampMs, value }, note) {
      const bytes = { key: key?.toString('base64') ?? null, value: value.toString('base64') };
      await askApi(api, '/local/v1/append', { topic, headers, timestampMs, note, ...bytes });
    },
    async tell(note) {
      await askApi(api, '/local/v1/note', { note });
    },
    async existing(collection, ids) {
      return new Set((await documents('/local/v1/existing', collection, ids)) as string[]);
    },
    async copies(collection, id) {
      const [count = 0] = (await documents('/local/v1/copies', collection, [id])) as number[];
      return count;
    },
    close: async () => {},
  };
}
