import { describe, expect, it } from 'vitest';
import { AVRO_SCHEMAS, type SchemaName } from '../../../schemas/generated/avro.ts';
import { TOPICS, type TopicName, topicName } from '../../../schemas/topics.ts';

interface Entry {
  readonly schema: SchemaName | null;
  readonly partitions: number;
  readonly cleanup: string;
  readonly retentionMs: number;
  readonly producers: readonly string[];
  readonly consumers: readonly string[];
  readonly internal: boolean;
}

const ENTRIES = Object.entries(TOPICS) as unknown as readonly (readonly [TopicName, Entry])[];
const CHANGELOGS = ENTRIES.filter(([name]) => name.startsWith('audit.state.'));
const SECOND_STAGES: ReadonlyMap<TopicName, TopicName> = new Map([
  ['audit.state.detector.sessions', 'audit.signals'],
]);
const DAY_MS = 86_400_000;

describe.each(ENTRIES)('%s', (name, topic) => {
  it('has a schema that exists, or is a changelog', () => {
    if (topic.schema === null) expect(name).toMatch(/^audit\.state\./);
    else expect(AVRO_SCHEMAS[topic.schema].length).toBeGreaterThan(0);
    if (topic.schema === null) expect(topic.internal).toBe(true);
  });

  it('has a name that Kafka takes, also with a prefix', () => {
    expect(topicName('prod.', name)).toBe(`prod.${name}`);
    expect(name).toMatch(/^audit\.[a-z.-]{1,60}$/);
  });

  it('is written by someone and kept for a while', () => {
    expect(topic.producers.length).toBeGreaterThan(0);
    expect(topic.partitions).toBeGreaterThan(0);
    expect(topic.retentionMs).toBeGreaterThanOrEqual(DAY_MS);
  });
});

describe.each(CHANGELOGS)('%s', (name, changelog) => {
  // audit.state.<worker>.<what>: what is the input without `audit.`, but for a second stage on it.
  const [worker = '', what = ''] = name.slice('audit.state.'.length).split('.');

  it('has as many partitions as the input that it belongs to', () => {
    const input = TOPICS[SECOND_STAGES.get(name) ?? (`audit.${what}` as TopicName)];
    expect(changelog.partitions).toBe(input.partitions);
    expect(input.consumers).toContain(worker);
  });

  it('is compacted and belongs to its worker alone', () => {
    expect(changelog.cleanup).toContain('compact');
    expect(changelog.producers).toStrictEqual([worker]);
    expect(changelog.consumers).toStrictEqual([worker]);
  });
});

it('keeps evidence and dead letters longer than what can be made of them again', () => {
  const kept = (name: TopicName): number => TOPICS[name].retentionMs;
  expect(kept('audit.raw')).toBeGreaterThan(kept('audit.events'));
  expect(kept('audit.deadletter')).toBeGreaterThanOrEqual(kept('audit.raw'));
});

it('has one subject per topic: no two topics share a schema', () => {
  const schemas = ENTRIES.flatMap(([, topic]) => topic.schema ?? []);
  expect(new Set(schemas).size).toBe(schemas.length);
  expect(new Set(schemas)).toStrictEqual(new Set(Object.keys(AVRO_SCHEMAS)));
});
