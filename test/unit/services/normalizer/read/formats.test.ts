import { describe, expect, it } from 'vitest';
import { EVENT, FALCO, SPO, tell } from './bodies.ts';

const told = (value: unknown): string | undefined => tell(JSON.stringify(value))[0];

function without(value: object, ...keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

describe('an audit event', () => {
  it.each<[string, object]>([
    ['of v1', EVENT],
    ['of v1beta1', { ...EVENT, apiVersion: 'audit.k8s.io/v1beta1' }],
    ['without kind, as items are', without(EVENT, 'kind', 'apiVersion')],
    ['without auditID and times', without(EVENT, 'auditID', 'stage')],
    ['without a verb', without(EVENT, 'verb')],
    ['with neither, but of the audit API', without(EVENT, 'verb', 'auditID')],
    ['with a level and a message of its own', { ...EVENT, message: 'x' }],
  ])('%s', (_name, value) => {
    expect(told(value)).toBe('audit');
  });

  it.each<[string, object]>([
    ['of the core API', { kind: 'Event', apiVersion: 'v1', reason: 'Started' }],
    ['with a verb that is none', { kind: 'Event', verb: 7 }],
    ['of another kind', { ...EVENT, kind: 'Pod' }],
  ])('is not one %s', (_name, value) => {
    expect(told(value)).toBe('unreadable_body');
  });

  it('is no line of httplog, which has a verb too', () => {
    expect(told({ ts: 1, caller: 'httplog.go:1', msg: 'HTTP', verb: 'GET', URI: '/' })).toBe(
      'noise',
    );
  });
});

describe('an AdmissionReview', () => {
  it('has a request', () => {
    expect(told({ kind: 'AdmissionReview', request: { uid: 'x' } })).toBe('admission');
    expect(told({ kind: 'AdmissionReview', response: { uid: 'x' } })).toBe('unreadable_body');
  });
});

describe('a line of the JSON enricher', () => {
  it.each<[string, object]>([
    ['as documented', SPO],
    ['of another version', { ...SPO, version: 'spo/v2' }],
    ['without a version', without(SPO, 'version')],
    ['without resource, uid, syscalls', without(SPO, 'version', 'resource', 'syscalls')],
  ])('%s', (_name, value) => {
    expect(told(value)).toBe('spo');
  });
});

describe('an alert of Falco', () => {
  it.each<[string, object]>([
    ['as documented', FALCO],
    ['without output', without(FALCO, 'output')],
    ['without output and fields', without(FALCO, 'output', 'output_fields')],
    ['about itself', { ...FALCO, source: 'internal', priority: 'debug' }],
    ['by falcosidekick', { ...without(FALCO, 'source'), uuid: 'x', tags: null, hostname: 'h' }],
    ['cut before its priority', { output: 'x', output_fields: {} }],
  ])('%s', (_name, value) => {
    expect(told(value)).toBe('falco');
  });

  it('has a priority that Falco knows', () => {
    expect(told(without({ ...FALCO, priority: 'P1' }, 'output'))).toBe('unreadable_body');
  });
});

describe("a component's own log in JSON", () => {
  it.each<[object]>([
    [{ level: 'info', msg: 'x' }],
    [{ severity: 'WARNING', message: 'x' }],
    [{ ts: 1, v: 0, msg: 'x' }],
    [{ ts: 1, logger: 'l', msg: 'x' }],
  ])('%j', (value) => {
    expect(told(value)).toBe('noise');
  });

  it.each<[object]>([[{ level: 'Metadata', message: 'x' }], [{ msg: 'x' }], [{ level: 'info' }]])(
    'is not %j',
    (value) => {
      expect(told(value)).toBe('unreadable_body');
    },
  );

  it('may hold a record', () => {
    expect(told({ level: 'info', msg: JSON.stringify(EVENT) })).toBe('audit');
  });
});
