/**
 * Owns: the proof of shared/config/load.ts: precedence, places in messages, everything at once,
 * secrets. Does not own: conflicts between keys (checks.test.ts).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig, readConfig } from '../../../../shared/config/load.ts';
import { redactConfig } from '../../../../shared/config/redact.ts';
import { FatalError } from '../../../../shared/errors/fault.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podwitness-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Problems as `line:column message`, without the temporary path. */
async function problemsOf(yaml: string, env: Record<string, string> = {}): Promise<string[]> {
  const file = write('podwitness.yaml', yaml);
  const reading = await readConfig({ file, env });
  if (reading.ok) return [];
  return reading.problems.map((p) => `${p.where}: ${p.message}`.replaceAll(`${folder}/`, ''));
}

describe('where values come from', () => {
  test('nothing given: the defaults, which hold', async () => {
    const config = await loadConfig({ env: {}, defaultFile: join(folder, 'none.yaml') });
    expect(config.http).toEqual({
      host: '127.0.0.1',
      port: 8440,
      allowPlainHttpBeyondLoopback: false,
      maxConnections: 2048,
      maxConnectionsPerAddress: 1024,
      tls: {},
    });
    expect(config.kafka.brokers).toBeUndefined();
    expect(config.elasticsearch.node).toBeUndefined();
    expect(config.secrets).toEqual({});
  });

  test('an option beats a variable, a variable the file, the file the default', async () => {
    const file = write(
      'c.yaml',
      'dataDir: /file\nhttp: { port: 1 }\npipeline: { tickIntervalMs: 50 }\n',
    );
    const config = await loadConfig({
      file,
      env: { PODWITNESS_DATA_DIR: '/env', PODWITNESS_HTTP_PORT: '2' },
      overrides: [{ name: 'dataDir', value: '/option', where: '--data' }],
    });
    expect(config.dataDir).toBe('/option');
    expect(config.http.port).toBe(2);
    expect(config.pipeline.tickIntervalMs).toBe(50);
    expect(config.pipeline.maxBatchRecords).toBe(2000);
  });

  test('variables become lists, numbers and booleans', async () => {
    const config = await loadConfig({
      defaultFile: join(folder, 'none.yaml'),
      env: {
        PODWITNESS_KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092',
        PODWITNESS_DETECTOR_BUNDLED_RULES: 'false',
        PODWITNESS_INDEXER_SEEN_WINDOW_HOURS: '48',
        PODWITNESS_FAILPOINT: 'somewhere',
      },
    });
    expect(config.kafka.brokers).toEqual(['kafka-1:9092', 'kafka-2:9092']);
    expect(config.detector.bundledRules).toBe(false);
    expect(config.indexer.seenWindowHours).toBe(48);
    expect(config.testing.failpoint).toBe('somewhere');
  });

  test('the default file is read when it is there, and may be absent', async () => {
    const defaultFile = write('podwitness.yaml', 'http:\n  port: 9\n');
    expect((await loadConfig({ env: {}, defaultFile })).http.port).toBe(9);
  });

  test('a file that was named must be there', async () => {
    const file = join(folder, 'missing.yaml');
    await expect(loadConfig({ file, env: {} })).rejects.toThrow(/missing\.yaml.*ENOENT/);
  });

  test('an empty file, an empty section and an empty variable change nothing', async () => {
    expect(await problemsOf('')).toEqual([]);
    expect(await problemsOf('kafka:\nhttp:\n  port: 1\n', { PODWITNESS_HTTP_HOST: '' })).toEqual(
      [],
    );
  });
});

describe('what is wrong, and where', () => {
  test('an unknown key has its place and the nearest key', async () => {
    expect(await problemsOf('http:\n  port: 1\nkafka:\n  brokerz: [a:1]\n')).toEqual([
      'podwitness.yaml:4:3: unknown key kafka.brokerz: did you mean kafka.brokers?',
    ]);
  });

  test('an unknown section is told once, with the nearest section', async () => {
    expect(await problemsOf('elasticsaerch:\n  node: http://a:1\n')).toEqual([
      'podwitness.yaml:1:1: unknown key elasticsaerch: did you mean elasticsearch?',
    ]);
  });

  test('a key at the wrong depth is told where it belongs', async () => {
    expect(await problemsOf('seenWindowHours: 2\n')).toEqual([
      'podwitness.yaml:1:1: unknown key seenWindowHours: did you mean indexer.seenWindowHours?',
    ]);
  });

  test.each([
    ['http:\n  port: 70000\n', '2:9: http.port is 70000: expected a whole number from 0 to 65535'],
    ['http:\n  port: 1.5\n', '2:9: http.port is 1.5: expected a whole number from 0 to 65535'],
    [
      'logging:\n  level: loud\n',
      '2:10: logging.level is "loud": expected one of debug, info, warn, error',
    ],
    ['detector:\n  bundledRules: yes\n', '2:17: detector.bundledRules is "yes": expected true or'],
    ['kafka:\n  brokers: a:9092\n', '2:12: kafka.brokers is "a:9092": expected a list of host'],
    ['kafka:\n  brokers: [a:9092, b]\n', '2:12: kafka.brokers is ["a:9092","b"]: expected a list'],
    ['http: 8440\n', '1:7: http holds keys of its own'],
    ['http:\n  port:\n', '2:3: http.port has no value'],
    ['- http\n', '1:1: expected keys and values'],
    ['http:\n  port: 1\n  port: 2\n', '3:3: not valid YAML'],
    ['http: [\n', 'not valid YAML'],
  ])('%j', async (yaml, expected) => {
    const problems = await problemsOf(yaml);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  test('an unknown variable is refused, with the nearest one', async () => {
    expect(await problemsOf('', { PODWITNESS_KAFKA_BROKER: 'a:1' })).toEqual([
      'PODWITNESS_KAFKA_BROKER: unknown variable: did you mean PODWITNESS_KAFKA_BROKERS?',
    ]);
  });

  test('a variable of the wrong type is told by its name', async () => {
    expect(await problemsOf('', { PODWITNESS_HTTP_PORT: 'http' })).toEqual([
      'PODWITNESS_HTTP_PORT: http.port is "http": expected a whole number from 0 to 65535',
    ]);
  });

  test('variables of tests and of Kubernetes services are nobody’s mistake', async () => {
    const env = {
      PODWITNESS_REAL: 'require',
      PODWITNESS_LOCAL_CACHE: '/x',
      PODWITNESS_COLLECTOR_SERVICE_HOST: '10.0.0.1',
      PODWITNESS_COLLECTOR_SERVICE_PORT_HTTP: '8440',
      PODWITNESS_COLLECTOR_PORT: 'tcp://10.0.0.1:8440',
      PODWITNESS_COLLECTOR_PORT_8440_TCP_ADDR: '10.0.0.1',
      PODWITNESS_HTTP_PORT: 'tcp://10.0.0.1:80',
      HOME: '/nowhere',
    };
    expect(await problemsOf('', env)).toEqual([]);
  });

  test('all problems come at once, from every source', async () => {
    const problems = await problemsOf(
      'http:\n  port: -1\n  prot: 2\nelasticsearch:\n  apiKeyFile: /no/such/file\n',
      { PODWITNESS_LOGGING_LEVEL: 'loud', PODWITNESS_NONSENSE: '1' },
    );
    expect(problems).toHaveLength(5);
  });

  test('the error says how many there are, ends with 78, and names each on its own line', async () => {
    const file = write('c.yaml', 'http:\n  port: -1\n  prot: 2\n');
    const error: unknown = await loadConfig({ file, env: {} }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FatalError);
    expect(error).toMatchObject({ code: 'invalid_config' });
    expect(String(error).split('\n')).toHaveLength(3);
    expect(String(error)).toContain('2 problems');
    expect(String(error)).toContain(`\n  ${file}:2:9: http.port is -1: expected`);
  });
});

describe('secrets', () => {
  test('the content is read without its line break and is never printed', async () => {
    const passwordFile = write('password', 'hunter2\n');
    const config = await loadConfig({
      file: write(
        'c.yaml',
        `elasticsearch:\n  node: https://es:9200\n  username: elastic\n  passwordFile: ${passwordFile}\n`,
      ),
      env: {},
    });
    expect(config.secrets['elasticsearch.passwordFile']?.reveal()).toBe('hunter2');
    const printed = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      String(config.secrets['elasticsearch.passwordFile']),
      JSON.stringify(redactConfig(config)),
    ].join('\n');
    expect(printed).not.toContain('hunter2');
    expect(redactConfig(config)).not.toHaveProperty('secrets');
  });

  test('a secret in the configuration itself is refused without being shown', async () => {
    const problems = [
      ...(await problemsOf('elasticsearch:\n  password: hunter2\n')),
      ...(await problemsOf('', { PODWITNESS_ELASTICSEARCH_PASSWORD: 'hunter2' })),
      ...(await problemsOf('elasticsearch:\n  node: https://elastic:hunter2@es:9200\n')),
    ];
    expect(problems).toHaveLength(3);
    expect(problems[0]).toContain('name one with elasticsearch.passwordFile');
    expect(problems[1]).toContain('name one with PODWITNESS_ELASTICSEARCH_PASSWORD_FILE');
    expect(problems[2]).toContain('without user and password');
    expect(problems.join('\n')).not.toContain('hunter2');
  });

  test('an empty or missing secret file is a problem', async () => {
    const empty = write('empty', '\n');
    const yaml = (path: string): string =>
      `elasticsearch:\n  node: https://es:9200\n  apiKeyFile: ${path}\n`;
    expect((await problemsOf(yaml(empty)))[0]).toMatch(/3:15: .*which is empty/);
    expect((await problemsOf(yaml('/no/such')))[0]).toMatch(/3:15: .*can not be read \(ENOENT\)/);
  });
});
