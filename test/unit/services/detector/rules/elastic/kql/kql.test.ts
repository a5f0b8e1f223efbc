import { describe, expect, it } from 'vitest';
import { compileKql } from '../../../../../../../services/detector/rules/elastic/kql/compile.ts';
import { readSamples, resultOfBody } from '../../../../../../support/samples.ts';
import { found, judgeOf, kql, normalized } from '../documents.ts';

const K = 'kubernetes.audit';
const place = (offset: number) => ({ line: 1, column: offset + 1 });
const ALL = ['pod', 'role', 'binding', 'service', 'exec', 'denied'];

/** Whether the query finds an event with these words as its user agent. */
function fits(query: string, userAgent: string): boolean | undefined {
  return judgeOf(kql(query))(normalized({ userAgent, verb: 'get' }));
}

function fault(query: string) {
  const compiled = compileKql(query, place);
  return compiled.ok ? undefined : compiled.fault;
}

describe('joining', () => {
  it.each([
    // and before or, not before and
    [`${K}.verb: list or ${K}.verb: get and ${K}.stage: nothing`, ['denied']],
    [`(${K}.verb: list or ${K}.verb: get) and ${K}.stage: ResponseStarted`, ['exec']],
    [`not ${K}.verb: create and ${K}.stage: ResponseStarted`, ['exec']],
    [`not (${K}.verb: create or ${K}.verb: list)`, ['exec']],
    [`${K}.verb: GET OR ${K}.verb: get AND NOT ${K}.verb: list`, ['exec']],
    [`${K}.verb: (get or list)`, ['exec', 'denied']],
    [`${K}.verb:(get or list) and not ${K}.objectRef.subresource:exec`, ['denied']],
    [`${K}.objectRef.namespace: (* and not payments)`, ['service']],
    [`${K}.objectRef.namespace: (not *)`, ['role', 'binding', 'denied']],
    [`${K}.objectRef.resource: (* and not (pods or cluster*))`, ['service', 'denied']],
    // of a list, one value may be the one and another the other
    [`${K}.requestObject.rules.verbs: (get and "*")`, ['role']],
    [`${K}.user.groups: (dev and not system\\:authenticated)`, []],
    ['', ALL],
    [' \n ', ALL],
    ['*', ALL],
    ['*: *', ALL],
  ])('%s', (query, expected) => {
    expect(found(kql(query))).toEqual(expected);
  });

  it('finds events without the field where it is negated', () => {
    expect(found(kql(`not ${K}.objectRef.subresource: exec`))).toEqual(
      ALL.filter((n) => n !== 'exec'),
    );
  });
});

describe('values', () => {
  it.each([
    ['user_agent.original: curl*', 'curl/8', true],
    ['user_agent.original: *8', 'curl/8', true],
    ['user_agent.original: c*l/*', 'curl/8', true],
    ['user_agent.original: CURL*', 'curl/8', false],
    ['user_agent.original: "curl*"', 'curl/8', false],
    ['user_agent.original: "curl*"', 'curl*', true],
    [String.raw`user_agent.original: curl\*`, 'curl*', true],
    [String.raw`user_agent.original: curl\*`, 'curl/8', false],
    // one character is one character
    ['user_agent.original: cur?', 'curl', false],
    ['user_agent.original: cur?*', 'cur?/1', true],
    // values run on over spaces
    ['user_agent.original: a b and user_agent.original: *', 'a b', true],
    ['user_agent.original:   a b  ', 'a b', true],
    ['user_agent.original: "a b"', 'a  b', false],
    // escapes
    [String.raw`user_agent.original: a\:b\(c\)\{\}\<\>\"\\`, 'a:b(c){}<>"\\', true],
    [String.raw`user_agent.original: a\tb`, 'a\tb', true],
    [String.raw`user_agent.original: a\u00e9`, 'aé', true],
    [String.raw`user_agent.original: \and\or`, 'andor', true],
    [String.raw`user_agent.original: "a\"b\\c\d"`, String.raw`a"b\c\d`, true],
    ['user_agent.original: android', 'android', true],
    ['user_agent.original: nothing', 'nothing', true],
    ['user_agent.original: orange', 'orange', true],
    // words of the text
    ['user_agent.original.text: KUBECTL', 'kubectl v1.33 (linux)', true],
    ['user_agent.original.text: (linux and v1.33)', 'kubectl v1.33 (linux)', true],
    ['user_agent.original.text: "v1.33 linux"', 'kubectl v1.33 (linux)', true],
    ['user_agent.original.text: "kubectl linux"', 'kubectl v1.33 (linux)', false],
    ['user_agent.original.text: Kube*', 'kubectl v1.33 (linux)', true],
    ['user_agent.original.text: "..."', '...', false],
    // no field
    ['curl', 'curl', true],
    ['curl', 'xcurl/8', false],
    ['cur*', 'curl/8', true],
    ['"curl/8"', 'curl/8', true],
    ['not curl', 'xcurl/8', true],
  ])('%s: %s', (query, userAgent, expected) => {
    expect(fits(query, userAgent)).toBe(expected);
  });

  it('looks for words in the message', () => {
    const event = normalized({
      verb: 'get',
      user: { username: 'alice' },
      objectRef: { resource: 'pods' },
    });
    expect(event['message']).toContain('alice');
    expect(judgeOf(kql('message: ALICE'))(event)).toBe(true);
    expect(judgeOf(kql('ALICE'))(event)).toBe(true);
    expect(judgeOf(kql('message: ALIC'))(event)).toBe(false);
  });

  it('takes true for what it is', () => {
    expect(found(kql(`${K}.requestObject.spec.hostPID: true`))).toEqual(['pod']);
    expect(found(kql(`not ${K}.requestObject.spec.hostPID: true`))).toHaveLength(5);
  });
});

describe('fields', () => {
  it.each([
    [`${K}.objectRef.*: payments`, ['pod', 'exec']],
    [`${K}.*.resource: secrets`, ['denied']],
    [`${K}.requestObject.*: NodePort`, ['service']],
    [`${K}.requestObject.*: *`, ['pod', 'role', 'binding', 'service']],
    [`${K}.annotations.*: forbid`, ['denied']],
    ['*: NodePort', ['service']],
    [`"${K}.verb": list`, ['denied']],
    [`${K}.annotations.authorization_k8s_io/decision: forbid`, ['denied']],
    [`${K}.user.extra.authentication.kubernetes.io/pod-name: web-0`, ['pod']],
    ['nothing.of.ours: *', []],
    ['verb: list', []],
    ['user.username: *', []],
    ['__proto__: *', []],
    ['constructor.name: *', []],
  ])('%s', (query, expected) => {
    expect(found(kql(query))).toEqual(expected);
  });

  it('are taken from a whole body, also beyond what is promoted', () => {
    const event = normalized({
      ...{ verb: 'create', objectRef: { resource: 'pods' } },
      requestObject: { spec: { schedulerName: 'mine', tolerations: [{ key: 'a' }, { key: 'b' }] } },
    });
    expect(judgeOf(kql(`${K}.requestObject.spec.schedulerName: mine`))(event)).toBe(true);
    expect(judgeOf(kql(`${K}.requestObject.spec.tolerations.key: b`))(event)).toBe(true);
    expect(judgeOf(kql(`${K}.requestObject.spec.toler*: b`))(event)).toBe(true);
  });

  it('can not tell what was not recorded', () => {
    const event = normalized({
      level: 'Metadata',
      verb: 'create',
      objectRef: { resource: 'pods' },
    });
    expect(judgeOf(kql(`${K}.requestObject.spec.hostPID: true`))(event)).toBeUndefined();
    expect(judgeOf(kql(`not ${K}.requestObject.spec.hostPID: true`))(event)).toBeUndefined();
    expect(judgeOf(kql(`${K}.requestObject.spec.*: true`))(event)).toBeUndefined();
    expect(judgeOf(kql(`${K}.requestObject.spec.hostPID: true and ${K}.verb: get`))(event)).toBe(
      false,
    );
    expect(judgeOf(kql(`${K}.requestObject.spec.hostPID: true or ${K}.verb: create`))(event)).toBe(
      true,
    );
  });

  it('of one object meet within braces', () => {
    const image = `${K}.requestObject.spec.containers`;
    expect(found(kql(`${image}:{ image: *calico* and securityContext.privileged: true }`))).toEqual(
      ['pod'],
    );
    expect(found(kql(`${image}:{ image: *alpine* and securityContext.privileged: true }`))).toEqual(
      [],
    );
    expect(found(kql(`${image}:{ image: *alpine* and not securityContext: * }`))).toEqual(['pod']);
    expect(found(kql(`${image}:{ securityContext:{ privileged: true } }`))).toEqual(['pod']);
  });
});

describe('ranges', () => {
  it.each([
    [`${K}.responseStatus.code >= 400`, ['denied']],
    [`${K}.responseStatus.code < 200`, ['exec']],
    [`${K}.responseStatus.code>201 and ${K}.responseStatus.code<=403`, ['denied']],
    ['source.ip >= "200.0.0.0"', ['pod']],
    ['source.ip: "203.0.113.0/24"', ['pod']],
    ['not source.ip: "10.0.0.0/8"', ['pod']],
    [`@timestamp < "2026-11-21T06:00:00.100Z"`, []],
    ['@timestamp >= "2026-11-21T06:00:00.200Z"', ALL],
    [String.raw`@timestamp <= 2026-11-21T08\:00\:00.200+02\:00`, ALL],
  ])('%s', (query, expected) => {
    expect(found(kql(query))).toEqual(expected);
  });
});

describe('what can not be asked', () => {
  it.each([
    ['verb: (', 'invalid', 7],
    ['verb:', 'invalid', 5],
    ['verb: a and ', 'invalid', 11],
    ['(verb: a', 'invalid', 8],
    ['verb: a)', 'invalid', 7],
    ['verb: "a', 'invalid', 6],
    ['not(verb: a)', 'invalid', 3],
    ['not not verb: a', 'invalid', 4],
    [String.raw`verb: a\b`, 'invalid', 7],
    ['verb: null', 'invalid', 6],
    ['verb > *', 'invalid', 7],
    ['source.ip: 10.*', 'invalid', 0],
    ['source.ip: ten', 'invalid', 0],
    ['source.ip > ten', 'invalid', 12],
    [`${K}.responseStatus.code: 4*`, 'invalid', 0],
    [`${K}.responseStatus.code > x`, 'invalid', 39],
    ['@timestamp > now-5m', 'unsupported', 13],
    ['@timestamp > yesterday', 'invalid', 13],
    ['message > a', 'unsupported', 0],
    ['a:{ b }', 'unsupported', 4],
    ['a:{ b*: c }', 'unsupported', 4],
    ['a*:{ b: c }', 'unsupported', 0],
    ['a:{ }', 'invalid', 4],
  ])('%s: %s at %i', (query, kind, offset) => {
    expect(fault(query)).toMatchObject({ kind, offset });
  });
});

it('is matched with alerts of Falco and commands of nodes, too', () => {
  const seen = (name: string) => {
    const sample = readSamples().find((one) => one.name === name);
    return resultOfBody(sample?.input ?? Buffer.alloc(0)).events.map(({ document }) => document);
  };
  const alerts = judgeOf(
    kql('event.dataset: falco.alerts and falco.output_fields.proc.name: * and rule.name: *'),
  );
  expect(
    seen('falco-syscall').filter((document) => alerts(document) === true).length,
  ).toBeGreaterThan(0);
  const commands = judgeOf(kql('event.category: process and process.command_line.text: *'));
  expect(seen('spo-1.0').filter((document) => commands(document) === true).length).toBeGreaterThan(
    0,
  );
});

it('makes plain tests that the engine can look up', () => {
  expect(kql(`${K}.verb: (get or list or "watch")`).condition).toMatchObject({
    kind: 'predicate',
    field: { kind: 'path', paths: [['kubernetes', 'audit', 'verb']] },
    question: {
      kind: 'some',
      test: { kind: 'equals', texts: ['get', 'list', 'watch'], cased: true },
    },
  });
  expect(kql('source.ip: ("10.0.0.0/8" or "192.168.0.0/16")').condition).toMatchObject({
    question: { test: { kind: 'cidr', networks: ['10.0.0.0/8', '192.168.0.0/16'] } },
  });
  expect(kql('user.name: (a* or *b)').condition).toMatchObject({
    question: { test: { kind: 'like', cased: true } },
  });
});
