/**
 * Owns: proof that the Kafka log works over TLS with passwords and access control, and says what
 * is wrong where it may not.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalKafka, startKafka } from '../../../infra/local/kafka.ts';
import { openKafkaLog } from '../../../shared/adapters/kafka/open.ts';
import type { KafkaLogOptions } from '../../../shared/adapters/kafka/options.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { describeReal, localOptions } from '../../support/real.ts';
import { copyTo, eventually, join, numbered, options, out, texts, uniqueGroup } from './harness.ts';
import { logOptions } from './kafka-options.ts';

const WAIT_MS = 20_000;
const STRANGER = { name: 'stranger', password: 'stranger-password' };

describeReal('Kafka security', () => {
  let kafka: LocalKafka;
  let directory = '';

  beforeAll(async () => {
    kafka = await startKafka({ ...localOptions(), security: 'sasl', users: [STRANGER] });
    directory = await mkdtemp(path(tmpdir(), 'podwitness-security-'));
  }, 180_000);

  afterAll(async () => {
    await kafka.stop();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  type Access = Pick<KafkaLogOptions, 'ssl' | 'sasl'>;
  const open = (access: Access): Promise<Log> =>
    openKafkaLog({ ...logOptions(kafka.brokers, directory), ...access });

  const trusted = () => ({ ca: kafka.access?.ca ?? '' });
  const as = (
    user: { name: string; password: string },
    mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512',
  ) => ({ ssl: trusted(), sasl: { mechanism, username: user.name, password: user.password } });
  const admin = () => kafka.access?.admin ?? { name: '', password: '' };

  const makeTopics = async (log: Log, names: readonly string[]) => {
    const limits = { partitions: 1, retentionMs: -1, maxMessageBytes: 1_048_576 };
    await log.ensureTopics(names.map((name) => ({ name, cleanup: 'delete' as const, ...limits })));
  };

  it.each(['scram-sha-512', 'plain'] as const)('works with %s over TLS', async (mechanism) => {
    const log = await open(as(admin(), mechanism));
    const group = uniqueGroup();
    await makeTopics(log, [`in-${group}`, `out-${group}`]);
    await log.append(numbered(`in-${group}`, 0, 'r', 3));
    const consumer = await join(log, options(group, `in-${group}`), copyTo(`out-${group}`));
    const found = await eventually(
      WAIT_MS,
      () => texts(log, `out-${group}`),
      (t) => t.length >= 3,
    );
    expect(found).toEqual(['r0', 'r1', 'r2']);
    await consumer.stop();
    await log.close();
  });

  it('names wrong credentials and a certificate it can not trust', async () => {
    const wrong = as({ ...admin(), password: 'no' }, 'scram-sha-512');
    await expect(open(wrong)).rejects.toMatchObject({ name: 'FatalError', code: 'access_denied' });
    const untrusted = { ...as(admin(), 'plain'), ssl: {} };
    await expect(open(untrusted)).rejects.toMatchObject({
      name: 'FatalError',
      code: 'invalid_config',
    });
  });

  it('names what a user may not do', async () => {
    const [log, stranger] = [await open(as(admin(), 'plain')), await open(as(STRANGER, 'plain'))];
    const group = uniqueGroup();
    await makeTopics(log, [`in-${group}`]);
    const denied = { name: 'FatalError', code: 'access_denied' };
    await expect(stranger.append([out(`in-${group}`, 'x')])).rejects.toMatchObject(denied);
    const consumed = stranger.consume(options(group, `in-${group}`), copyTo(`in-${group}`));
    await expect(consumed).rejects.toMatchObject(denied);
    await Promise.all([log.close(), stranger.close()]);
  });
});
