/**
 * Owns: how a test asks for real servers. Only files named `*.real.test.ts` may: the others run
 * without the global set-up.
 * Does not own: starting them (real-servers.global.ts, infra/local).
 */
import { describe, inject } from 'vitest';
import type { RealServers } from './real-servers.global.ts';

function realServers(): RealServers {
  const servers = inject('realServers');
  if (servers === undefined) throw new Error('real servers are for files named *.real.test.ts');
  return servers;
}

/**
 * Whether this file's tests can run. Throws where servers are required (PODWITNESS_REAL=require)
 * and can't be had. Without describeReal: `describe.skipIf('skip' in requireReal())`.
 */
export function requireReal(): { readonly ok: true } | { readonly skip: string } {
  const servers = realServers();
  if (servers.ok) return { ok: true };
  if (servers.required) throw new Error(`real servers are required: ${servers.reason}`);
  return { skip: servers.reason };
}

/** A group of tests that is skipped, with the reason in the closing lines, without servers. */
export function describeReal(name: string, body: () => void): void {
  describe.skipIf('skip' in requireReal())(name, body);
}

/** The run's shared broker, without security, started by the first call (in a beforeAll). */
export function sharedKafka(): Promise<{ readonly brokers: string[] }> {
  return ask('/kafka');
}

/** The run's shared node, without security, started by the first call (in a beforeAll). */
export function sharedElasticsearch(): Promise<{ readonly node: string }> {
  return ask('/elasticsearch');
}

/** For tests that start servers of their own: `startKafka({ ...localOptions(), brokers: 3 })`. */
export function localOptions(): { readonly cacheDir: string } {
  const servers = realServers();
  if (!servers.ok) throw new Error(`no real servers here: ${servers.reason}`);
  return { cacheDir: servers.cacheDir };
}

async function ask<T>(path: string): Promise<T> {
  const servers = realServers();
  if (!servers.ok) throw new Error(`no real servers here: ${servers.reason}`);
  const reply = await fetch(`${servers.starter}${path}`);
  const text = await reply.text();
  if (!reply.ok) throw new Error(text);
  return JSON.parse(text) as T;
}
