/**
 * Owns: requests to one Kubernetes API server: HTTPS, its authority, the account's token.
 * Does not own: what is asked for (list-watch.ts).
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';

export interface ApiServer {
  /** `https://kubernetes.default.svc`. */
  readonly url: string;
  /** Read for each request: the kubelet writes a new token every hour. */
  readonly tokenPath: string;
  readonly caPath: string;
}

/** An answer that is no 200; `status` is the server's. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, path: string) {
    super(`The API server answered ${status} for ${path.replace(/\?.*$/, '')}`);
    this.status = status;
  }
}

export interface Connection {
  /** The whole body as JSON. Throws ApiError, or what the network or the disk said. */
  get(path: string, signal: AbortSignal): Promise<unknown>;
  /** Each line of the body as JSON, as they come; ends when the server ends it. */
  lines(path: string, signal: AbortSignal): AsyncIterable<unknown>;
  close(): void;
}

/** 500 pods of the largest kind; more is not taken into memory. */
const MAX_BODY_BYTES = 128 * 1024 * 1024;
const MAX_LINE_CHARS = 8 * 1024 * 1024;
/** A watch sends a bookmark every minute, about; a list answers sooner. */
const SILENCE_MS = 150_000;

export function connectTo(server: ApiServer): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });

  const open = async (path: string, signal: AbortSignal): Promise<IncomingMessage> => {
    const [token, ca] = await Promise.all([
      readFile(server.tokenPath, 'utf8'),
      readFile(server.caPath),
    ]);
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${token.trim()}`,
      'user-agent': 'podwitness',
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const url = new URL(path, server.url);
      const asked = request(url, { agent, ca, headers, signal, timeout: SILENCE_MS }, resolve);
      asked.on('error', reject);
      asked.on('timeout', () => asked.destroy(new Error('The API server is silent')));
      asked.end();
    });
    if (response.statusCode === 200) return response;
    response.resume();
    throw new ApiError(response.statusCode ?? 0, path);
  };

  return {
    async get(path, signal) {
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of (await open(path, signal)) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) throw new Error('The API server answered too much');
        chunks.push(chunk);
      }
      return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
    },
    async *lines(path, signal) {
      const response = await open(path, signal);
      response.setEncoding('utf8');
      let rest = '';
      for await (const text of response as AsyncIterable<string>) {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        if (rest.length > MAX_LINE_CHARS) throw new Error('The API server wrote too long a line');
        for (const line of lines) if (line !== '') yield JSON.parse(line) as unknown;
      }
    },
    close: () => agent.destroy(),
  };
}
