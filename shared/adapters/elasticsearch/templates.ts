/**
 * Owns: the templates that `setup` loads: reading the files of infra/elastic, and fitting them to
 * what the cluster can do.
 * Does not own: talking to the cluster (setup.ts).
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { COLLECTIONS, type CollectionName } from '../../domain/collections.ts';
import { type Capabilities, SUBSTITUTES } from './capabilities.ts';
import { COLLECTION_NAMES } from './names.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Templates {
  /** By name; the one that ends in `@custom` is the operator's. */
  readonly components: ReadonlyMap<string, Json>;
  readonly index: Readonly<Record<CollectionName, Json>>;
  /** Body of the ILM policy `podwitness`. */
  readonly policy: Json;
}

export const POLICY = 'podwitness';
const SETTINGS = 'podwitness-settings';

export function indexTemplateName(collection: CollectionName): string {
  return `podwitness-${collection}`;
}

/** The operator's own: made once, never changed. */
export function isCustom(component: string): boolean {
  return component.endsWith('@custom');
}

function readJson(path: string): Json {
  return JSON.parse(readFileSync(path, 'utf8')) as Json;
}

/** `folder`: infra/elastic of the package. */
export function readTemplates(folder: string): Templates {
  const components = join(folder, 'component-templates');
  return {
    components: new Map(
      readdirSync(components)
        .filter((file) => file.endsWith('.json'))
        .sort()
        .map((file) => [basename(file, '.json'), readJson(join(components, file))]),
    ),
    index: forEach((name) =>
      readJson(join(folder, 'index-templates', `${indexTemplateName(name)}.json`)),
    ),
    policy: readJson(join(folder, 'ilm', `${POLICY}.json`)),
  };
}

function forEach<T>(make: (collection: CollectionName) => T): Record<CollectionName, T> {
  return Object.fromEntries(COLLECTION_NAMES.map((name) => [name, make(name)])) as Record<
    CollectionName,
    T
  >;
}

/** Replaces types that are missing, in any depth. */
function substitute(value: unknown, missing: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((element) => substitute(element, missing));
  if (typeof value !== 'object' || value === null) return value;
  const { type, ...rest } = value as Json;
  const name = typeof type === 'string' && missing.has(type) ? SUBSTITUTES[type] : undefined;
  const kept = name === undefined ? (value as Json) : withoutValue({ ...rest, type: name });
  return Object.fromEntries(Object.entries(kept).map(([k, v]) => [k, substitute(v, missing)]));
}

/** `value` belongs to constant_keyword alone. */
function withoutValue({ value: _, ...field }: Json): Json {
  return field;
}

function at(value: unknown, ...path: readonly string[]): Json {
  const found = path.reduce<unknown>((node, key) => (node as Json | undefined)?.[key], value);
  return (found ?? {}) as Json;
}

export interface Fit {
  readonly capabilities: Capabilities;
  readonly refreshIntervalSeconds: number;
  /** Of a data stream's documents, after the rollover; absent: whoever runs the cluster decides. */
  readonly retentionDays?: number | undefined;
}

/** The templates as this cluster takes them. */
export function fitTemplates(templates: Templates, fit: Fit): Templates {
  const { capabilities, retentionDays } = fit;
  const components = new Map(
    [...templates.components].map(([name, component]) => {
      const fitted = substitute(component, capabilities.missingTypes) as Json;
      return [name, name === SETTINGS ? withRefresh(fitted, fit) : fitted];
    }),
  );
  const index = forEach((collection) => {
    const fitted = substitute(templates.index[collection], capabilities.missingTypes) as Json;
    const isStream = COLLECTIONS[collection].mode === 'append';
    const kept = isStream ? withLifecycle(fitted, fit) : fitted;
    return withFingerprint(kept, fingerprint(components, kept));
  });
  return { components, index, policy: withDeletePhase(templates.policy, retentionDays) };
}

function withRefresh(component: Json, { refreshIntervalSeconds }: Fit): Json {
  const template = at(component, 'template');
  const index = {
    ...at(template, 'settings', 'index'),
    refresh_interval: `${refreshIntervalSeconds}s`,
  };
  return { ...component, template: { ...template, settings: { index } } };
}

/** ILM as the file has it; else the data streams' own lifecycle; else none. */
function withLifecycle(template: Json, { capabilities, retentionDays }: Fit): Json {
  if (capabilities.ilm) return template;
  const { settings: _, ...rest } = at(template, 'template');
  const lifecycle = streamLifecycle(retentionDays);
  const inner = capabilities.streamLifecycle ? { ...rest, lifecycle } : rest;
  return { ...template, template: inner };
}

/** A data stream's own lifecycle: it rolls over, and deletes where a retention is given. */
export function streamLifecycle(retentionDays: number | undefined): Json {
  return {
    enabled: true,
    ...(retentionDays === undefined ? {} : { data_retention: `${retentionDays}d` }),
  };
}

/** The policy with a delete phase; its other phases are left as they are. */
export function withDeletePhase(body: Json, retentionDays: number | undefined): Json {
  if (retentionDays === undefined) return body;
  const policy = at(body, 'policy');
  const deletion = { min_age: `${retentionDays}d`, actions: { delete: {} } };
  return { policy: { ...policy, phases: { ...at(policy, 'phases'), delete: deletion } } };
}

/**
 * Hash of the mapping that a template makes. It stands in the mapping's `_meta`, so that `setup`
 * sees whether an index that is there already has it.
 */
function fingerprint(components: ReadonlyMap<string, Json>, template: Json): string {
  const parts = [...components].filter(([name]) => !isCustom(name));
  const mappings = [...parts.map(([, component]) => component), template].map((part) =>
    at(part, 'template', 'mappings'),
  );
  return createHash('sha256').update(JSON.stringify(mappings)).digest('hex').slice(0, 16);
}

function withFingerprint(template: Json, hash: string): Json {
  const inner = at(template, 'template');
  const mappings = { ...at(inner, 'mappings'), _meta: { podwitness: hash } };
  return { ...template, template: { ...inner, mappings } };
}

/** What `fitTemplates` wrote for this collection. */
export function fingerprintOf(templates: Templates, collection: CollectionName): unknown {
  return at(templates.index[collection], 'template', 'mappings', '_meta')['podwitness'];
}
