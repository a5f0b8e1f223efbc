/**
 * Owns: records with a secret planted in a ConfigMap, or in a field or annotation that is named so.
 */
import { any, audit, base64, type Place, word } from './places.ts';

function config(data: (secret: string, innocent: string) => object): Place['plant'] {
  return (s, i) =>
    audit('configmaps', {
      requestObject: { kind: 'ConfigMap', apiVersion: 'v1', data: data(s, i) },
    });
}

const CONFIGS: readonly Place[] = [
  any(
    'a password in a ConfigMap',
    config((s, i) => ({ 'db.password': s, host: i })),
  ),
  any(
    'JSON in a ConfigMap',
    config((s, i) => ({ 'a.json': JSON.stringify({ host: i, clientSecret: s }) })),
  ),
  any(
    'JSON in JSON in a ConfigMap',
    config((s, i) => ({
      'a.json': JSON.stringify({ host: i, b: JSON.stringify({ apiKey: s, c: 'd' }) }),
    })),
  ),
  word(
    'YAML in a ConfigMap',
    config((s, i) => ({ 'a.yaml': `db:\n  host: ${i}\n  password: ${s}\n  port: 5432\n` })),
  ),
  word(
    'a block of YAML in a ConfigMap',
    config((s, i) => ({ 'a.yaml': `db:\n  password: |\n    ${s}\n    ${s}\n  host: ${i}\n` })),
  ),
  word(
    'pairs of YAML in a ConfigMap',
    config((s, i) => ({
      'a.yaml': `env:\n- name: DB_TOKEN\n  value: ${s}\n- name: A\n  value: ${i}\n`,
    })),
  ),
  word(
    'properties in a ConfigMap',
    config((s, i) => ({ 'a.properties': `host=${i}\nspring.datasource.password = ${s}\nx=y\n` })),
  ),
  word(
    'XML in a ConfigMap',
    config((s, i) => ({ 'a.xml': `<a><host>${i}</host><password>${s}</password></a>` })),
  ),
  word(
    'a connection string in a ConfigMap',
    config((s, i) => ({ c: `Server=${i};User=bob;Password=${s};Encrypt=x` })),
  ),
  word(
    'an address in a ConfigMap',
    config((s, i) => ({ u: `postgres://bob:${s}@${i}/db` })),
  ),
  word(
    'a private key in a ConfigMap',
    config((s, i) => ({
      a: `host: ${i}\n-----BEGIN RSA PRIVATE KEY-----\n${s}\n-----END RSA PRIVATE KEY-----\n`,
    })),
  ),
  any(
    'a key of Docker in a ConfigMap',
    config((s, i) => ({
      x: JSON.stringify({ auths: { [`${i}.example`]: { auth: base64(`bob:${s}`) } } }),
    })),
  ),
];

const FIELDS: readonly Place[] = [
  ...['password', 'token', 'secretKey', 'apiKey', 'clientSecret', 'privateKey', 'accessKey'].map(
    (field) =>
      any(`${field} of a custom resource`, (s, i) =>
        audit('databases', {
          requestObject: {
            ...{ kind: 'Database', apiVersion: 'x/v1' },
            spec: {
              ...{ [field]: s, secretName: i, tokenName: i },
              passwordSecretRef: { name: i, key: 'password' },
            },
          },
        }),
      ),
  ),
  any('a header of a probe', (s, i) =>
    audit('pods', {
      requestObject: {
        spec: {
          httpHeaders: [
            { name: 'X-Api-Key', value: s },
            { name: 'X-Trace', value: i },
          ],
        },
      },
    }),
  ),
  any('an annotation that is named so', (s, i) =>
    audit('pods', {
      requestObject: { metadata: { annotations: { 'example.com/api-token': s, 'x.com/a': i } } },
    }),
  ),
  word('a connection string in an annotation', (s, i) =>
    audit('pods', { requestObject: { metadata: { annotations: { a: `amqp://u:${s}@${i}` } } } }),
  ),
  any('a JSON patch of a field that is named so', (s, i) =>
    audit('databases', {
      requestObject: [
        { op: 'add', path: '/spec/adminPassword', value: s },
        { op: 'add', path: '/spec/size', value: i },
      ],
    }),
  ),
];

export const FIELD_PLACES: readonly Place[] = [...CONFIGS, ...FIELDS];
