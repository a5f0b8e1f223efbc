import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRules } from '../../../../services/detector/read-rules.ts';
import { createDetectorStage } from '../../../../services/detector/stage.ts';
import { endings } from '../../../../shared/pipeline/outcome.ts';
import { LINE, recordOf } from '../normalizer/batches.ts';

const stage = createDetectorStage({ current: await readRules({ bundled: true, paths: [] }) });

const change = fc.record(
  {
    verb: fc.constantFrom('get', 'list', 'create', 'delete', '__proto__'),
    user: fc.constantFrom({}, { username: 'bob' }, { username: 'system:anonymous' }),
    stage: fc.constantFrom('RequestReceived', 'ResponseStarted', 'ResponseComplete'),
    responseStatus: fc.constantFrom({ code: 200 }, { code: 401 }, { code: 403 }, 'none'),
    objectRef: fc.constantFrom(
      { resource: 'secrets', namespace: 'n', name: 's' },
      { resource: 'pods', subresource: 'exec', namespace: 'n', name: 'p' },
      { resource: 'clusterrolebindings', name: 'b' },
      'pods',
    ),
    requestObject: fc.constantFrom({ roleRef: { kind: 'ClusterRole', name: 'cluster-admin' } }, []),
  },
  { requiredKeys: [] },
);
const envelope = change.map((fields) => ({
  value: recordOf({ ...LINE, ...fields }),
  origin: { topic: 'audit.events', partition: 0, offset: 0n, timestampMs: 0 },
}));
const batch = fc.array(envelope, { maxLength: 5 });

it('gives one outcome for each event, the same each time, whatever the batch', () => {
  let found = 0;
  fc.assert(
    fc.property(batch, batch, (a, b) => {
      const whole = stage.apply([...a, ...b]);
      expect(whole).toHaveLength(a.length + b.length);
      expect(stage.apply([...a, ...b])).toStrictEqual(whole);
      expect([...stage.apply(a), ...stage.apply(b)]).toStrictEqual(whole);
      found += whole.flatMap((o) => endings(o)).filter(({ kind }) => kind === 'emit').length;
    }),
  );
  expect(found).toBeGreaterThan(0);
});
