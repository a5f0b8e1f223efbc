/**
 * Owns: asking the cluster what it can do: licences, builds and serverless differ.
 * Does not own: what is left out then (templates.ts), how it is told (setup.ts).
 */
import { isUnknownRoute, type Rest } from './rest.ts';

/** Field types that not every cluster has, and what finds the same there, at more cost. */
export const SUBSTITUTES: Readonly<Record<string, string>> = {
  wildcard: 'keyword',
  constant_keyword: 'keyword',
  match_only_text: 'text',
};

export interface Capabilities {
  /** Index lifecycle management. */
  readonly ilm: boolean;
  /** The data streams' own lifecycle. */
  readonly streamLifecycle: boolean;
  /** Data streams can be made by name, without a document. */
  readonly streamApi: boolean;
  /** Of SUBSTITUTES, the field types that are missing. */
  readonly missingTypes: ReadonlySet<string>;
}

export async function askCapabilities(rest: Rest): Promise<Capabilities> {
  const missing: string[] = [];
  for (const type of Object.keys(SUBSTITUTES)) {
    const mappings = { properties: { probe: { type } } };
    if (!(await takes(rest, { template: { mappings } }))) missing.push(type);
  }
  const lifecycle = { data_stream: {}, template: { lifecycle: { enabled: true } } };
  return {
    ilm: await knows(rest, '/_ilm/status'),
    streamLifecycle: await takes(rest, lifecycle),
    streamApi: await knows(rest, '/_data_stream/podwitness-probe-none'),
    missingTypes: new Set(missing),
  };
}

async function knows(rest: Rest, path: string): Promise<boolean> {
  return !isUnknownRoute(await rest.call({ method: 'GET', path }));
}

/** Would the cluster take an index template like this? Nothing is stored. */
async function takes(rest: Rest, template: object): Promise<boolean> {
  const reply = await rest.call({
    method: 'POST',
    path: '/_index_template/_simulate',
    body: { index_patterns: ['podwitness-probe-*'], priority: 250, ...template },
  });
  return reply.status < 300;
}
