/**
 * Owns: an API server as far as lists and watches go, in the shapes that a real one answers with, over
 * HTTPS. Real ones need etcd, and can't be told when to forget.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { JsonObject } from '../../shared/domain/json.ts';
import { makeCertificate } from './certificates.ts';

export const TOKEN = 'a-token-of-a-test';

export interface FakeApiServer {
  readonly url: string;
  readonly tokenPath: string;
  readonly caPath: string;
  /** Paths that were asked, with their queries. */
  readonly asked: readonly string[];
  objects: JsonObject[];
  /** Most objects per page. */
  page: number;
  /** Status instead of an answer, for this many requests. */
  refuse(status: number, times: number): void;
  /** To every watch that is open. */
  send(type: string, object: JsonObject): void;
  endWatches(): void;
  readonly watches: number;
  close(): Promise<void>;
}

export async function startFakeApiServer(folder: string): Promise<FakeApiServer> {
  const authority = makeCertificate({ name: 'authority', isAuthority: true });
  const own = makeCertificate({ name: 'apiserver', by: authority });
  const [tokenPath, caPath] = [join(folder, 'token'), join(folder, 'ca.crt')];
  await writeFile(tokenPath, `${TOKEN}\n`);
  await writeFile(caPath, authority.cert);
  const asked: string[] = [];
  const watches = new Set<ServerResponse>();
  let refusals = { status: 0, times: 0 };
  let version = 100;
  const metadata = (more: JsonObject = {}) => ({ resourceVersion: String(version), ...more });

  const list = (query: URLSearchParams, response: ServerResponse): void => {
    const from = Number(query.get('continue') ?? 0);
    const items = state.objects.slice(from, from + state.page);
    const next = from + state.page < state.objects.length ? String(from + state.page) : undefined;
    response.end(
      JSON.stringify({ kind: 'PodList', metadata: metadata({ continue: next }), items }),
    );
  };

  const server: Server = createServer({ key: own.key, cert: own.cert }, (request, response) => {
    asked.push(request.url ?? '');
    const { searchParams } = new URL(request.url ?? '', 'https://localhost');
    if (request.headers.authorization !== `Bearer ${TOKEN}`) response.statusCode = 401;
    else if (refusals.times > 0) {
      refusals.times -= 1;
      response.statusCode = refusals.status;
    }
    if (response.statusCode !== 200) response.end();
    else if (!searchParams.has('watch')) list(searchParams, response);
    else {
      watches.add(response);
      response.on('close', () => watches.delete(response));
      response.flushHeaders();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const state: FakeApiServer = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ tokenPath, caPath, asked },
    objects: [],
    page: 500,
    refuse(status, times) {
      refusals = { status, times };
    },
    send(type, object) {
      version += 1;
      const sent = { ...object, metadata: metadata(object['metadata'] as JsonObject | undefined) };
      const line = JSON.stringify({ type, object: sent });
      // Not in one piece: lines do not come as packets do.
      for (const watch of watches) {
        watch.write(line.slice(0, 7));
        watch.write(`${line.slice(7)}\n`);
      }
    },
    endWatches() {
      for (const watch of watches) watch.end();
    },
    get watches() {
      return watches.size;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return state;
}
