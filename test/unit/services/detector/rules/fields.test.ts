import { describe, expect, it } from 'vitest';
import {
  auditFieldPath,
  documentFieldPath,
} from '../../../../../services/detector/rules/fields.ts';

describe('fields of rules on audit events', () => {
  it.each([
    ['verb', 'kubernetes/audit/verb'],
    ['objectRef.resource', 'kubernetes/audit/objectRef/resource'],
    ['responseStatus.code', 'kubernetes/audit/responseStatus/code'],
    ['requestObject.roleRef.name', 'kubernetes/audit/requestObject/roleRef/name'],
    ['kubernetes.audit.verb', 'kubernetes/audit/verb'],
    // The same first part: the audit event's names win.
    ['user.username', 'kubernetes/audit/user/username'],
    ['user.groups', 'kubernetes/audit/user/groups'],
    ['user', 'kubernetes/audit/user'],
    ['user.name', 'user/name'],
    ['user.id', 'user/id'],
    ['user_agent.original', 'user_agent/original'],
    ['kubernetes.pod.name', 'kubernetes/pod/name'],
    ['@timestamp', '@timestamp'],
  ])('%s', (name, path) => {
    expect(auditFieldPath(name)?.join('/')).toBe(path);
  });

  it.each([
    ['annotations', ['annotations']],
    ['annotations.authorization.k8s.io/decision', ['annotations', 'authorization_k8s_io/decision']],
    ['annotations.authorization_k8s_io/decision', ['annotations', 'authorization_k8s_io/decision']],
    ['kubernetes.audit.annotations.a.b/c', ['annotations', 'a_b/c']],
    [
      'user.extra.authentication.kubernetes.io/pod-name',
      ['user', 'extra', 'authentication.kubernetes.io/pod-name'],
    ],
    [
      'requestObject.metadata.labels.app.kubernetes.io/name',
      ['requestObject', 'metadata', 'labels', 'app.kubernetes.io/name'],
    ],
  ])('keeps the dots of a key that is not ours: %s', (name, path) => {
    expect(auditFieldPath(name)).toEqual(['kubernetes', 'audit', ...path]);
  });

  it.each(['EventID', 'constructor', '', 'requestUri', 'objectref.resource'])(
    'has no %j',
    (name) => {
      expect(auditFieldPath(name)).toBeUndefined();
    },
  );
});

describe("fields by the document's own names", () => {
  it.each([
    ['process.command_line', ['process', 'command_line']],
    ['user.groups', ['user', 'groups']],
    ['rule.name', ['rule', 'name']],
    ['falco.output_fields.proc.name', ['falco', 'output_fields', 'proc.name']],
    [
      'falco.output_fields.ka.uri.param[command]',
      ['falco', 'output_fields', 'ka.uri.param[command]'],
    ],
    [
      'podwitness.request_object.metadata.labels.a.b/c',
      ['podwitness', 'request_object', 'metadata', 'labels', 'a.b/c'],
    ],
    ['kubernetes.audit.annotations.a.b/c', ['kubernetes', 'audit', 'annotations', 'a_b/c']],
  ])('%s', (name, path) => {
    expect(documentFieldPath(name)).toEqual(path);
  });

  it.each(['verb', 'objectRef.resource', 'constructor', '__proto__', ''])('has no %j', (name) => {
    expect(documentFieldPath(name)).toBeUndefined();
  });
});
