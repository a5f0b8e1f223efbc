/**
 * Owns: the few questions that are asked of a schema registry, as functions; repeats while it is
 * away, for a bounded time; keeps what can not change (the schema of an id).
 * Does not own: HTTP (call.ts), which schemas there must be (register.ts).
 */
import { FatalError, TransientError } from '../../errors/fault.ts';
import type { Clock } from '../../ports/telemetry.ts';
import { type Call, callRegistry, type RegistryOptions, type Reply } from './call.ts';

export interface RegistryClient {
  /** Version numbers of a subject; undefined: there is no such subject. */
  versions(subject: string): Promise<readonly number[] | undefined>;
  /** The id under which the subject has this schema; undefined: it does not have it. */
  lookup(subject: string, schema: string): Promise<number | undefined>;
  /** Registers a schema, or finds it; its id. Throws FatalError where the registry refuses it. */
  register(subject: string, schema: string): Promise<number>;
  /** The schema of an id as JSON text; undefined: there is no such id. */
  schemaOf(id: number): Promise<string | undefined>;
  /** The subject's own compatibility level; undefined: it has none. */
  compatibility(subject: string): Promise<string | undefined>;
  setCompatibility(subject: string, level: string): Promise<void>;
}

export interface ClientParts extends RegistryOptions {
  readonly clock: Pick<Clock, 'random' | 'sleep'>;
  /** How often a call is made in all while the registry is away. */
  readonly attempts: number;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;
const NEVER = new AbortController().signal;

async function repeated(parts: ClientParts, call: Call): Promise<Reply> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await callRegistry(parts, call);
    } catch (error) {
      if (!(error instanceof TransientError) || attempt >= parts.attempts) throw error;
      const wait = FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + parts.clock.random() / 2);
      const waitMs = Math.min(LONGEST_WAIT_MS, Math.max(wait, error.retryAfterMs ?? 0));
      await parts.clock.sleep(waitMs, NEVER);
    }
  }
}

function fieldOf(body: unknown, name: string): unknown {
  return (body as Readonly<Record<string, unknown>> | null)?.[name];
}

/** What the registry says is wrong; its text may quote a schema, never a record. */
function refusal(subject: string, { body, status }: Reply): FatalError {
  const said = fieldOf(body, 'message');
  const reason = typeof said === 'string' ? said.slice(0, 500) : `it answered ${status}`;
  const message = `The schema registry refuses ${subject}: ${reason}`;
  return new FatalError(message, { code: 'schema_refused' });
}

/** Not found, as a registry says it; another server's 404 is no answer. */
function isMissing(reply: Reply): boolean {
  if (reply.status !== 404) return false;
  if (typeof fieldOf(reply.body, 'error_code') === 'number') return true;
  const message = 'There is no schema registry at this address: is kafka.schemaRegistry.url right?';
  throw new FatalError(message, { code: 'schema_refused' });
}

function idOf(subject: string, reply: Reply): number {
  const id = fieldOf(reply.body, 'id');
  if (reply.status >= 300 || typeof id !== 'number') throw refusal(subject, reply);
  return id;
}

export function createRegistryClient(parts: ClientParts): RegistryClient {
  const schemas = new Map<number, string>();
  const call = (one: Call): Promise<Reply> => repeated(parts, one);
  return {
    async versions(subject) {
      const reply = await call({ method: 'GET', path: ['subjects', subject, 'versions'] });
      if (isMissing(reply)) return undefined;
      if (!Array.isArray(reply.body)) throw refusal(subject, reply);
      return reply.body.filter((version): version is number => typeof version === 'number');
    },
    async lookup(subject, schema) {
      const reply = await call({ method: 'POST', path: ['subjects', subject], body: { schema } });
      return isMissing(reply) ? undefined : idOf(subject, reply);
    },
    async register(subject, schema) {
      const path = ['subjects', subject, 'versions'];
      return idOf(subject, await call({ method: 'POST', path, body: { schema } }));
    },
    async schemaOf(id) {
      const known = schemas.get(id);
      if (known !== undefined) return known;
      const reply = await call({ method: 'GET', path: ['schemas', 'ids', String(id)] });
      if (isMissing(reply)) return undefined;
      const schema = fieldOf(reply.body, 'schema');
      if (typeof schema !== 'string') throw refusal(`id ${id}`, reply);
      schemas.set(id, schema);
      return schema;
    },
    async compatibility(subject) {
      const reply = await call({ method: 'GET', path: ['config', subject] });
      if (isMissing(reply)) return undefined;
      const level = fieldOf(reply.body, 'compatibilityLevel');
      if (typeof level !== 'string') throw refusal(subject, reply);
      return level;
    },
    async setCompatibility(subject, level) {
      const body = { compatibility: level };
      const reply = await call({ method: 'PUT', path: ['config', subject], body });
      if (reply.status >= 300) throw refusal(subject, reply);
    },
  };
}
