/**
 * Owns: the proof that every key of the schema is described, can be given by a variable of its
 * own, and that its default is a value that it takes.
 */
import { describe, expect, test } from 'vitest';
import { nest } from '../../../../shared/config/draft.ts';
import { CONFIG_KEYS, findKey, isSection } from '../../../../shared/config/keys.ts';
import { configSchema } from '../../../../shared/config/schema.ts';
import type { SecretKey } from '../../../../shared/config/secret.ts';

describe('every key', () => {
  test.each(CONFIG_KEYS.map((key) => [key.name, key] as const))('%s', (_name, key) => {
    expect(key.description).toMatch(/^[A-Z].*\.$/s);
    expect(key.expects).not.toBe('');
    if (key.defaultValue === undefined) return;
    const values = nest([{ name: key.name, value: key.defaultValue, where: 'test' }]);
    expect(configSchema.safeParse(values).success).toBe(true);
  });

  test('has a variable of its own, derived from its name', () => {
    expect(new Set(CONFIG_KEYS.map((key) => key.env)).size).toBe(CONFIG_KEYS.length);
    expect(findKey('kafka.maxMessageBytes')?.env).toBe('PODWITNESS_KAFKA_MAX_MESSAGE_BYTES');
    expect(findKey('kafka.ssl.caFile')?.env).toBe('PODWITNESS_KAFKA_SSL_CA_FILE');
    expect(findKey('testing.failpoint')?.env).toBe('PODWITNESS_FAILPOINT');
  });

  test('that names a file has its content among the secrets', () => {
    const keys = {
      'http.tls.certFile': true,
      'http.tls.keyFile': true,
      'http.tls.clientCaFile': true,
      'kafka.ssl.caFile': true,
      'kafka.ssl.certFile': true,
      'kafka.ssl.keyFile': true,
      'kafka.sasl.passwordFile': true,
      'kafka.schemaRegistry.passwordFile': true,
      'kafka.schemaRegistry.tokenFile': true,
      'kafka.schemaRegistry.caFile': true,
      'elasticsearch.apiKeyFile': true,
      'elasticsearch.passwordFile': true,
      'elasticsearch.caFile': true,
      'collector.raw.keyFile': true,
      'normalizer.redaction.keyFile': true,
    } satisfies Record<SecretKey, true>;
    const files = CONFIG_KEYS.filter((key) => key.isFile).map((key) => key.name);
    expect(files.toSorted()).toEqual(Object.keys(keys).toSorted());
  });

  test('is told from a section', () => {
    expect(isSection('kafka.ssl')).toBe(true);
    expect(isSection('kafka.brokers')).toBe(false);
    expect(isSection('kafka.br')).toBe(false);
  });
});
