/**
 * Owns: a schema registry of the tests' own, by the published rules of Confluent's API: ids that
 * belong to a schema's text, versions that belong to a subject, levels of compatibility, error codes.
 * Source: https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 * The suite in test/contract/schema-registry holds it to what a real registry does.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import avsc from 'avsc';
import { incompatibilities } from '../../infra/gates/tools/schema-lock.ts';

export interface RegistryDouble {
  readonly url: string;
  /** Requests so far, as `GET /subjects`. */
  readonly requests: readonly string[];
  /** Answers instead of the registry while it is set; return false to let the registry answer. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  stop(): Promise<void>;
  /** Again on its port, with all that it has. */
  start(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

function isCompatible(schemas: readonly string[]): boolean {
  const versions = schemas.map((text, i) => ({ subject: 's', version: i + 1, text }));
  return incompatibilities(versions).length === 0;
}

function mustParse(schema: string): void {
  try {
    avsc.Type.forSchema(JSON.parse(schema) as avsc.Schema);
  } catch {
    throw new Refusal(42201, 'Invalid schema');
  }
}

class Registry {
  readonly #ids: string[] = [];
  readonly #subjects = new Map<string, string[]>();
  readonly #levels = new Map<string, string>();

  #subject(name: string): string[] {
    const versions = this.#subjects.get(name);
    if (versions === undefined) throw new Refusal(40401, `Subject '${name}' not found.`);
    return versions;
  }

  #idOf(schema: string): number {
    if (!this.#ids.includes(schema)) this.#ids.push(schema);
    return this.#ids.indexOf(schema) + 1;
  }

  register(name: string, schema: string): unknown {
    mustParse(schema);
    const versions = this.#subjects.get(name) ?? [];
    if (!versions.includes(schema)) {
      const isGuarded = this.#levels.get(name) === 'FULL_TRANSITIVE';
      if (isGuarded && !isCompatible([...versions, schema])) {
        throw new Refusal(409, 'Schema being registered is incompatible with an earlier schema');
      }
      this.#subjects.set(name, [...versions, schema]);
    }
    return { id: this.#idOf(schema) };
  }

  lookup(name: string, schema: string): unknown {
    const version = this.#subject(name).indexOf(schema) + 1;
    if (version === 0) throw new Refusal(40403, 'Schema not found');
    return { subject: name, version, id: this.#idOf(schema), schema };
  }

  versions(name: string): unknown {
    return this.#subject(name).map((_, i) => i + 1);
  }

  schema(id: string): unknown {
    const schema = this.#ids[Number(id) - 1];
    if (schema === undefined) throw new Refusal(40403, `Schema ${id} not found`);
    return { schema };
  }

  level(name: string): unknown {
    const compatibilityLevel = this.#levels.get(name);
    if (compatibilityLevel === undefined) {
      throw new Refusal(40408, `Subject '${name}' has no compatibility of its own`);
    }
    return { compatibilityLevel };
  }

  setLevel(name: string, level: string): unknown {
    this.#levels.set(name, level);
    return { compatibility: level };
  }
}

interface Given {
  readonly schema: string;
  readonly compatibility: string;
}

function route(registry: Registry, what: string, path: readonly string[], given: Given): unknown {
  const [kind = '', name = '', id = ''] = path;
  const known: Readonly<Record<string, () => unknown>> = {
    'GET subjects/versions': () => registry.versions(name),
    'POST subjects': () => registry.lookup(name, given.schema),
    'POST subjects/versions': () => registry.register(name, given.schema),
    'GET schemas': () => registry.schema(id),
    'GET config': () => registry.level(name),
    'PUT config': () => registry.setLevel(name, given.compatibility),
  };
  const rest = kind === 'subjects' && path.length > 2 ? '/versions' : '';
  const answer = known[`${what} ${kind}${rest}`];
  if (answer === undefined) throw new Refusal(404, 'HTTP 404 Not Found');
  return answer();
}

function answerOf(registry: Registry, request: IncomingMessage, text: string): Answer {
  try {
    const path = (request.url ?? '').slice(1).split('/').map(decodeURIComponent);
    const isWriting = request.method !== 'GET';
    if (isWriting && request.headers['content-type'] !== MEDIA_TYPE) {
      throw new Refusal(415, 'HTTP 415 Unsupported Media Type');
    }
    const given = JSON.parse(text === '' ? '{}' : text) as Given;
    return { status: 200, body: route(registry, request.method ?? '', path, given) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const status = Number(String(error.code).slice(0, 3));
    return { status, body: { error_code: error.code, message: error.message } };
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export async function startRegistryDouble(): Promise<RegistryDouble> {
  const registry = new Registry();
  const requests: string[] = [];
  let server: Server | undefined;
  let port = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readAll(request);
    requests.push(`${request.method} ${request.url}`);
    if (double.intercept?.(request, response) === true) return;
    const { body, status } = answerOf(registry, request, text);
    response.writeHead(status, { 'content-type': MEDIA_TYPE }).end(JSON.stringify(body));
  };
  const double: RegistryDouble = {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    requests,
    intercept: undefined,
    async start() {
      const made = createServer((request, response) => void serve(request, response));
      server = made;
      await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
      port = (made.address() as AddressInfo).port;
    },
    async stop() {
      const old = server;
      old?.closeAllConnections();
      await new Promise((resolve) => (old === undefined ? resolve(0) : old.close(resolve)));
    },
  };
  await double.start();
  return double;
}
