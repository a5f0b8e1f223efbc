/**
 * Owns: what tests of Elasticsearch's adapter do to the server behind its back.
 */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../../shared/ports/telemetry.ts';

export const TEMPLATES = fileURLToPath(new URL('../../../infra/elastic', import.meta.url));

export const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

let namespaces = 0;

/** Data streams of this server can't be deleted: every test has its own. */
export function newNamespace(): string {
  return `t${process.pid}.${Date.now()}.${namespaces++}`;
}

export interface Login {
  readonly username: string;
  readonly password: string;
  readonly ca: string;
}

export interface Access {
  readonly node: string;
  /** Where the server asks for one; the connection is TLS then. */
  readonly login?: Login;
}

/** One request; throws an error that names the status where it is above 299. */
export async function call(
  access: Access,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const { status, text } = await send(access, { method, path, body });
  if (status > 299) throw new Error(`${method} ${path}: ${status} ${text}`);
  return JSON.parse(text);
}

interface Order {
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
}

function send({ node, login }: Access, { method, path, body }: Order) {
  const options = {
    method,
    headers: { 'content-type': 'application/json' },
    ...(login && { ca: login.ca, auth: `${login.username}:${login.password}` }),
  };
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const start = login ? requestHttps : requestHttp;
    const request = start(new URL(path, node), options, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => {
        resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
