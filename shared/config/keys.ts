/**
 * Owns: the flat list of configuration keys, read off the schema: dotted name, environment
 * variable, type, default, and the words for what is expected.
 * Does not own: the schema (schema.ts), the page made from the list (infra/gates/tools).
 */
import { z } from 'zod';
import { configSchema } from './schema.ts';

export type KeyKind = 'text' | 'number' | 'boolean' | 'list' | 'entries';

export interface ConfigKey {
  /** `kafka.ssl.caFile` */
  readonly name: string;
  /** `PODWITNESS_KAFKA_SSL_CA_FILE` */
  readonly env: string;
  readonly kind: KeyKind;
  /** What a value looks like, to follow the word "expected". */
  readonly expects: string;
  readonly defaultValue: unknown;
  readonly description: string;
  /** Its value is the path of a file, whose content is read at start. */
  readonly isFile: boolean;
  /** The same, of a list of paths. */
  readonly isFileList: boolean;
  /** For tests of the product only; in no page. */
  readonly isHidden: boolean;
}

/** `maxBodyBytes` → `MAX_BODY_BYTES` */
function screamingSnake(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
}

function envName(name: string): string {
  return ['PODWITNESS', ...name.split('.').map(screamingSnake)].join('_');
}

/** The schema inside of `.optional()`, `.default()` and `.prefault()`, and the default. */
function unwrap(schema: z.core.$ZodType): { inner: z.core.$ZodType; defaultValue: unknown } {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodPrefault) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodDefault) {
    return { inner: unwrap(schema.unwrap()).inner, defaultValue: schema.def.defaultValue };
  }
  return { inner: schema, defaultValue: undefined };
}

/** Words that the schema can not say by itself, by key. */
const EXPECTED: Readonly<Record<string, string>> = {
  'kafka.brokers': 'a list of host:port, such as [kafka-1:9092, kafka-2:9092]',
  'kafka.topicPrefix': 'up to 100 letters, digits, dots, underscores and dashes',
  'kafka.transactionalIdPrefix': '1 to 100 letters, digits, dots, underscores and dashes',
  'kafka.jsonTopics': 'a list of audit.events, audit.findings and audit.sessions',
  'kafka.schemaRegistry.url':
    'an http or https URL without user and password, such as https://schema-registry:8081',
  'elasticsearch.node':
    'an http or https URL without user and password, such as https://elasticsearch:9200',
  'elasticsearch.namespace':
    'up to 100 small letters, digits, dots and underscores, without a dash',
};

function describeKind(name: string, inner: z.core.$ZodType): Pick<ConfigKey, 'kind' | 'expects'> {
  const expects = EXPECTED[name];
  if (inner instanceof z.ZodEnum) {
    return { kind: 'text', expects: `one of ${inner.options.join(', ')}` };
  }
  if (inner instanceof z.ZodNumber) {
    return {
      kind: 'number',
      expects: `a whole number from ${inner.minValue ?? 0} to ${inner.maxValue ?? 0}`,
    };
  }
  if (inner instanceof z.ZodBoolean) return { kind: 'boolean', expects: 'true or false' };
  if (inner instanceof z.ZodArray && inner.element instanceof z.ZodObject) {
    const required = Object.entries<z.core.$ZodType>(inner.element.shape)
      .filter(([, member]) => !z.safeParse(member, undefined).success)
      .map(([part]) => part);
    return { kind: 'entries', expects: `a list of entries with ${required.join(', ')}` };
  }
  if (inner instanceof z.ZodArray) {
    const of = name.endsWith('Files') ? 'a list of paths of files' : 'a list of texts';
    return { kind: 'list', expects: expects ?? of };
  }
  const isFile = name.endsWith('File');
  return { kind: 'text', expects: expects ?? (isFile ? 'the path of a file' : 'a text') };
}

function toKey(name: string, schema: z.core.$ZodType): ConfigKey {
  const { inner, defaultValue } = unwrap(schema);
  const meta = z.globalRegistry.get(schema) ?? {};
  return {
    name,
    env: typeof meta['env'] === 'string' ? meta['env'] : envName(name),
    ...describeKind(name, inner),
    defaultValue,
    description: meta.description ?? '',
    isFile: name.endsWith('File'),
    isFileList: name.endsWith('Files'),
    isHidden: meta['hidden'] === true,
  };
}

function keysOf(schema: z.ZodObject, prefix: string): readonly ConfigKey[] {
  return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([part, member]) => {
    const name = `${prefix}${part}`;
    const { inner } = unwrap(member);
    return inner instanceof z.ZodObject ? keysOf(inner, `${name}.`) : [toKey(name, member)];
  });
}

/** All keys, in the order of the schema. */
export const CONFIG_KEYS: readonly ConfigKey[] = keysOf(configSchema, '');

const byName = new Map(CONFIG_KEYS.map((key) => [key.name, key]));

export function findKey(name: string): ConfigKey | undefined {
  return byName.get(name);
}

/** Whether `name` holds keys instead of a value, as `kafka.ssl` does. */
export function isSection(name: string): boolean {
  return CONFIG_KEYS.some((key) => key.name.startsWith(`${name}.`));
}
