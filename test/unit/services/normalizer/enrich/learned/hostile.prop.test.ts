import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTimeline } from '../../../../../../services/normalizer/enrich/learned/record.ts';
import type { JsonObject } from '../../../../../../shared/domain/json.ts';
import { anyJson } from '../../../../../support/odd-json.ts';
import { audit, createWorld, exec, offline } from './story.ts';

const name = fc.constantFrom('web', '__proto__', 'constructor', 'a/b', '', 'x'.repeat(5000));
const resource = fc.constantFrom(
  ...['pods', 'replicasets', 'jobs', 'rolebindings', 'clusterroles', 'serviceaccounts'],
);
const verb = fc.constantFrom('create', 'update', 'patch', 'delete');
const subresource = fc.constantFrom(undefined, 'status', 'binding', 'token', 'exec');
/** A name where a body may be anything: what is asked of a real body, and nothing of it. */
const body = fc.oneof(
  anyJson,
  fc.record({
    metadata: anyJson,
    spec: fc.record({ containers: fc.array(anyJson), nodeName: anyJson }),
    subjects: fc.array(fc.record({ kind: anyJson, name: anyJson, namespace: anyJson })),
    roleRef: anyJson,
    rules: fc.array(fc.record({ verbs: anyJson, resources: anyJson })),
    target: anyJson,
    status: anyJson,
  }),
);
const event: fc.Arbitrary<JsonObject> = fc
  .tuple(verb, resource, name, subresource, body, body, anyJson, anyJson)
  .map(([does, what, called, sub, asked, answered, annotations, user]) =>
    audit(1, [does, what, 'shop', called, sub], {
      requestObject: asked,
      responseObject: answered,
      annotations,
      ...(typeof user === 'object' ? { user } : {}),
    }),
  );

it('whatever bodies hold, nothing throws, and what is written can be read', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 5 }), (events) => {
      const world = createWorld();
      const { facts } = world.feed(events);
      for (const fact of facts) {
        expect(readTimeline(fact)?.length).toBeGreaterThan(0);
        expect(fact.body.length).toBeLessThan(64 * 1024);
      }
      expect(world.feed([...events, exec(9, 'web')]).documents.length).toBeGreaterThan(0);
      expect(offline([events]).size).toBeGreaterThanOrEqual(0);
    }),
  );
  expect(Object.prototype).not.toHaveProperty('node');
});
