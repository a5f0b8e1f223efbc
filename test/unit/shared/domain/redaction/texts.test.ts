/** What is left of texts, of names that say something and of shapes. */
import { describe, expect, it } from 'vitest';
import { isSecretName } from '../../../../../shared/domain/redaction/names.ts';
import { createRedact } from '../../../../../shared/domain/redaction/redact.ts';

const redact = createRedact({});
const X = 'REDACTED';

/** What becomes of a value in a ConfigMap, and of an annotation. */
function configOf(value: string, key = 'file'): unknown {
  const requestObject = { kind: 'ConfigMap', apiVersion: 'v1', data: { [key]: value } };
  const record = { objectRef: { resource: 'configmaps' }, requestObject };
  const { value: now } = redact(record, 'audit', false);
  return (now['requestObject'] as { readonly data: Record<string, unknown> }).data[key];
}

describe('names', () => {
  it.each([
    ...[
      'password',
      'dbPassword',
      'DB_PASSWORD',
      'db.password',
      'passwd',
      'pgpass',
      'ROOT_PW',
      'pwd',
    ],
    ...[
      'token',
      'accessToken',
      'x/api-token',
      'APIKey',
      'api_key',
      'secretKey',
      'awsSecretAccessKey',
    ],
    ...['clientSecret', 'privateKey', 'client-key-data', 'passwordBase64', 'token2', 'credentials'],
    ...[
      'authorization',
      'jwt',
      'connectionString',
      'DSN',
      'SharedAccessKey',
      'oldPassword',
      '--token',
    ],
  ])('%s says that its value is secret', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each([
    ...[
      'secretName',
      'tokenName',
      'secretRef',
      'secretKeyRef',
      'passwordSecretRef',
      'existingSecret',
    ],
    ...[
      'imagePullSecrets',
      'automountServiceAccountTokenName',
      'tokenExpirationSeconds',
      'key',
      'keys',
    ],
    ...['publicKey', 'passwordHash', 'checksum/secret', 'token-ttl', 'continueToken', 'maxTokens'],
    ...[
      'author',
      'compass',
      'passive',
      'topologyKey',
      'tokenReviews',
      'PASSWORD_FILE',
      'serviceAccount',
    ],
    ...['constructor', '__proto__', ''],
  ])('%s does not', (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});

describe('files', () => {
  it.each([
    ['a: 1\npassword: hunter2\nb: 2\n', `a: 1\npassword: ${X}\nb: 2\n`],
    ['a:\n  - token: "x y"\n    b: c\n', `a:\n  - token: "${X}"\n    b: c\n`],
    ['secret: |\n  one\n  two\nb: 2\n', `secret: |\n  ${X}\nb: 2\n`],
    ['db.password = a b c\nuser=bob\n', `db.password = ${X}\nuser=bob\n`],
    ['export API_KEY=hunter2\nls\n', `export API_KEY=${X}\nls\n`],
    ['user=bob password=hunter2 db=x', `user=bob password=${X} db=x`],
    ['Server=db;Password=hunter2;Db=x', `Server=db;Password=${X};Db=x`],
    ['<a password="hunter2" b="c"/>', `<a password="${X}" b="c"/>`],
    ['<password>hunter2</password><b>c</b>', `<password>${X}</password><b>c</b>`],
    ['{"a":1,"b":{"apiKey":"hunter2"}}', `{"a":1,"b":{"apiKey":"${X}"}}`],
    ['x := {"token": "hunter2", "b": "c"} # no JSON', `x := {"token": "${X}", "b": "c"} # no JSON`],
    [
      'log: "{\\"password\\":\\"hunter2\\",\\"b\\":1}"',
      `log: "{\\"password\\":\\"${X}\\",\\"b\\":1}"`,
    ],
    ['amqp://u:hunter2@mq:5672/v', `amqp://u:${X}@mq:5672/v`],
    [`password: $${'{'}DB_PASSWORD}\ntoken: $(TOKEN)\nsecretName: db\n`, undefined],
    ['password:\n  secretName: db\n  key: password\n', undefined],
    ['tokenExpiration: 5m\nkeys: [a, b]\nauth: basic\n', undefined],
    ['failed to get secret: payments/db not found', undefined],
    ['https://db:5432/x?y=a@b', undefined],
  ])('%j', (text, want) => {
    expect(configOf(text)).toBe(want ?? text);
  });

  it('go as a whole where their name says so and nothing is found in them', () => {
    expect(configOf('bob:$apr1$abc', 'htpasswd')).toBe(X);
    expect(configOf('db:5432:shop:bob:hunter2', '.pgpass')).toBe(X);
    expect(configOf('anything', 'admin-password')).toBe(X);
    expect(configOf('anything', 'admin-password-policy')).toBe('anything');
  });
});

describe('shapes', () => {
  const key = ['-----BEGIN EC PRIVATE KEY-----', 'MHcCAQEEIA==', '-----END EC PRIVATE KEY-----'];
  const certificate = key.join('\n').replaceAll('EC PRIVATE KEY', 'CERTIFICATE');
  const packed = (text: string): string => Buffer.from(text).toString('base64');

  it.each([
    ['eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln', X],
    ['see eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiJhIn0.c2ln.', undefined],
    [`x ${'AKIA'}IOSFODNN7EXAMPLE y`, `x ${X} y`],
    [`ghp${'_'}${'a1'.repeat(18)} y`, `${X} y`],
    [`glpat${'-'}${'a1'.repeat(10)}`, X],
    [`a\n${key.join('\n')}\nb`, `a\n${X}\nb`],
    [`a ${key.slice(0, 2).join('\\n')}`, `a ${X}`],
    [`a ${packed(key.join('\n'))} b`, `a ${X} b`],
    [`a ${packed(certificate)} b`, undefined],
    [certificate, undefined],
    ['eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NX0', undefined],
    ['sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', undefined],
  ])('%s', (text, want) => {
    const now = configOf(text);
    if (want !== undefined) expect(now).toBe(want);
    else if (text.startsWith('see')) expect(now).not.toContain('eyJ');
    else expect(now).toBe(text);
  });
});
