/** Owns: tests of infra/local/product-config.ts, read back as the product reads it. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeProductConfig } from '../../../../infra/local/product-config.ts';
import { loadConfig } from '../../../../shared/config/load.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-config-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the product accepts the configuration of open servers', async () => {
  const kafka = { brokers: ['127.0.0.1:20001'], access: undefined };
  const node = { node: 'http://127.0.0.1:20002', access: undefined };
  const file = await writeProductConfig(kafka, node, folder);
  const config = await loadConfig({ file, env: {} });
  expect(config.kafka.brokers).toEqual(['127.0.0.1:20001']);
  expect(config.elasticsearch.node).toBe('http://127.0.0.1:20002');
});

test('the product accepts the configuration of secured servers', async () => {
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, 'certificate');
  const admin = { name: 'admin', password: 'for-kafka' };
  const kafka = { brokers: ['127.0.0.1:20001'], access: { caFile, ca: '', admin } };
  const access = { caFile, ca: '', username: 'elastic', password: 'for-elastic' } as const;
  const file = await writeProductConfig(kafka, { node: 'https://127.0.0.1:20002', access }, folder);
  const config = await loadConfig({ file, env: {} });
  expect(config.kafka.sasl).toMatchObject({ mechanism: 'scram-sha-512', username: 'admin' });
  expect(config.elasticsearch).toMatchObject({ username: 'elastic', caFile });
  const passwordFile = config.elasticsearch.passwordFile ?? '';
  expect(await readFile(passwordFile, 'utf8')).toBe('for-elastic');
  expect((await stat(passwordFile)).mode & 0o777).toBe(0o600);
});
