/**
 * Owns: making topics and bringing their settings to what the product needs; how durable they are.
 * Does not own: which topics there are (schemas/).
 */
import kafkajs, { type Admin, type ITopicMetadata } from 'kafkajs';
import { FatalError } from '../../errors/fault.ts';
import type { TopicSpec, TopicStatus } from '../../ports/log.ts';
import type { AdminAccess } from './admin-access.ts';
import { typeOf } from './errors.ts';

// Node finds only some of this CommonJS package's names; vitest would find these two, dist would not.
const { ConfigResourceTypes, ConfigSource } = kafkajs;

const REPLICAS_WANTED = 3;
const IN_SYNC_WANTED = 2;

/** With fewer copies an acknowledged record can be lost with one disk. */
export function isDurable(replicas: number): boolean {
  return replicas >= REPLICAS_WANTED;
}

export function replicasOn(brokers: number, given: number | undefined): number {
  return given ?? Math.min(REPLICAS_WANTED, brokers);
}

/**
 * Settings of one topic. acks=all means all replicas *in sync*, which may be the leader alone:
 * only min.insync.replicas 2 on three replicas makes it durable.
 */
export function settingsOf(spec: TopicSpec, replicas: number): ReadonlyMap<string, string> {
  const settings = new Map([
    ['cleanup.policy', spec.cleanup],
    ['max.message.bytes', String(spec.maxMessageBytes)],
    // Timestamps are the producers', equal on every replay, also where the broker's default differs.
    ['message.timestamp.type', 'CreateTime'],
  ]);
  if (spec.cleanup !== 'compact') settings.set('retention.ms', String(spec.retentionMs));
  if (isDurable(replicas)) settings.set('min.insync.replicas', String(IN_SYNC_WANTED));
  return settings;
}

const DOING = 'setting up topics';
const TOO_MANY_REPLICAS = 'INVALID_REPLICATION_FACTOR';

export interface TopicParts {
  readonly access: AdminAccess;
  readonly replicationFactor: number | undefined;
  /** Resolves when the new topic can be written to and read. */
  served(topic: string): Promise<void>;
}

/**
 * Makes what is missing, changes settings, never a partition count; with `review` it only says so.
 * Throws TransientError, FatalError.
 */
export async function ensureTopics(
  parts: TopicParts,
  specs: readonly TopicSpec[],
  mode: 'apply' | 'review',
): Promise<readonly TopicStatus[]> {
  const { access } = parts;
  const names = new Set(await access.ask(DOING, (admin) => admin.listTopics()));
  const missing = specs.filter((spec) => !names.has(spec.name));
  const created = mode === 'apply' ? await create(parts, missing) : missing.map(asCreated);
  const alter: Alter = mode === 'apply' ? (change) => alterTopic(access, change) : nothing;
  const compared = await compare(
    access,
    specs.filter((spec) => names.has(spec.name)),
    alter,
  );
  const statuses = new Map([...created, ...compared].map((s) => [s.name, s]));
  return specs.map(({ name }) => statuses.get(name) ?? { name, state: 'unchanged' });
}

function asCreated({ name }: TopicSpec): TopicStatus {
  return { name, state: 'created' };
}

/**
 * Three replicas are tried first: only the controller knows how many brokers there are, another
 * broker may not have heard of all of them.
 */
async function create(
  { access, replicationFactor, served }: TopicParts,
  specs: readonly TopicSpec[],
): Promise<TopicStatus[]> {
  if (specs.length === 0) return [];
  let replicas = replicationFactor ?? REPLICAS_WANTED;
  try {
    await createWith(access, specs, replicas);
  } catch (error) {
    const isTooMany = error instanceof FatalError && typeOf(error.cause) === TOO_MANY_REPLICAS;
    if (!isTooMany || replicationFactor !== undefined) throw error;
    const { brokers } = await access.ask(DOING, (admin) => admin.describeCluster());
    replicas = replicasOn(brokers.length, undefined);
    await createWith(access, specs, replicas);
  }
  await Promise.all(specs.map(({ name }) => served(name)));
  if (isDurable(replicas)) return specs.map(asCreated);
  const detail = `${replicas} replicas, ${REPLICAS_WANTED} are durable`;
  return specs.map((spec) => ({ ...asCreated(spec), detail }));
}

async function createWith(
  access: AdminAccess,
  specs: readonly TopicSpec[],
  replicas: number,
): Promise<void> {
  const topics = specs.map((spec) => ({
    topic: spec.name,
    numPartitions: spec.partitions,
    replicationFactor: replicas,
    configEntries: [...settingsOf(spec, replicas)].map(([name, value]) => ({ name, value })),
  }));
  await access.ask(DOING, (admin) => admin.createTopics({ waitForLeaders: false, topics }));
}

interface Change {
  readonly name: string;
  readonly configEntries: { name: string; value: string }[];
}
type Alter = (change: Change) => Promise<void>;

const nothing: Alter = () => Promise.resolve();

async function alterTopic(access: AdminAccess, change: Change): Promise<void> {
  const resources = [{ type: ConfigResourceTypes.TOPIC, ...change }];
  await access.ask(DOING, (admin) => admin.alterConfigs({ validateOnly: false, resources }));
}

async function compare(
  access: AdminAccess,
  specs: readonly TopicSpec[],
  alter: Alter,
): Promise<TopicStatus[]> {
  if (specs.length === 0) return [];
  const names = specs.map((spec) => spec.name);
  const resources = names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name }));
  const { topics } = await access.ask(DOING, (a) => a.fetchTopicMetadata({ topics: names }));
  const described = await access.ask(DOING, (admin) =>
    admin.describeConfigs({ includeSynonyms: false, resources }),
  );
  const statuses: TopicStatus[] = [];
  for (const spec of specs) {
    const metadata = topics.find((t) => t.name === spec.name);
    const found = described.resources.find((r) => r.resourceName === spec.name);
    statuses.push(await compareOne(alter, spec, metadata, found?.configEntries ?? []));
  }
  return statuses;
}

type Entries = Awaited<ReturnType<Admin['describeConfigs']>>['resources'][number]['configEntries'];

async function compareOne(
  alter: Alter,
  spec: TopicSpec,
  metadata: ITopicMetadata | undefined,
  entries: Entries,
): Promise<TopicStatus> {
  const { name } = spec;
  const partitions = metadata?.partitions.length ?? 0;
  if (partitions !== spec.partitions) {
    const what = `has ${partitions} partitions, ${spec.partitions} are configured`;
    const remedy =
      'a changed count moves keys: configure the present one, or use a new topic prefix';
    return { name, state: 'conflict', detail: `${what}; ${remedy}` };
  }
  const replicas = metadata?.partitions[0]?.replicas.length ?? 1;
  const wanted = settingsOf(spec, replicas);
  const current = new Map(entries.map((e) => [e.configName, e.configValue]));
  const differing = [...wanted].filter(([key, value]) => !isSame(key, current.get(key), value));
  if (differing.length === 0) return { name, state: 'unchanged' };
  await alter({ name, configEntries: merged(entries, wanted) });
  const changes = differing.map(([key, value]) => `${key} ${current.get(key) ?? '-'} → ${value}`);
  return { name, state: 'changed', detail: changes.join(', ') };
}

/** The broker gives lists in an order of its own. */
function isSame(key: string, current: string | undefined, wanted: string): boolean {
  if (key !== 'cleanup.policy' || current === undefined) return current === wanted;
  return current.split(',').sort().join() === wanted.split(',').sort().join();
}

/** AlterConfigs replaces all settings of a topic: what somebody else has set there is kept. */
function merged(entries: Entries, wanted: ReadonlyMap<string, string>) {
  const own = entries.filter((e) => e.configSource === ConfigSource.TOPIC_CONFIG);
  const all = new Map(own.map((e) => [e.configName, e.configValue]));
  for (const [key, value] of wanted) all.set(key, value);
  return [...all].map(([name, value]) => ({ name, value }));
}
