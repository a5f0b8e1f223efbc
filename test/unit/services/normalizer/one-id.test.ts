import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Document, documentOf, eventsOf, ITEM, LINE } from './batches.ts';
import { FALCO, SPO } from './map/leaves.ts';

const base64 = (value: string | Buffer): string => Buffer.from(value).toString('base64');

/** One record as each kind of sender would deliver it. */
function deliveries(record: object): readonly (readonly [name: string, body: string | Buffer])[] {
  const line = JSON.stringify(record);
  const cloudWatch = JSON.stringify({
    ...{ messageType: 'DATA_MESSAGE', owner: '1', logGroup: '/aws/eks/prod/cluster' },
    logStream: 'kube-apiserver-audit-0a1b',
    logEvents: [{ id: '1', timestamp: 1, message: line }],
  });
  return [
    ['as it is', line],
    ['in a file with others', `${line}\n${line}\n`],
    ['in an array', JSON.stringify([record])],
    ['by a container runtime', `2026-11-18T08:16:05.000000001Z stdout F ${line}\n`],
    ['by Fluent Bit', JSON.stringify([{ date: 1700000000.123, log: line }])],
    ['by Fluent Bit, parsed', JSON.stringify([{ date: 1700000000.123, ...record }])],
    ['by Vector', JSON.stringify({ file: '/x', host: 'h', message: line, source_type: 'file' })],
    ['by Logstash', JSON.stringify({ '@timestamp': 't', '@version': '1', message: line })],
    ['by Filebeat', JSON.stringify({ '@timestamp': 't', '@metadata': {}, message: line })],
    ['by CloudWatch', cloudWatch],
    [
      'by Firehose',
      JSON.stringify({
        ...{ requestId: 'r', timestamp: 1 },
        records: [{ data: base64(gzipSync(cloudWatch)) }],
      }),
    ],
    [
      'by Pub/Sub',
      JSON.stringify({ message: { data: base64(line), messageId: '1' }, subscription: 's' }),
    ],
    [
      'by an Event Hub',
      JSON.stringify({
        records: [
          {
            ...{ category: 'kube-audit', resourceId: '/SUBSCRIPTIONS/1/MANAGEDCLUSTERS/AKS1' },
            properties: { log: `${line}\n`, stream: 'stdout' },
          },
        ],
      }),
    ],
    ['packed', gzipSync(line)],
  ];
}

/** What a wrapper says of the cloud, and of itself, is no part of what happened. */
function withoutIngest(document: Document): unknown {
  const parts = JSON.parse(JSON.stringify(document)) as Record<string, Record<string, unknown>>;
  const audit = parts['kubernetes']?.['audit'] as Record<string, unknown> | undefined;
  delete parts['cloud'];
  delete audit?.['aks_metadata'];
  delete (parts['orchestrator']?.['cluster'] as Record<string, unknown> | undefined)?.['id'];
  for (const name of ['ingest', 'cloud']) delete parts['podwitness']?.[name];
  if (Object.keys(parts['podwitness'] ?? {}).length === 0) delete parts['podwitness'];
  return parts;
}

const BODIES = {
  ...LINE,
  ...{ verb: 'create', level: 'RequestResponse' },
  requestObject: { metadata: { name: 'db' }, data: { a: 'eA==' }, spec: { hostNetwork: true } },
  responseObject: { kind: 'Secret', 'a..b': [1, { c: null }] },
  impersonatedUser: { username: 'system:serviceaccount:ci:deployer' },
};

describe.each([
  ['an event of the audit log', LINE],
  ['a failed authentication', { ...LINE, user: {}, annotations: undefined }],
  ['an event with bodies', BODIES],
  ['a command', SPO],
  ['an alert', FALCO],
])('%s has one id', (_, record) => {
  const [event] = eventsOf(JSON.stringify(record));

  it.each(deliveries(record))('%s', (_way, body) => {
    const found = eventsOf(body, { source: 'logs', receivedAt: 1 });
    expect(new Set(found.map(({ id }) => id))).toStrictEqual(new Set([event?.id]));
    expect(found.every(({ partial }) => !partial)).toBe(true);
    const [direct] = eventsOf(JSON.stringify(record), { source: 'logs', receivedAt: 1 });
    const expected = withoutIngest(documentOf(direct));
    for (const each of found) expect(withoutIngest(documentOf(each))).toStrictEqual(expected);
  });
});

it('has one id as an item of a list, too', () => {
  const [event] = eventsOf(JSON.stringify({ kind: 'EventList', items: [ITEM] }));
  expect(event?.id).toBe(eventsOf(JSON.stringify(LINE))[0]?.id);
});
