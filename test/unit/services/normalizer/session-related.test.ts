import { describe, expect, it } from 'vitest';
import { isSessionRelated } from '../../../../services/normalizer/session-related.ts';
import { LINE } from './batches.ts';
import { FALCO, map, SPO, UID } from './map/leaves.ts';
import type { Format, JsonObject } from '../../../../services/normalizer/read/leaf.ts';

const related = (format: Format, value: JsonObject, isCut = false): boolean =>
  isSessionRelated(map(format, value, { isCut }).event, value);
const on = (resource: string, subresource?: string, more: object = {}) =>
  related('audit', { ...LINE, objectRef: { resource, subresource, name: 'x' }, ...more });
const { requestUID: _uid, ...WITHOUT_UID } = SPO;

describe('requests that open a way in', () => {
  it.each([
    ['pods', 'exec'],
    ['pods', 'attach'],
    ['pods', 'portforward'],
    ['pods', 'proxy'],
    ['pods', 'ephemeralcontainers'],
    ['nodes', 'proxy'],
    ['services', 'proxy'],
  ])('%s/%s', (resource, subresource) => {
    expect(on(resource, subresource)).toBe(true);
  });

  it.each([
    ['pods', undefined],
    ['pods', 'log'],
    ['pods', 'status'],
    ['serviceaccounts', 'token'],
    ['secrets', undefined],
    ['exec', undefined],
  ])('not %s/%s', (resource, subresource) => {
    expect(on(resource, subresource)).toBe(false);
  });
});

describe('pods for debugging', () => {
  const body = (labels: object) => ({ requestObject: { metadata: { labels } } });
  it.each([
    ['kubectl debug', body({ 'app.kubernetes.io/managed-by': 'kubectl-debug' })],
    ['oc debug', body({ 'debug.openshift.io/managed-by': 'oc-debug' })],
    ['a name', { objectRef: { resource: 'pods', name: 'node-debugger-worker-1-abcde' } }],
    ['a name to come', { requestObject: { metadata: { generateName: 'node-debugger-w-' } } }],
    ['a request UID', { annotations: { 'nodedebuggingpod.spo.io/SPO_EXEC_REQUEST_UID': UID } }],
  ])('by %s', (_, change) => {
    expect(on('pods', undefined, change)).toBe(true);
  });

  it.each([
    ['another label', 'pods', body({ 'app.kubernetes.io/managed-by': 'Helm' })],
    ['another kind', 'secrets', body({ 'app.kubernetes.io/managed-by': 'kubectl-debug' })],
    ['labels that are none', 'pods', { requestObject: [{ metadata: { labels: [] } }] }],
  ])('not by %s', (_, resource, change) => {
    expect(on(resource, undefined, change)).toBe(false);
  });
});

it('commands in a pod, or with a request UID; others of a node are not', () => {
  expect(related('spo', SPO)).toBe(true);
  expect(related('spo', WITHOUT_UID)).toBe(true);
  expect(related('spo', { ...SPO, resource: null })).toBe(true);
  expect(related('spo', { ...WITHOUT_UID, resource: null })).toBe(false);
});

it('whatever was cut: what is missing may have made it one', () => {
  expect(related('audit', { verb: 'get' })).toBe(false);
  expect(related('audit', { verb: 'get' }, true)).toBe(true);
  expect(related('spo', { auditID: 'a' }, true)).toBe(true);
});

it('an alert that carries a request UID', () => {
  expect(related('falco', FALCO)).toBe(false);
  expect(related('falco', { ...FALCO, output_fields: { spo_request_uid: UID } })).toBe(true);
});
