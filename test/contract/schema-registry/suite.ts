/**
 * What podwitness needs of a schema registry, whichever it is: run against the tests' own double and
 * against a real one.
 */
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { AVRO_SCHEMAS } from '../../../schemas/generated/avro.ts';
import { canonicalForm } from '../../../shared/adapters/avro/fingerprint.ts';
import {
  createRegistryClient,
  type RegistryClient,
} from '../../../shared/adapters/schema-registry/client.ts';
import {
  lookupIds,
  registerSubjects,
  reviewSubjects,
} from '../../../shared/adapters/schema-registry/register.ts';
import { loadConfig } from '../../../shared/config/load.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { topicSubjects } from '../../../shared/runtime/schemas.ts';
import { BREAKING, HARMLESS, thing } from '../../support/schema-pairs.ts';

const ID = { name: 'id', type: 'string' };
const FIRST = thing([ID]);
const SECOND = thing([ID, { name: 'more', type: 'int', default: 0 }]);
const ABSENT_ID = 2_000_000_000;

export function registrySuite(urlOf: () => string): void {
  let client: RegistryClient;
  /** The registry is everybody's, and forgets nothing. */
  let name: string;

  beforeEach(() => {
    const options = { url: urlOf(), timeoutMs: 10_000 };
    client = createRegistryClient({ ...options, clock: systemClock, attempts: 3 });
    name = `t${randomBytes(6).toString('hex')}-value`;
  });

  describe('what is not there', () => {
    it('is told from what is', async () => {
      expect(await client.versions(name)).toBeUndefined();
      expect(await client.lookup(name, FIRST)).toBeUndefined();
      expect(await client.schemaOf(ABSENT_ID)).toBeUndefined();
      expect(await client.compatibility(name)).toBeUndefined();
      const id = await client.register(name, FIRST);
      expect(await client.versions(name)).toStrictEqual([1]);
      expect(await client.lookup(name, FIRST)).toBe(id);
      expect(await client.lookup(name, SECOND)).toBeUndefined();
    });

    it('is named by a review', async () => {
      const subject = { name, schemas: [FIRST, SECOND] };
      await expect(reviewSubjects(client, [subject])).rejects.toMatchObject({
        code: 'missing_schema',
        message: expect.stringContaining('has none of our schemas') as string,
      });
      await client.register(name, FIRST);
      await expect(reviewSubjects(client, [subject])).rejects.toThrow(/lacks v2[\s\S]*FULL_TRANS/);
    });
  });

  describe('registering', () => {
    it('can be done again and changes nothing then', async () => {
      const subject = { name, schemas: [FIRST, SECOND] };
      expect(await registerSubjects(client, [subject])).toMatchObject([{ name, state: 'created' }]);
      const ids = await lookupIds(client, subject);
      expect(await registerSubjects(client, [subject])).toStrictEqual([
        { name, state: 'unchanged' },
      ]);
      expect(await lookupIds(client, subject)).toStrictEqual(ids);
      expect(new Set(ids).size).toBe(2);
      await expect(reviewSubjects(client, [subject])).resolves.toBeUndefined();
    });

    it('adds what a release brought, and the level that somebody took away', async () => {
      await registerSubjects(client, [{ name, schemas: [FIRST] }]);
      await client.setCompatibility(name, 'NONE');
      const later = await registerSubjects(client, [{ name, schemas: [FIRST, SECOND] }]);
      expect(later).toMatchObject([{ state: 'changed' }]);
      expect(await client.compatibility(name)).toBe('FULL_TRANSITIVE');
      expect(await client.versions(name)).toStrictEqual([1, 2]);
    });

    it('gives back the schema of an id, as it can be read with', async () => {
      const id = await client.register(name, SECOND);
      const other = createRegistryClient({
        ...{ url: urlOf(), timeoutMs: 10_000, clock: systemClock, attempts: 1 },
      });
      expect(canonicalForm((await other.schemaOf(id)) ?? '')).toBe(canonicalForm(SECOND));
    });

    it('refuses what is no schema', async () => {
      await expect(client.register(name, '{"type":"nope"}')).rejects.toMatchObject({
        code: 'schema_refused',
      });
    });

    it.each(BREAKING)('refuses $what', async ({ after, before }) => {
      await registerSubjects(client, [{ name, schemas: [thing(before)] }]);
      const registering = client.register(name, thing(after));
      await expect(registering).rejects.toMatchObject({ code: 'schema_refused' });
    });

    it.each(HARMLESS)('takes $what', async ({ after, before }) => {
      await registerSubjects(client, [{ name, schemas: [thing(before)] }]);
      await expect(client.register(name, thing(after))).resolves.toBeGreaterThan(0);
    });

    it('finds one id for one schema in two subjects', async () => {
      const id = await client.register(name, FIRST);
      expect(await client.register(`other-${name}`, FIRST)).toBe(id);
    });
  });

  it.each(['topic', 'record', 'topicRecord'])(
    'takes all versions of all our schemas under FULL_TRANSITIVE: names by %s',
    async (strategy) => {
      const config = await loadConfig({
        defaultFile: 'none.yaml',
        env: {
          PODWITNESS_KAFKA_BROKERS: 'localhost:9092',
          PODWITNESS_KAFKA_TOPIC_PREFIX: name,
          PODWITNESS_KAFKA_SCHEMA_REGISTRY_URL: urlOf(),
          PODWITNESS_KAFKA_SCHEMA_REGISTRY_SUBJECT_NAME_STRATEGY: strategy,
        },
      });
      const subjects = topicSubjects(config).map(({ subject }) => subject);
      expect(new Set(subjects.map((subject) => subject.name)).size).toBe(
        Object.keys(AVRO_SCHEMAS).length,
      );
      await registerSubjects(client, subjects);
      await expect(reviewSubjects(client, subjects)).resolves.toBeUndefined();
    },
  );
}
