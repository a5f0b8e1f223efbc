import { describe, expect, it } from 'vitest';
import { createNormalizerStage } from '../../../../../services/normalizer/stage.ts';
import { createCodec } from '../../../../../shared/adapters/avro/codec.ts';
import { endings } from '../../../../../shared/pipeline/outcome.ts';
import {
  documentOf,
  eventsOf,
  ITEM,
  LINE,
  normalize,
  rawBatch,
  recordOf,
} from '../../../../unit/services/normalizer/batches.ts';

const MIB = 1024 * 1024;
const codec = createCodec('AuditEvent');
const long = 'x'.repeat(9 * MIB);

describe('an event with a document that is larger than the log takes', () => {
  // Some texts are in a document four times: 10 MB of them became a record of 40 MB.
  it.each([
    ['a URI', { requestURI: `/${long}` }],
    ['an object name', { objectRef: { ...ITEM.objectRef, name: long } }],
    ['a user', { user: { username: long } }],
    ['groups', { user: { username: 'alice', groups: Array(MIB).fill('group-xyz') } }],
    ['annotations', { annotations: { a: long, 'authorization.k8s.io/decision': 'forbid' } }],
    ['a verb and all that is kept', { verb: long, stage: long, auditID: long, userAgent: long }],
    ['addresses', { sourceIPs: [...Array<string>(MIB).fill('10.0.0.77'), '10.0.0.9'] }],
  ])('is cut to what identifies it: %s', (_, change) => {
    const event = { ...LINE, ...change };
    const record = recordOf(event);
    expect(codec.encode(record).length).toBeLessThan(64 * 1024);
    const document = documentOf(record);
    expect(document.podwitness).toMatchObject({ partial: true });
    expect(document['@timestamp']).toBe(LINE.stageTimestamp);
    expect(document.source).toMatchObject({ ip: '10.0.0.9' });
    expect(document.kubernetes.audit.objectRef).toMatchObject({ resource: 'secrets' });
  });

  it('keeps its id, which is that of the whole event', () => {
    const { id } = recordOf({ ...LINE, annotations: { a: long } });
    expect(id).toBe(recordOf(LINE).id);
    const other = recordOf({ ...LINE, requestURI: `/${long}` });
    expect(other.id).not.toBe(recordOf({ ...LINE, requestURI: `/${long}y` }).id);
  });

  it('is cut between characters', () => {
    const document = normalize({
      ...LINE,
      userAgent: `${'x'.repeat(1023)}${'😀'.repeat(2 * MIB)}`,
    });
    expect(document.kubernetes.audit).toMatchObject({ userAgent: 'x'.repeat(1023) });
  });
});

it('leaves an event that is just small enough as it is', () => {
  const [record] = eventsOf(JSON.stringify(LINE));
  const size = record?.document.length ?? 0;
  const documentAt = (maxDocumentBytes: number) => {
    const stage = createNormalizerStage({ dataStreamNamespace: 'default', maxDocumentBytes });
    const found = stage.apply([rawBatch(JSON.stringify(LINE))]).flatMap((o) => endings(o));
    return found[0]?.kind === 'emit' ? documentOf(found[0].items[0]) : undefined;
  };
  expect(documentAt(size)).toStrictEqual(normalize(LINE));
  expect(documentAt(size - 1)?.podwitness).toMatchObject({ partial: true });
});
