/**
 * Owns: the proof that docker-compose.yml, the Dockerfile and .dockerignore fit the product: every
 * setting exists and its value is taken, every command exists, addresses and ports agree, nothing
 * runs as root or is reachable from other machines.
 * Does not own: that an image builds and runs, which needs a container engine.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { COMMAND_NAMES } from '../../services/cli/commands.ts';
import { readConfig } from '../../shared/config/load.ts';
import { type ComposeFile, composeFile } from './compose/compose-spec.ts';
import { readDockerfile } from './compose/dockerfile.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const parsed: unknown = parse(read('docker-compose.yml'), { merge: true });
const manifest = JSON.parse(read('package.json')) as {
  bin: { podwitness: string };
  dependencies: Record<string, string>;
};
const dockerfile = readDockerfile(read('infra/images/Dockerfile'));
const lastStage = Math.max(...dockerfile.map((instruction) => instruction.stage));
const inImage = dockerfile.filter((instruction) => instruction.stage === lastStage);
const textOf = (name: string): string => inImage.find((i) => i.name === name)?.text ?? '';

const compose: ComposeFile = composeFile.parse(parsed);
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.build !== undefined);
const workers = ours.filter(([name]) => name !== 'setup');

/** The configuration that a container of `name` would have, settings of the image included. */
async function configOf(name: string) {
  const env = compose.services[name]?.environment ?? {};
  const reading = await readConfig({ env, defaultFile: join(ROOT, 'no-such-file.yaml') });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems, null, 2));
  return reading.config;
}

/** The ports that a server listens on, by what its image is told. */
function serverPorts(name: string): string[] {
  const env = compose.services[name]?.environment ?? {};
  if (name === 'kafka')
    return [...(env['KAFKA_LISTENERS'] ?? '').matchAll(/:(\d+)/g)].map((m) => m[1] ?? '');
  return { elasticsearch: ['9200'], kibana: ['5601'] }[name] ?? [];
}

describe('docker-compose.yml', () => {
  test('is what the Compose specification allows', () => {
    expect(composeFile.safeParse(parsed).error?.issues ?? []).toEqual([]);
    expect(services.length).toBeGreaterThan(0);
  });

  test('has the four workers, the set-up and their servers', () => {
    expect(Object.keys(compose.services).toSorted()).toEqual([
      'collector',
      'detector',
      'elasticsearch',
      'indexer',
      'kafka',
      'kibana',
      'normalizer',
      'setup',
    ]);
  });

  test.each(ours)('%s: every setting exists and its value is taken', async (name, service) => {
    const variables = Object.keys(service.environment ?? {});
    expect(variables.filter((variable) => !variable.startsWith('PODWITNESS_'))).toEqual([]);
    expect(variables.length).toBeGreaterThan(0);
    await configOf(name);
  });

  test.each(ours)('%s runs a command that exists, alone', (name, service) => {
    expect(service.command).toEqual([name]);
    expect(COMMAND_NAMES).toContain(name);
  });

  test.each(ours)('%s reaches Kafka and Elasticsearch where they listen', async (name) => {
    const { kafka, elasticsearch } = await configOf(name);
    const advertised = compose.services['kafka']?.environment?.['KAFKA_ADVERTISED_LISTENERS'] ?? '';
    expect(kafka.brokers).toHaveLength(1);
    expect(advertised.split(',')).toContain(`PLAINTEXT://${kafka.brokers?.[0]}`);
    const node = new URL(elasticsearch.node ?? '');
    expect(Object.keys(compose.services)).toContain(node.hostname);
    expect(serverPorts(node.hostname)).toContain(node.port);
  });

  test('replicas fit the one broker', async () => {
    const { kafka } = await configOf('setup');
    expect(kafka.replicationFactor).toBe(1);
  });

  test.each(services)('%s publishes the port that it listens on', async (name, service) => {
    for (const published of service.ports ?? []) {
      const inside = published.split(':').at(-1) ?? '';
      if (service.build === undefined) expect(serverPorts(name)).toContain(inside);
      else expect(inside).toBe(String((await configOf(name)).http.port));
    }
  });

  test('only the collector of ours is reachable', () => {
    expect(ours.filter(([, s]) => s.ports !== undefined).map(([name]) => name)).toEqual([
      'collector',
    ]);
  });

  test('Kafka is told to tools on this machine at the address that is published', () => {
    const advertised = compose.services['kafka']?.environment?.['KAFKA_ADVERTISED_LISTENERS'];
    const [published = ''] = compose.services['kafka']?.ports ?? [];
    expect(advertised).toContain(`HOST://${published.split(':').slice(0, 2).join(':')}`);
  });

  test('Kibana shows that Elasticsearch, and is of its version', async () => {
    const { kibana, elasticsearch } = compose.services;
    const { node } = (await configOf('indexer')).elasticsearch;
    expect(kibana?.environment?.['ELASTICSEARCH_HOSTS']).toBe(node);
    expect(kibana?.image.split(':')[1]).toBe(elasticsearch?.image.split(':')[1]);
  });

  test('Elasticsearch is of the major version of the client', () => {
    const client = manifest.dependencies['@elastic/elasticsearch']?.split('.')[0];
    expect(compose.services['elasticsearch']?.image).toMatch(
      new RegExp(`^elasticsearch:${client}\\.`),
    );
  });

  test('what is waited for exists and can become so', () => {
    for (const [, service] of services) {
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        const target = compose.services[name];
        expect(target).toBeDefined();
        if (condition === 'service_healthy') expect(target?.healthcheck).toHaveProperty('test');
        if (condition === 'service_completed_successfully') expect(target?.restart).toBe('no');
      }
    }
  });

  test('every volume is declared, used, and of one container', () => {
    const used = services.flatMap(([, s]) => (s.volumes ?? []).map((v) => v.split(':')[0] ?? ''));
    expect(used.toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
  });

  test.each(workers)('%s keeps its data where the image has its folder', (_name, service) => {
    const folder = (service.volumes ?? [])[0]?.split(':')[1];
    expect(folder).toBe(textOf('VOLUME'));
    expect(textOf('ENV')).toContain(`PODWITNESS_DATA_DIR=${folder}`);
  });

  test.each(workers)('%s has time to finish its batches', async (name, service) => {
    const seconds = Number(/^(\d+)s$/.exec(service.stop_grace_period ?? '')?.[1]);
    expect(seconds * 1000).toBeGreaterThan((await configOf(name)).pipeline.shutdownGraceMs);
  });

  test.each(ours)('%s can change nothing but its data', (_name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
  });
});

describe('Dockerfile', () => {
  test('is the one that is built', () => {
    for (const [, service] of ours) {
      expect(service.build).toEqual({ context: '.', dockerfile: 'infra/images/Dockerfile' });
    }
  });

  test('runs as somebody else than root', () => {
    expect(textOf('USER')).toBe('node');
    const after = inImage.slice(inImage.findIndex((i) => i.name === 'USER') + 1);
    expect(
      after.map((i) => i.name).filter((name) => ['USER', 'RUN', 'COPY'].includes(name)),
    ).toEqual([]);
  });

  test('pins its base image and takes the same one in every stage', () => {
    const bases = dockerfile.filter((i) => i.name === 'FROM').map((i) => i.text.split(' ')[0]);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:\d+\.\d+\.\d+-/);
  });

  test('starts what package.json names, where it was copied', () => {
    expect(JSON.parse(textOf('ENTRYPOINT'))).toEqual([
      'node',
      `${textOf('WORKDIR')}/${manifest.bin.podwitness}`,
    ]);
    expect(inImage.map((i) => i.text)).toContain('--from=build /build/dist ./dist');
  });

  test('has no development packages and runs no install scripts', () => {
    const installs = dockerfile.filter((i) => i.name === 'RUN' && i.text.includes('npm ci'));
    expect(installs.length).toBeGreaterThan(0);
    for (const { text } of installs) expect(text).toContain('--ignore-scripts');
    const shipped = inImage.find((i) => i.text.includes('node_modules'))?.text ?? '';
    expect(shipped).toContain('--from=dependencies');
    expect(installs.find((i) => i.stage === 1)?.text).toContain('--omit=dev');
  });

  test('asks for health at the port that is listened on', async () => {
    const { http } = await configOf('collector');
    expect(textOf('HEALTHCHECK')).toContain(`http://127.0.0.1:${http.port}/readyz`);
    expect(textOf('EXPOSE')).toBe(String(http.port));
  });

  test('copies what is there, and .dockerignore lets it through', () => {
    const sources = dockerfile
      .filter((i) => i.name === 'COPY' && !i.text.includes('--from='))
      .flatMap((i) => i.text.split(' ').slice(0, -1));
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(allowed, source).toContain(source.replace('./', '').split('/')[0]);
    }
    expect(read('.dockerignore').split('\n')).toContain('*');
  });
});
