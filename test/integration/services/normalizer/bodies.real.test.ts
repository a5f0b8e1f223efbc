/**
 * Bodies that nobody hoped for, through the normalizer into a real Elasticsearch: every document is
 * taken.
 */
import { describe, expect, it } from 'vitest';
import { openElasticsearchStore } from '../../../../shared/adapters/elasticsearch/open.ts';
import type { WriteOp } from '../../../../shared/ports/event-store.ts';
import {
  newNamespace,
  SILENT,
  TEMPLATES,
} from '../../../contract/event-store/elasticsearch-access.ts';
import { describeReal, sharedElasticsearch } from '../../../support/real.ts';
import { LINE, recordOf } from '../../../unit/services/normalizer/batches.ts';

function nested(depth: number, leaf: unknown = 'x'): object {
  let value: object = { leaf };
  for (let i = 1; i < depth; i++) value = { a: value };
  return value;
}

const WIDE = '日'.repeat(8191);
const KEY = '日'.repeat(130);

const BODIES: Readonly<Record<string, unknown>> = {
  'objects in objects, as deep as it goes': nested(20),
  'deeper than that': nested(60),
  'lists in objects in lists': { a: [[{ b: [{ c: [[[{ d: 1 }]]] }] }]] },
  'lists in lists': JSON.parse(`{"a":${'['.repeat(900)}1${']'.repeat(900)}}`),
  'a long path and the longest value': { [KEY]: { [KEY]: { [KEY]: { [KEY]: WIDE } } } },
  'paths that are too long': { ['k'.repeat(40_000)]: 1, [KEY]: nested(19, WIDE) },
  'a long path of long keys': Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`${i}${'日'.repeat(860)}`, { [KEY]: WIDE }]),
  ),
  'values over what is indexed': { a: 'x'.repeat(40_000), b: '日'.repeat(40_000) },
  'odd keys': JSON.parse(
    '{"":1," ":2,"a..b":3,".x":4,"y.":5,".":6,"a\\u0000b":7,"__proto__":8,"\\ud83d":9}',
  ),
  'keys that are paths of each other': { a: 1, 'a.b': 2, 'a.b.c': { d: 3 } },
  'values of all types in one list': { list: [1, 'x', null, true, { a: 1 }, [2, [3]], 1.5, -0] },
  'one path, several types': { list: [{ a: 1 }, { a: { b: 1 } }, { a: [] }, { a: null }] },
  numbers: JSON.parse('{"a":1e308,"b":123456789012345678901234567890,"c":-1e-320,"d":1e400}'),
  'text that is no text': { a: '\ud83d', b: '\u0000', c: '\u202e' },
  'a patch': [{ op: 'add', path: '/spec', value: { privileged: true } }, 7, null],
  'a text': 'Success',
  'a number': 7,
  'five thousand keys': Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i])),
  'typed fields of other types': {
    spec: {
      ...{ hostPID: 'maybe', hostNetwork: { a: 1 }, type: [1], nodeName: {}, restartPolicy: 7 },
      securityContext: { runAsUser: 1e300, runAsGroup: 'x', runAsNonRoot: 1 },
      containers: [{ image: { a: 1 }, command: 'x', securityContext: { privileged: 'yes' } }, 1],
      volumes: { hostPath: 1 },
    },
    rules: [{ verbs: 'get' }, [], 1],
    roleRef: [],
    subjects: { kind: 1 },
  },
};

describeReal('with a real Elasticsearch', () => {
  describe('hostile bodies', () => {
    it('are all taken', async () => {
      const { node } = await sharedElasticsearch();
      const namespace = newNamespace();
      const options = { node, namespace, templatesFolder: TEMPLATES, logger: SILENT };
      const store = await openElasticsearchStore(options);
      await store.setup();
      const names = Object.keys(BODIES);
      const ops = names.map((name): WriteOp => {
        const body = BODIES[name];
        const event = { ...LINE, auditID: name, verb: 'create', level: 'RequestResponse' };
        const { document, id } = recordOf({ ...event, requestObject: body, responseObject: body });
        return { kind: 'create', collection: 'events', id, document };
      });
      const verdicts = await store.write(ops);
      const refused = verdicts.flatMap((v, i) => (v.kind === 'written' ? [] : [[names[i], v]]));
      expect(refused).toStrictEqual([]);
      await store.close();
    });
  });
});
