import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AVRO_SCHEMAS } from '../../../../schemas/generated/avro.ts';
import { rawBatch } from '../../../../schemas/raw-batch.ts';
import { TOPICS, type TopicName } from '../../../../schemas/topics.ts';
import { decodeRecord } from '../../../../services/cli/decoded.ts';
import { singleObjectHeader } from '../../../../shared/adapters/avro/fingerprint.ts';
import { jsonOf } from '../../../../shared/runtime/json-copy.ts';
import { codecOf } from '../../../../shared/runtime/stage-worker.ts';

const TOPIC_NAMES = Object.keys(TOPICS) as TopicName[];

function decoded(topic: TopicName, value: Buffer | null, name: string = topic): unknown {
  const at = { partition: 2, offset: 41n, timestampMs: 0, key: Buffer.from('k'), headers: {} };
  return decodeRecord(topic, { topic: name, value, ...at }, []);
}

const EVENT = { kind: 'alert', user: { name: 'ä"\n' } };
const finding = {
  ...{
    id: 'f',
    cluster: 'c',
    time: 1,
    ruleId: 'r',
    ruleName: 'R',
    mode: 'active',
    level: 'LOW' as const,
  },
  ...{ events: ['e'], userName: null, message: 'm' },
  document: Buffer.from(JSON.stringify(EVENT)),
};

describe.each(TOPIC_NAMES)('%s', (topic) => {
  const { schema } = TOPICS[topic];

  it('is shown with every field of its schema, whatever its version', () => {
    for (const text of schema === null ? [] : AVRO_SCHEMAS[schema]) {
      const type = avsc.Type.forSchema(JSON.parse(text) as avsc.Schema);
      const value = Buffer.concat([singleObjectHeader(text), type.toBuffer(type.random())]);
      const { value: shown } = JSON.parse(JSON.stringify(decoded(topic, value))) as {
        value: object;
      };
      const newest = JSON.parse(AVRO_SCHEMAS[schema as 'Finding'].at(-1) as string) as {
        fields: { name: string }[];
      };
      expect(Object.keys(shown)).toStrictEqual(newest.fields.map(({ name }) => name));
    }
  });

  it('is shown whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(() => JSON.stringify(decoded(topic, Buffer.from(bytes)))).not.toThrow();
      }),
      { numRuns: 50 },
    );
    expect(decoded(topic, null)).toMatchObject({ value: null, offset: 41 });
  });
});

describe('a value', () => {
  it('shows a document as an object, and what is none as it is', () => {
    const codec = codecOf('audit.findings');
    expect(decoded('audit.findings', codec.encode(finding))).toMatchObject({
      value: { document: EVENT, level: 'LOW', events: ['e'] },
    });
    const odd = codec.encode({ ...finding, document: Buffer.from('{"cut') });
    expect(decoded('audit.findings', odd)).toMatchObject({ value: { document: '{"cut' } });
  });

  it('shows a body as text, or as base64', () => {
    const shown = (body: Buffer) =>
      decoded(
        'audit.raw',
        codecOf('audit.raw').encode(rawBatch({ source: 's', cluster: 'c', body })),
      );
    expect(shown(Buffer.from('{}\n'))).toMatchObject({ value: { body: '{}\n', chain: '' } });
    expect(shown(Buffer.from([0xff, 0]))).toMatchObject({ value: { body: { base64: '/wA=' } } });
  });

  it('of an unknown schema is named, with where it stands', () => {
    const stranger = Buffer.from([0, 0, 0, 0, 9, 1, 2]);
    expect(decoded('audit.events', stranger)).toMatchObject({
      ...{ topic: 'audit.events', partition: 2, offset: 41 },
      value: {
        undecodable: 'unknown_schema',
        message: expect.stringContaining('schema 9 of a registry') as string,
        base64: stranger.toString('base64'),
      },
    });
  });
});

describe('a copy in JSON', () => {
  it('has the fields of the record, its document as an object, other bytes as base64', () => {
    const bytes = jsonOf(finding);
    expect(JSON.parse(bytes.toString())).toStrictEqual({ ...finding, document: EVENT });
    const { document, ...rest } = finding;
    const batch = {
      ...rawBatch({ source: 's', cluster: 'c', body: Buffer.from([255]) }),
      document,
    };
    expect(JSON.parse(jsonOf(batch).toString())).toMatchObject({ body: '/w==', document: EVENT });
    expect(Object.keys(rest)).not.toContain('document');
  });

  it('is shown as it is', () => {
    const name = 'prod.audit.findings.json';
    expect(decoded('audit.findings', jsonOf(finding), name)).toMatchObject({
      ...{ topic: name, value: { id: 'f', document: EVENT } },
    });
    expect(decoded('audit.findings', Buffer.from('{"cut'), name)).toMatchObject({ value: '{"cut' });
  });
});
