import { describe, expect, it } from 'vitest';
import { ownOf } from './events.ts';

const noted = (annotations: object, rest: object = {}): object => ownOf({ annotations, ...rest });
const AUDIT = 'pod-security.kubernetes.io/audit-violations';

describe('pod security', () => {
  it('says which checks failed', () => {
    const text =
      'would violate PodSecurity "restricted:latest": host namespaces (hostNetwork=true, hostPID=true), privileged (container "a), b (" must not set x), seccompProfile';
    expect(
      noted({ [AUDIT]: text, 'pod-security.kubernetes.io/enforce-policy': 'privileged:latest' }),
    ).toEqual({
      pod_security: {
        ...{ violated: 'restricted:latest', policy: 'privileged:latest' },
        violations: ['host namespaces', 'privileged', 'seccompProfile'],
      },
    });
    expect(noted({ 'pod-security_kubernetes_io/exempt': 'namespace' })).toEqual({
      pod_security: { exempt: 'namespace' },
    });
  });

  it('says so where a pod is refused', () => {
    const message = 'pods "a" is forbidden: violates PodSecurity "baseline:v1.30": privileged (x)';
    const refused = { responseStatus: { code: 403, message } };
    expect(noted({ 'authorization.k8s.io/decision': 'allow' }, refused)).toEqual({
      pod_security: { violated: 'baseline:v1.30', violations: ['privileged'], refused: true },
    });
  });

  it.each(['', 'would violate PodSecurity "', 'would violate PodSecurity "x', 7, null])(
    'of another form says nothing: %j',
    (text) => {
      expect(noted({ [AUDIT]: text })).toEqual({});
    },
  );
});

it('says what webhooks did, and never what they wrote', () => {
  const annotations = {
    'mutation.webhook.admission.k8s.io/round_0_index_0':
      '{"configuration":"c","webhook":"w.example","mutated":true}',
    'mutation.webhook.admission.k8s.io/round_0_index_1':
      '{"configuration":"c","webhook":"x.example","mutated":false}',
    'patch.webhook.admission.k8s.io/round_0_index_0': '{"patch":[{"value":"secret"}]}',
    'failed-open.validating.webhook.admission.k8s.io/round_0_index_2': 'policy.example',
    'failed-open.mutation.webhook.admission.k8s.io/round_0_index_3': 'execmetadata.spo.io',
    'mutation.webhook.admission.k8s.io/round_1_index_0': '{"torn',
  };
  expect(noted(annotations)).toEqual({
    ...{ mutated_by: ['c/w.example'], failed_open: ['policy.example', 'execmetadata.spo.io'] },
  });
});

it('says which admission policies were violated', () => {
  const failure =
    '[{"message":"no","policy":"p","binding":"b","expressionIndex":1,"validationActions":["Audit"]}]';
  expect(noted({ 'validation.policy.admission.k8s.io/validation_failure': failure })).toEqual({
    validation: { policies: ['p'], bindings: ['b'], actions: ['Audit'], messages: ['no'] },
  });
});

describe('refusals', () => {
  const refusal = (message: string, resource: string, annotations?: object): object =>
    ownOf({ annotations, objectRef: { resource }, responseStatus: { code: 403, message } });

  it('to impersonate, and to give what one has not', () => {
    const cannot = 'users "a" is forbidden: User "m" cannot impersonate resource "users" in API';
    expect(refusal(cannot, 'secrets')).toEqual({ rbac: { refused_verb: 'impersonate' } });
    const attempt = 'is attempting to grant RBAC permissions not currently held:\n{}';
    expect(refusal(attempt, 'clusterroles', {})).toEqual({ rbac: { refused_verb: 'escalate' } });
    expect(refusal(attempt, 'rolebindings', {})).toEqual({ rbac: { refused_verb: 'bind' } });
  });

  it('are not told by a resource that is called so', () => {
    const message = 'x cannot impersonate resource "users" is forbidden: User "m" cannot get';
    expect(refusal(message, 'x', { 'authorization.k8s.io/decision': 'forbid' })).toEqual({});
  });
});

describe('a webhook that marks sessions and changed nothing', () => {
  const said = (round: number, webhook: string, mutated: unknown, group = 'mutation.webhook') => ({
    [`${group}.admission.k8s.io/round_${round}_index_0`]: JSON.stringify({
      ...{ configuration: 'spo', webhook, mutated },
    }),
  });
  const EXEC = 'execmetadata.spo.io';
  const DEBUG = 'nodedebuggingpod.spo.io';

  it.each([EXEC, DEBUG])('is told: %s', (webhook) => {
    expect(noted(said(0, webhook, false))).toEqual({ not_mutated_by: [`spo/${webhook}`] });
    const dedotted = { 'mutation_webhook_admission_k8s_io/round_0_index_2': '' };
    dedotted['mutation_webhook_admission_k8s_io/round_0_index_2'] = JSON.stringify({
      ...{ configuration: 'spo', webhook, mutated: false },
    });
    expect(noted(dedotted)).toEqual({ not_mutated_by: [`spo/${webhook}`] });
  });

  it('is not where it has changed it before, where it says nothing, where it is another one', () => {
    expect(noted({ ...said(0, EXEC, true), ...said(1, EXEC, false) })).toEqual({
      mutated_by: [`spo/${EXEC}`],
    });
    expect(noted(said(0, EXEC, undefined))).toEqual({});
    expect(noted(said(0, 'sidecar.example.com', false))).toEqual({});
    expect(noted(said(0, EXEC, false, 'patch.webhook'))).toEqual({});
  });
});
