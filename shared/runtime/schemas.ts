/**
 * Owns: the schema registry that a configuration names: the subjects of our topics, and the client.
 * Does not own: the registry's API (adapters/schema-registry), framing of values (framed-log.ts).
 */
import { AVRO_SCHEMAS, type SchemaName } from '../../schemas/generated/avro.ts';
import { TOPICS, type TopicName, topicName } from '../../schemas/topics.ts';
import type { RegistryOptions } from '../adapters/schema-registry/call.ts';
import type { RegistryClient } from '../adapters/schema-registry/client.ts';
import type { Subject } from '../adapters/schema-registry/register.ts';
import type { Config } from '../config/load.ts';
import { systemClock } from './clock.ts';

/** A topic whose values are Avro, and the subject of its schemas. */
export interface TopicSubject {
  /** As the log knows it, with the prefix. */
  readonly topic: string;
  readonly schema: SchemaName;
  readonly subject: Subject;
}

/** About ten seconds of a registry that restarts. */
const ATTEMPTS = 6;

function fullName(schemaText: string): string {
  const { name, namespace } = JSON.parse(schemaText) as { name: string; namespace: string };
  return `${namespace}.${name}`;
}

/** As Confluent's serializers name subjects: TopicNameStrategy and its two siblings. */
function subjectName(strategy: Strategy, topic: string, schemaText: string): string {
  switch (strategy) {
    case 'topic':
      return `${topic}-value`;
    case 'record':
      return fullName(schemaText);
    case 'topicRecord':
      return `${topic}-${fullName(schemaText)}`;
  }
}
type Strategy = Config['kafka']['schemaRegistry']['subjectNameStrategy'];

export function topicSubjects({ kafka }: Pick<Config, 'kafka'>): readonly TopicSubject[] {
  return (Object.keys(TOPICS) as TopicName[]).flatMap((name) => {
    const { schema } = TOPICS[name];
    if (schema === null) return [];
    const topic = topicName(kafka.topicPrefix, name);
    const schemas = AVRO_SCHEMAS[schema];
    const { subjectNameStrategy: strategy } = kafka.schemaRegistry;
    const subject = { name: subjectName(strategy, topic, schemas[0] ?? ''), schemas };
    return [{ topic, schema, subject }];
  });
}

function registryOptions({ kafka, secrets }: Config, url: string): RegistryOptions {
  const { timeoutMs, username } = kafka.schemaRegistry;
  const password = secrets['kafka.schemaRegistry.passwordFile']?.reveal();
  const token = secrets['kafka.schemaRegistry.tokenFile']?.reveal();
  const ca = secrets['kafka.schemaRegistry.caFile']?.reveal();
  const login =
    username === undefined || password === undefined ? undefined : { username, password };
  const auth = token === undefined ? login : { token };
  return {
    url,
    timeoutMs,
    ...(auth === undefined ? {} : { auth }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** Undefined: the configuration names none. */
export async function openRegistry(config: Config): Promise<RegistryClient | undefined> {
  const { url } = config.kafka.schemaRegistry;
  if (url === undefined) return undefined;
  const { createRegistryClient } = await import('../adapters/schema-registry/client.ts');
  const options = registryOptions(config, url);
  return createRegistryClient({ ...options, clock: systemClock, attempts: ATTEMPTS });
}
