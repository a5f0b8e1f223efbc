/**
 * What shippers and clouds wrap records in: what is read through, what is told of it, what is no
 * evidence.
 */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { EVENT, FALCO, KLOG, leaves, only, SPO, tell } from './bodies.ts';

const text = (value: unknown): string => JSON.stringify(value);
const base64 = (value: string | Buffer): string => Buffer.from(value).toString('base64');
const event = text(EVENT);
const told = (value: unknown): readonly string[] => tell(text(value));

describe("a shipper's record", () => {
  it.each([
    ...['log', 'message', 'msg', 'event', 'record', 'raw', 'body', 'data', 'line', 'log_processed'],
    ...['json', 'content', '_raw', 'MESSAGE'],
  ])('holds it under %s, as text or parsed', (key) => {
    expect(only(text({ [key]: event, other: 1 })).value).toStrictEqual(EVENT);
    expect(only(text({ [key]: EVENT, other: 1 })).value).toStrictEqual(EVENT);
    expect(
      only(text({ [key]: `${event}\n` }))
        .bytes()
        .toString('utf8')
        .trim(),
    ).toBe(event);
  });

  it('may have other things under the names before it', () => {
    const log = { file: { path: '/x' }, offset: 1 };
    expect(told({ log, event: { dataset: 'x' }, message: event })).toStrictEqual(['audit']);
    expect(told({ log: KLOG, message: event })).toStrictEqual(['audit']);
    expect(told({ log: '', message: '{"a":1}', body: event })).toStrictEqual(['audit']);
  });

  it('may hold several, and things that are none', () => {
    const log = `${event}\n${KLOG}\n${text(SPO)}\nhello`;
    expect(told({ log })).toStrictEqual(['audit', 'noise', 'spo', 'unreadable_item: hello']);
    expect(told({ log: text({ kind: 'EventList', items: [EVENT, EVENT] }) })).toStrictEqual([
      'audit',
      'audit',
    ]);
  });

  it('is accounted for by itself when nothing in it is known', () => {
    const unknown = text({ log: 'hello', x: 1 });
    expect(tell(`[${event},${unknown}]`)).toStrictEqual(['audit', `unreadable_item: ${unknown}`]);
  });

  it('is looked into three texts deep', () => {
    const wrap = (inner: string, times: number): string =>
      Array.from({ length: times }).reduce<string>((value) => text({ log: value }), inner);
    expect(tell(wrap(event, 3))).toStrictEqual(['audit']);
    expect(tell(wrap(event, 4))).toStrictEqual(['unreadable_body']);
  });

  it('says where it comes from', () => {
    const kubernetes = {
      pod_name: 'p',
      namespace_name: 'n',
      container_name: 'c',
      host: 'worker-1',
    };
    const { envelope } = only(
      text({ date: 1.5, log: event, stream: 'stdout', kubernetes, cluster: 'prod' }),
    );
    expect(envelope).toStrictEqual({
      via: ['fluent-bit'],
      cluster: 'prod',
      node: 'worker-1',
      fields: { stream: 'stdout', pod: 'p', namespace: 'n', container: 'c' },
    });
  });

  it.each<[string, object]>([
    ['vector', { source_type: 'file', message: event }],
    ['logstash', { '@version': '1', '@timestamp': 't', message: event }],
    ['elastic', { '@metadata': {}, '@timestamp': 't', message: event }],
    ['elastic', { agent: { type: 'filebeat' }, '@timestamp': 't', message: event }],
    ['fluent-bit', { '@timestamp': 1.5, log: event }],
    ['fluentd', { log: event, docker: {}, kubernetes: { pod_name: 'p' } }],
    ['splunk', { event, sourcetype: 's' }],
    ['journald', { MESSAGE: event }],
    ['docker', { log: `${event}\n`, stream: 'stdout', time: 't' }],
    ['gdc', { ...EVENT, _gdch_cluster: 'c' }],
  ])('is by %s', (name, record) => {
    expect(only(text(record)).envelope.via).toStrictEqual([name]);
  });

  it("is told apart from a record's own members", () => {
    const merged = { date: 1, ...EVENT, kubernetes: { pod_name: 'p' }, log: 'x', stream: 'stdout' };
    expect(only(text(merged)).value).toStrictEqual(EVENT);
    expect(only(text({ '@timestamp': 't', ...SPO })).value).toStrictEqual(SPO);
    expect(only(text({ date: 1, ...FALCO })).value).toStrictEqual(FALCO);
  });

  it('by Elastic has its dots again, in the domains of annotations', () => {
    const annotations = {
      'authorization_k8s_io/decision': 'allow',
      'a_b_c/round_0_index_1': 'x',
      plain_key: 'y',
    };
    const record = {
      agent: {},
      host: { name: 'cp-1' },
      kubernetes: { audit: { ...EVENT, annotations } },
    };
    const { value, envelope } = only(text(record));
    expect(value['annotations']).toStrictEqual({
      'authorization.k8s.io/decision': 'allow',
      'a.b.c/round_0_index_1': 'x',
      plain_key: 'y',
    });
    expect(envelope).toMatchObject({ via: ['elastic'], node: 'cp-1' });
  });
});

describe('pieces of long lines', () => {
  const piece = (log: string, more: object): string => text({ log, stream: 'stdout', ...more });

  it('of Docker are joined, by stream', () => {
    const [one, two] = [event.slice(0, 200), `${event.slice(200)}\n`];
    const other = text({ log: one, stream: 'stderr', time: 't' });
    const body = [piece(one, { time: 't' }), other, piece(two, { time: 't' })].join('\n');
    expect(tell(body)).toStrictEqual(['audit', 'audit cut']);
  });

  it('that have no end are partial, and take nothing of what follows', () => {
    const body = [piece(event.slice(0, 300), { time: 't' }), piece(event, { time: 't' })].join(
      '\n',
    );
    expect(tell(body)).toStrictEqual(['audit cut', 'audit']);
  });

  it('by their tags are joined, by pod', () => {
    const of = (pod: string, log: string, logtag: string): object => ({
      ...{ log, logtag, stream: 'stdout', kubernetes: { pod_name: pod } },
    });
    const [one, two] = [event.slice(0, 200), event.slice(200)];
    const records = [of('a', one, 'P'), of('b', one, 'P'), of('a', two, 'F'), of('b', two, 'F')];
    expect(leaves(text(records)).map(({ envelope }) => envelope.fields['pod'])).toStrictEqual([
      'a',
      'b',
    ]);
    expect(tell(text(records))).toStrictEqual(['audit', 'audit']);
  });
});

describe('CloudWatch', () => {
  const message = (logStream: string, messages: readonly string[], more = {}): object => ({
    messageType: 'DATA_MESSAGE',
    ...{ owner: '1', logGroup: '/aws/eks/prod/cluster', logStream },
    logEvents: messages.map((each) => ({ id: 'x', timestamp: 1, message: each })),
    ...more,
  });
  const audit = message('kube-apiserver-audit-1', [event, event]);

  it('names the cluster', () => {
    const [first] = leaves(text(audit));
    expect(first?.envelope).toMatchObject({
      via: ['cloudwatch'],
      cluster: 'prod',
      fields: { logGroup: '/aws/eks/prod/cluster', logStream: 'kube-apiserver-audit-1' },
    });
  });

  it('asks whether somebody is there', () => {
    expect(told({ ...audit, messageType: 'CONTROL_MESSAGE' })).toStrictEqual(['probe']);
  });

  it("has other components' streams in the group of a cluster", () => {
    expect(told(message('authenticator-1', [event, 'x']))).toStrictEqual(['noise', 'noise']);
    const group = { logGroup: '/aws/containerinsights/prod/application' };
    expect(told(message('any', [text(SPO), KLOG], group))).toStrictEqual(['spo', 'noise']);
  });

  it('comes packed, through Lambda, Kinesis and Firehose', () => {
    const data = base64(gzipSync(text(audit)));
    expect(told({ awslogs: { data } })).toStrictEqual(['audit', 'audit']);
    expect(told({ Records: [{ kinesis: { data } }] })).toStrictEqual(['audit', 'audit']);
    const [first] = leaves(text({ requestId: 'r', records: [{ data }, { data }] }));
    expect(first?.envelope.via).toStrictEqual(['firehose', 'cloudwatch']);
  });
});

describe('Firehose', () => {
  it('costs a bad record itself alone', () => {
    const records = [
      { data: base64(event) },
      { data: '%' },
      {},
      { data: '' },
      { data: base64(event) },
    ];
    const found = told({ requestId: 'r', timestamp: 1, records });
    expect(found.map((each) => each.split(':')[0])).toStrictEqual([
      ...['audit', 'unreadable_item', 'unreadable_item', 'unreadable_item', 'audit'],
    ]);
  });

  it('tells of gzip that is torn, and keeps what is there', () => {
    const packed = gzipSync(Array(50).fill(event).join('\n'), { level: 0 });
    const found = told({ requestId: 'r', records: [{ data: base64(packed.subarray(0, -2000)) }] });
    expect(found.length).toBeGreaterThan(40);
    expect(found[0]).toBe('audit');
    expect(found.at(-1)).toMatch(/^unreadable_item/);
  });
});

describe('Google Cloud', () => {
  const labels = { cluster_name: 'prod', project_id: 'p1' };
  const entry = (more: object): object => ({
    ...{ logName: 'projects/p1/logs/x', insertId: 'i', resource: { type: 'k8s_cluster', labels } },
    ...more,
  });
  const gke = entry({
    protoPayload: { serviceName: 'k8s.io', methodName: 'io.k8s.core.v1.pods.create' },
  });

  it('is read bare, pushed and pulled', () => {
    const message = { data: base64(text(gke)), messageId: '1' };
    for (const body of [
      gke,
      { message, subscription: 's' },
      { receivedMessages: [{ message }] },
      message,
    ]) {
      const leaf = only(text(body));
      expect(leaf).toMatchObject({ format: 'gke', value: gke });
      expect(leaf.envelope).toMatchObject({ cluster: 'prod', fields: { project: 'p1' } });
    }
  });

  it('has other entries, which may hold a record', () => {
    expect(
      told(entry({ protoPayload: { serviceName: 'container.googleapis.com' } })),
    ).toStrictEqual(['noise']);
    expect(told(entry({ textPayload: 'hello' }))).toStrictEqual(['noise']);
    expect(told(entry({ textPayload: text(FALCO) }))).toStrictEqual(['falco']);
    expect(told(entry({ jsonPayload: SPO }))).toStrictEqual(['spo']);
  });
});

describe('Azure', () => {
  const record = (category: string, log: unknown, more = {}): object => ({
    ...{ category, resourceId: '/SUBSCRIPTIONS/1/MANAGEDCLUSTERS/AKS1' },
    properties: { log, pod: 'kube-apiserver-1', stream: 'stdout' },
    ...more,
  });

  it('has audit logs in two categories', () => {
    const records = [record('kube-audit', event), record('kube-audit-admin', EVENT)];
    const [first] = leaves(text({ records }));
    expect(told({ records })).toStrictEqual(['audit', 'audit']);
    expect(first?.envelope).toMatchObject({
      via: ['azure'],
      cluster: 'aks1',
      fields: { pod: 'kube-apiserver-1' },
    });
  });

  it('has other categories, and properties as text', () => {
    const properties = text({ log: event });
    const records = [
      record('guard', event),
      record('kube-apiserver', KLOG),
      record('kube-audit', '', { properties }),
    ];
    expect(told({ records })).toStrictEqual(['noise', 'noise', 'audit']);
  });

  it('cuts the log', () => {
    expect(told({ records: [record('kube-audit', event.slice(0, 400))] })).toStrictEqual([
      'audit cut',
    ]);
  });
});

describe('CloudEvents', () => {
  const wrapped = (more: object): object => ({
    specversion: '1.0',
    type: 't',
    source: 's',
    ...more,
  });

  it('hold data as JSON, as text and in base64', () => {
    for (const data of [
      { data: FALCO },
      { data: text(FALCO) },
      { data_base64: base64(text(FALCO)) },
    ]) {
      expect(only(text(wrapped(data)))).toMatchObject({
        format: 'falco',
        envelope: { via: ['cloudevents'], fields: { source: 's' } },
      });
    }
    expect(told(wrapped({}))).toStrictEqual(['unreadable_body']);
  });
});

describe('OpenTelemetry', () => {
  const attributes = [
    { key: 'k8s.cluster.name', value: { stringValue: 'prod' } },
    { key: 'k8s.node.name', value: { stringValue: 'worker-1' } },
  ];
  const logs = (...bodies: readonly unknown[]): object => ({
    resourceLogs: [
      { resource: { attributes }, scopeLogs: [{ logRecords: bodies.map((body) => ({ body })) }] },
    ],
  });

  it('holds texts and parsed bodies', () => {
    const values = [
      { key: 'rule', value: { stringValue: 'r' } },
      { key: 'priority', value: { stringValue: 'Notice' } },
      {
        key: 'output_fields',
        value: { kvlistValue: { values: [{ key: 'n', value: { intValue: '7' } }] } },
      },
      {
        key: 'tags',
        value: { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: true }] } },
      },
    ];
    const found = leaves(text(logs({ stringValue: event }, { kvlistValue: { values } })));
    expect(found.map(({ value }) => value)).toStrictEqual([
      EVENT,
      { rule: 'r', priority: 'Notice', output_fields: { n: '7' }, tags: ['a', true] },
    ]);
    expect(found[0]?.envelope).toMatchObject({ via: ['otlp'], cluster: 'prod', node: 'worker-1' });
  });

  it('is accounted for where a body is nothing', () => {
    expect(told(logs({ stringValue: event }, { stringValue: 'x' }, {}))).toHaveLength(3);
  });
});

it('looks into wrappers in wrappers, and not for ever', () => {
  const nest = (times: number): string =>
    Array.from({ length: times }).reduce<string>((inner) => `[${inner}]`, event);
  expect(tell(nest(5))).toStrictEqual(['audit']);
  expect(tell(nest(20))).toStrictEqual(['unreadable_body']);
});

it('tells an empty list from nothing', () => {
  for (const body of ['[]', '{"kind":"EventList","items":[]}', '{"records":[]}', '[]\n[]']) {
    expect(tell(body)).toStrictEqual([]);
  }
  for (const body of ['', ' \n', '\ufeff', '\0\0', ',,', '{"kind":"EventList","items":null}']) {
    expect(tell(body)).toStrictEqual(['unreadable_body']);
  }
});
