/**
 * The examples in infra/senders for clouds, for Vector and Logstash, and for files: see
 * senders.test.ts.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Process, query, start } from '../support/podwitness.ts';
import { eventually } from '../support/sender.ts';
import { auditLines, enricherLine } from '../support/sender-bodies.ts';
import {
  at,
  exampleText,
  exampleYaml,
  logstashSettings,
  textAt,
  withEnvironment,
} from '../support/sender-examples.ts';
import { type Answer, type Post, type Stand, startStand } from '../support/sender-stand.ts';

const TIMEOUT = { timeout: 60_000 };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-senders-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what posts', () => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await startStand(folder);
  }, 60_000);

  afterAll(() => stand?.stop());

  async function deliver(post: Post, marker: string): Promise<Answer> {
    const answer = await stand.post(post);
    expect(answer).toMatchObject({ status: 200 });
    const cluster = new URL(post.url).pathname.split('/').at(-1) ?? '';
    expect(await stand.events(cluster, marker, 2)).toHaveLength(2);
    return answer;
  }

  it('Firehose hands on a CloudWatch subscription, and hears its request id', TIMEOUT, async () => {
    const template = exampleYaml('firehose/cloudformation.yaml');
    const destination = at(
      template,
      'Resources.DeliveryStream.Properties.HttpEndpointDestinationConfiguration',
    );
    expect(at(destination, 'RequestConfiguration.ContentEncoding')).toBe('GZIP');
    expect(at(template, 'Resources.Subscription.Properties.FilterPattern')).toContain('Event');
    const messages = auditLines('by-firehose').map((message, i) => ({
      ...{ id: `3195310660696698337880902507980421114328961542429${i}`, message },
      timestamp: 1_763_632_800_000,
    }));
    const delivery = {
      ...{ messageType: 'DATA_MESSAGE', owner: '111111111111', subscriptionFilters: ['f'] },
      ...{ logGroup: '/aws/eks/prod/cluster', logStream: 'kube-apiserver-audit-0a1b2c3d4e5f' },
      logEvents: messages,
    };
    const requestId = '5b1a7c3e-4a0d-4f8e-9b1f-1d2c3b4a5f60';
    const data = gzipSync(JSON.stringify(delivery)).toString('base64');
    const body = { requestId, timestamp: 1_763_632_800_001, records: [{ data }] };
    const headers = {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'x-amz-firehose-protocol-version': '1.0',
      'x-amz-firehose-request-id': requestId,
      'x-amz-firehose-source-arn': 'arn:aws:firehose:eu-central-1:111111111111:deliverystream/x',
      'x-amz-firehose-access-key': stand.token('firehose'),
    };
    const url = textAt(destination, 'EndpointConfiguration.Url');
    const packed = gzipSync(JSON.stringify(body));
    const answer = await deliver({ url, headers, body: packed }, 'by-firehose');
    expect(JSON.parse(answer.body)).toMatchObject({ requestId });
  });

  it(
    'Pub/Sub pushes log entries of GKE with the token of its service account',
    TIMEOUT,
    async () => {
      const { pushConfig, topic } = exampleYaml('gke-pubsub/subscription.json');
      const destination = textAt(exampleYaml('gke-pubsub/sink.json'), 'destination');
      expect(destination).toBe(`pubsub.googleapis.com/${String(topic)}`);
      const token = await stand.oidcToken({
        aud: textAt(pushConfig, 'oidcToken.audience'),
        email: textAt(pushConfig, 'oidcToken.serviceAccountEmail'),
      });
      const url = textAt(pushConfig, 'pushEndpoint');
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const entryOf = (insertId: string): object => ({
        insertId,
        protoPayload: {
          '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
          serviceName: 'k8s.io',
          methodName: 'io.k8s.core.v1.secrets.get',
          resourceName: 'core/v1/namespaces/prod/secrets/db',
          authenticationInfo: { principalEmail: 'by-pubsub@example.com' },
          requestMetadata: { callerIp: '203.0.113.9', callerSuppliedUserAgent: 'kubectl/v1.33.1' },
          status: {},
        },
        resource: { type: 'k8s_cluster', labels: { cluster_name: 'gke', location: 'l' } },
        labels: { 'authorization.k8s.io/decision': 'allow' },
        logName: 'projects/p/logs/cloudaudit.googleapis.com%2Fdata_access',
        timestamp: '2026-11-20T10:00:00.000001Z',
        receiveTimestamp: '2026-11-20T10:00:01.000001Z',
      });
      const push = (insertId: string): Buffer => {
        const data = Buffer.from(JSON.stringify(entryOf(insertId))).toString('base64');
        const message = { data, messageId: insertId, publishTime: '2026-11-20T10:00:02Z' };
        return Buffer.from(JSON.stringify({ message, subscription: 'projects/p/subscriptions/s' }));
      };
      expect(await stand.post({ url, headers, body: push('entry-1') })).toMatchObject({
        status: 200,
      });
      await deliver({ url, headers, body: push('entry-2') }, 'by-pubsub@example.com');
      const other = await stand.oidcToken({ aud: 'https://elsewhere', email: 'by@example.com' });
      const stranger = { ...headers, authorization: `Bearer ${other}` };
      const refused = await stand.post({ url, headers: stranger, body: push('entry-3') });
      expect(refused).toMatchObject({ status: 401 });
    },
  );

  it('Vector follows the audit log', TIMEOUT, async () => {
    const sink = at(exampleYaml('vector/vector.yaml'), 'sinks.podwitness');
    expect(sink).toMatchObject({
      ...{ type: 'http', method: 'post', compression: 'gzip' },
      ...{ encoding: { codec: 'json' }, framing: { method: 'newline_delimited' } },
      ...{ auth: { strategy: 'bearer' }, acknowledgements: { enabled: true } },
    });
    const env = { PODWITNESS_TOKEN: stand.token('shippers') };
    const lines = auditLines('by-vector').map((message) => {
      const file = '/var/log/kubernetes/audit/audit.log';
      const rest = { source_type: 'file', timestamp: '2026-11-20T10:00:00.1Z', host: 'cp-1' };
      return JSON.stringify({ file, ...rest, message });
    });
    const headers = {
      authorization: `Bearer ${withEnvironment(textAt(sink, 'auth.token'), env)}`,
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
    };
    await deliver(
      { url: textAt(sink, 'uri'), headers, body: gzipSync(lines.join('\n')) },
      'by-vector',
    );
  });

  it('Logstash follows the audit log', TIMEOUT, async () => {
    const settings = logstashSettings(exampleText('logstash/pipeline.conf'), 'http');
    const plain = (name: string): string => (settings.get(name) ?? '').replaceAll('"', '');
    expect(plain('format')).toBe('json_batch');
    expect(plain('http_compression')).toBe('true');
    expect(settings.get('retryable_codes')).toContain('503');
    const [, name, value] = /"([^"]+)" => "([^"]+)"/.exec(settings.get('headers') ?? '') ?? [];
    const env = { PODWITNESS_TOKEN: stand.token('shippers') };
    const headers = {
      [name ?? '']: withEnvironment(value ?? '', env),
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    };
    const events = auditLines('by-logstash').map((message) => ({
      ...{ '@timestamp': '2026-11-20T10:00:00.100Z', '@version': '1', host: { name: 'cp-1' } },
      message,
    }));
    const body = gzipSync(JSON.stringify(events));
    await deliver({ url: plain('url'), headers, body }, 'by-logstash');
  });
});

describe('files', () => {
  let running: Process | undefined;

  afterAll(async () => {
    running?.kill('SIGKILL');
    await running?.exited;
  });

  it('are followed: the live one, the rotated ones, and the enricher’s', TIMEOUT, async () => {
    const here = join(folder, 'log');
    const config = join(folder, 'files.yaml');
    await writeFile(
      config,
      exampleText('files/podwitness.yaml').replaceAll('/var/log/', `${here}/`),
    );
    const put = async (path: string, bytes: string | Buffer): Promise<void> => {
      await mkdir(dirname(join(here, path)), { recursive: true });
      await writeFile(join(here, path), bytes);
    };
    const line = (marker: string): string => `${auditLines(marker)[0]}\n`;
    await put('kubernetes/audit/audit.log', line('live'));
    await put('kubernetes/audit/audit-2026-11-20T09-00-00.000.log', line('rotated'));
    await put('kubernetes/audit/audit-2026-11-20T08-00-00.000.log.gz', gzipSync(line('packed')));
    await put('spo/json-enricher.log', `${enricherLine('too-old')}\n`);
    const settings = { PODWITNESS_DATA_DIR: join(folder, 'data-of-files') };
    running = await start(['up', '--config', config], settings);
    const cluster = textAt(exampleYaml('files/podwitness.yaml'), 'collector.files.0.cluster');
    const found = await eventually(
      () => query('events', [`orchestrator.cluster.name=${cluster}`], settings),
      (documents) => documents.length >= 3,
      30_000,
    );
    const all = JSON.stringify(found);
    for (const marker of ['live', 'rotated', 'packed']) expect(all).toContain(`"${marker}"`);
    // `from: end`: what was there before is not read.
    expect(all).not.toContain('too-old');
  });
});
