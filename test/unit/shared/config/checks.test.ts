/**
 * Owns: the proof of shared/config/checks.ts: each conflict is found, and what is right passes.
 */
import { describe, expect, test } from 'vitest';
import { findConflicts } from '../../../../shared/config/checks.ts';
import { anonymousDoor } from '../../../../shared/config/door-checks.ts';
import { configSchema } from '../../../../shared/config/schema.ts';

function conflictsOf(input: unknown): string[] {
  return findConflicts(configSchema.parse(input)).map((conflict) => conflict.name);
}

const BROKERS = { brokers: ['kafka:9092'] };
const LOGIN = { mechanism: 'scram-sha-512', username: 'u', passwordFile: '/p' };

const HTTPS_FOR_ALL = { http: { host: '0.0.0.0', tls: { certFile: '/c', keyFile: '/k' } } };
const ANYBODY = { collector: { allowAnonymousBeyondLoopback: true } };
const TOKENS = { tokenFiles: ['/t'] };
const PLAIN_OIDC = { audience: 'a', email: 'e', issuer: 'http://issuer.example' };
const registry = (keys: object, brokers: object = BROKERS) => ({
  kafka: { ...brokers, schemaRegistry: { url: 'https://r', ...keys } },
});
const senders = (...proofs: readonly object[]) => ({
  collector: { senders: proofs.map((proof) => ({ name: 's', clusters: ['*'], ...proof })) },
});

describe('conflicts', () => {
  test.each<[string, unknown, string[]]>([
    ['record below body', { kafka: { maxMessageBytes: 33_554_432 } }, ['kafka.maxMessageBytes']],
    [
      'in flight below body',
      { collector: { maxInFlightBytes: 1_048_576 } },
      ['collector.maxInFlightBytes'],
    ],
    ['plain HTTP for all', { http: { host: '0.0.0.0' } }, ['http.host']],
    ['half a certificate', { http: { tls: { certFile: '/c' } } }, ['http.tls.certFile']],
    ['the other half', { http: { tls: { keyFile: '/k' } } }, ['http.tls.keyFile']],
    ['client CA alone', { http: { tls: { clientCaFile: '/ca' } } }, ['http.tls.clientCaFile']],
    ['a sender without a proof', senders({}), ['collector.senders']],
    ['certificates nobody asks for', senders({ certificates: ['a'] }), ['collector.senders']],
    ['two of one name', senders(TOKENS, TOKENS), ['collector.senders']],
    ['keys of an issuer in plain sight', senders({ oidc: PLAIN_OIDC }), ['collector.senders']],
    ['CA without TLS', { kafka: { ...BROKERS, ssl: { caFile: '/ca' } } }, ['kafka.ssl.caFile']],
    [
      'half a client certificate',
      { kafka: { ...BROKERS, ssl: { enabled: true, certFile: '/c' } } },
      ['kafka.ssl.certFile'],
    ],
    ['login without TLS', { kafka: { ...BROKERS, sasl: LOGIN } }, ['kafka.sasl.mechanism']],
    [
      'login without name',
      { kafka: { ...BROKERS, ssl: { enabled: true }, sasl: { mechanism: 'plain' } } },
      ['kafka.sasl.mechanism'],
    ],
    [
      'name without login',
      { kafka: { ...BROKERS, sasl: { username: 'u' } } },
      ['kafka.sasl.username'],
    ],
    ['TLS without brokers', { kafka: { ssl: { enabled: true } } }, ['kafka.ssl.enabled']],
    ['registry without brokers', registry({}, {}), ['kafka.schemaRegistry.url']],
    [
      'login without a registry',
      { kafka: { ...BROKERS, schemaRegistry: { tokenFile: '/t' } } },
      ['kafka.schemaRegistry.tokenFile'],
    ],
    [
      'registry name without password',
      registry({ username: 'u' }),
      ['kafka.schemaRegistry.username'],
    ],
    [
      'registry password without name',
      registry({ passwordFile: '/p' }),
      ['kafka.schemaRegistry.passwordFile'],
    ],
    [
      'registry name and token',
      registry({ username: 'u', passwordFile: '/p', tokenFile: '/t' }),
      ['kafka.schemaRegistry.tokenFile'],
    ],
    [
      'readable token',
      registry({ url: 'http://r', tokenFile: '/t' }),
      ['kafka.schemaRegistry.url'],
    ],
    [
      'CA of a plain registry',
      registry({ url: 'http://r', caFile: '/c' }),
      ['kafka.schemaRegistry.caFile'],
    ],
    [
      'key and user',
      {
        elasticsearch: { node: 'https://es', apiKeyFile: '/k', username: 'u', passwordFile: '/p' },
      },
      ['elasticsearch.username'],
    ],
    [
      'user without password',
      { elasticsearch: { node: 'https://es', username: 'u' } },
      ['elasticsearch.username'],
    ],
    [
      'readable credentials',
      { elasticsearch: { node: 'http://es:9200', apiKeyFile: '/k' } },
      ['elasticsearch.node'],
    ],
    [
      'credentials for nobody',
      { elasticsearch: { apiKeyFile: '/k' } },
      ['elasticsearch.apiKeyFile'],
    ],
    [
      'CA for plain HTTP',
      { elasticsearch: { node: 'http://es:9200', caFile: '/ca' } },
      ['elasticsearch.caFile'],
    ],
    [
      'waits the wrong way round',
      { pipeline: { retryInitialMs: 500, retryMaxMs: 400 } },
      ['pipeline.retryInitialMs'],
    ],
  ])('%s', (_name, input, expected) => {
    expect(conflictsOf(input)).toEqual(expected);
  });
});

describe('a front door that anybody can write through', () => {
  test.each<[string, unknown, boolean]>([
    ['for all', HTTPS_FOR_ALL, true],
    ['for all, told in as many words', { ...HTTPS_FOR_ALL, ...ANYBODY }, false],
    ['for senders', { ...HTTPS_FOR_ALL, ...senders(TOKENS) }, false],
    ['on loopback', {}, false],
  ])('%s', (_name, input, isProblem) => {
    const values = configSchema.parse(input);
    expect(anonymousDoor(values)?.startsWith('collector.senders') ?? false).toBe(isProblem);
  });
});

describe('no conflict', () => {
  test.each<[string, unknown]>([
    ['defaults', {}],
    ['https and senders', { ...HTTPS_FOR_ALL, ...senders(TOKENS) }],
    [
      'an issuer on this machine',
      senders({
        oidc: { ...PLAIN_OIDC, issuer: 'http://127.0.0.1:1', jwksUri: 'https://i.example' },
      }),
    ],
    [
      'told in as many words',
      {
        http: { host: '0.0.0.0', allowPlainHttpBeyondLoopback: true },
        ...ANYBODY,
      },
    ],
    ['loopback by another name', { http: { host: '::1' } }],
    ['login on this machine', { kafka: { brokers: ['127.0.0.1:9092'], sasl: LOGIN } }],
    ['login over TLS', { kafka: { ...BROKERS, ssl: { enabled: true }, sasl: LOGIN } }],
    [
      'readable login, meant',
      { kafka: { ...BROKERS, allowPlaintextCredentials: true, sasl: LOGIN } },
    ],
    [
      'credentials on this machine',
      { elasticsearch: { node: 'http://127.0.0.1:9200', username: 'u', passwordFile: '/p' } },
    ],
    [
      'key over TLS',
      { elasticsearch: { node: 'https://es:9200', apiKeyFile: '/k', caFile: '/ca' } },
    ],
  ])('%s', (_name, input) => {
    expect(conflictsOf(input)).toEqual([]);
  });
});
