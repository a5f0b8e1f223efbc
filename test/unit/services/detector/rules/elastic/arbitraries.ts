/** Owns: random documents for the tests of KQL and EQL: few fields and values, so that they meet often. */
import fc from 'fast-check';
import type { EventDocument } from '../../../../../../services/detector/rules/expression.ts';

export const WORDS = [
  'get',
  'GET',
  'pods',
  'pod',
  'a',
  '',
  '200',
  '9',
  'true',
  'a b',
  'x*y',
  'p?d',
];
export const ADDRESSES = ['10.0.0.1', '10.0.0.9', '192.0.2.7', '203.0.113.5'];
const MESSAGES = ['alice ran id', 'Bob read secrets', 'pods GET', ''];
const DAYS = ['2026-11-20T23:59:59.999Z', '2026-11-21T00:00:00.000500Z', '2026-11-22T00:00:00Z'];

export const KEYWORDS = [
  'kubernetes.audit.verb',
  'kubernetes.audit.objectRef.resource',
  'kubernetes.audit.user.groups',
  'user.name',
  'kubernetes.audit.annotations.authorization_k8s_io/decision',
  'kubernetes.audit.requestObject.spec.type',
  'kubernetes.audit.requestObject.rules.verbs',
];
export const NUMBER = 'kubernetes.audit.responseStatus.code';

const word = fc.constantFrom<unknown>(...WORDS);
const value = fc.oneof(
  { weight: 6, arbitrary: word },
  fc.constantFrom<unknown>(200, 9, 10.5, true, false, null),
  fc.array(fc.constantFrom<unknown>(...WORDS, 9, null), { maxLength: 3 }),
);
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
const objects = fc.array(fc.record({ verbs: value, name: value }, { requiredKeys: [] }), {
  maxLength: 3,
});
const body = fc.record(
  { spec: fc.record({ type: value }, { requiredKeys: [] }), rules: objects },
  { requiredKeys: [] },
);

export const anyDocument: fc.Arbitrary<EventDocument> = fc
  .record({
    '@timestamp': fc.constantFrom(...DAYS),
    message: some(fc.constantFrom(...MESSAGES)),
    user: some(fc.record({ name: value }, { requiredKeys: [] })),
    source: some(fc.record({ ip: fc.constantFrom(...ADDRESSES) })),
    event: fc.record({ category: fc.subarray(['process', 'api']) }),
    podwitness: fc.record({
      request_object: some(body),
      missing: some(fc.subarray(['requestObject', 'responseObject'])),
    }),
    kubernetes: fc.record({
      audit: fc.record({
        verb: some(value),
        objectRef: some(fc.record({ resource: value, name: value }, { requiredKeys: [] })),
        responseStatus: some(fc.record({ code: fc.constantFrom(9, 200, 403) })),
        user: some(fc.record({ groups: value })),
        annotations: some(fc.record({ 'authorization_k8s_io/decision': value })),
        requestObject: some(body),
      }),
    }),
  })
  // As JSON has it: a key without value is absent.
  .map((document) => JSON.parse(JSON.stringify(document)) as EventDocument);
