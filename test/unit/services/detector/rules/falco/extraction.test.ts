/**
 * What fields of Falco are extracted from real documents of the normalizer: as the k8saudit plugin does,
 * faults included (detection.md §1.3; extract.go), and as their documentation means them.
 */
import { describe, expect, it } from 'vitest';
import type { EventDocument } from '../../../../../../services/detector/rules/expression.ts';
import { auditFields } from '../../../../../../services/detector/rules/falco/fields/audit.ts';
import { readTexts } from '../../../../../../services/detector/rules/falco/fields/field.ts';
import { resolveAudit } from '../../../../../../services/detector/rules/falco/fields/resolve.ts';
import type { FieldRef } from '../../../../../../services/detector/rules/falco/ast.ts';
import { parseSubject } from '../../../../../../services/detector/rules/falco/parse.ts';
import type { RuleOptions } from '../../../../../../services/detector/rules/options.ts';
import { normalized } from '../../normalized.ts';
import { verdictOf } from './rule.ts';

type Meaning = RuleOptions['falco']['meaning'];

function event(more: object): object {
  return {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'RequestResponse', auditID: 'a-1' },
    ...{ stage: 'ResponseComplete', verb: 'create', requestURI: '/api/v1/namespaces/x/pods' },
    ...{ user: { username: 'alice', groups: ['dev', 'ops'] }, sourceIPs: ['192.0.2.1'] },
    ...{ requestReceivedTimestamp: '2026-11-21T06:10:52.417096Z' },
    ...{ stageTimestamp: '2026-11-21T06:10:52.420128Z', responseStatus: { code: 201 } },
    ...{ objectRef: { resource: 'pods', namespace: 'x', name: 'p', apiVersion: 'v1' } },
    ...more,
  };
}

const documentOf = (more: object): EventDocument => {
  const [first] = normalized(JSON.stringify(event(more)));
  if (first === undefined) throw new Error('no event');
  return first.document;
};
const spec = (body: object): EventDocument => documentOf({ requestObject: { spec: body } });

function refOf(written: string): FieldRef {
  const parsed = parseSubject(written);
  if (!parsed.ok || parsed.value.kind !== 'field') throw new Error(`no field: ${written}`);
  return parsed.value;
}

function extract(field: string, document: EventDocument, meaning: Meaning = 'falco') {
  const resolved = resolveAudit(meaning)(refOf(field));
  if (!resolved.ok) throw new Error(resolved.reason);
  return readTexts(document, resolved.field);
}

const SA = { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' };
const SUBJECTS = [
  { kind: 'User', name: 'bob' },
  SA,
  { kind: 'Group', name: 'g' },
  { kind: 'User' },
];
const image = (...images: readonly (string | undefined)[]) =>
  spec({ containers: images.map((one) => (one === undefined ? {} : { image: one })) });
const PORTS = spec({
  containers: [{ ports: [{ hostPort: 80, containerPort: 8080 }, { containerPort: 9090 }] }, {}],
});

const TABLE: readonly (readonly [
  field: string,
  document: EventDocument,
  falco: readonly string[] | undefined,
  corrected?: readonly string[] | undefined,
])[] = [
  [
    'ka.req.pod.containers.image.repository',
    image('reg:5000/a:1', 'b@sha256:0'),
    ['reg', 'b'],
    ['reg:5000/a', 'b'],
  ],
  ['ka.req.pod.containers.image', image('a:1', 'b'), ['a:1', 'b']],
  ['ka.req.pod.containers.image', image('a', undefined), undefined, ['a']],
  ['ka.req.pod.containers.image[0]', image('a', undefined), ['a']],
  ['ka.req.pod.containers.image[1]', image('a', undefined), undefined],
  ['ka.req.pod.containers.image[7]', image('a'), undefined],
  ['ka.req.pod.containers.name', spec({ containers: [{ name: 'n' }, {}] }), undefined, ['n']],
  ['ka.req.container.image', image('a', undefined), ['a']],
  ['ka.req.container.image.repository', image('reg:5000/a:1'), ['reg'], ['reg:5000/a']],
  [
    'ka.req.pod.containers.privileged',
    spec({ containers: [{}, { securityContext: { privileged: true } }] }),
    ['true'],
  ],
  ['ka.req.pod.containers.privileged', spec({ containers: [{}, {}] }), undefined],
  [
    'ka.req.pod.containers.privileged',
    spec({ initContainers: [{ securityContext: { privileged: true } }], containers: [{}] }),
    undefined,
  ],
  [
    'ka.req.pod.initContainers.privileged',
    spec({ initContainers: [{ securityContext: { privileged: true } }] }),
    ['true'],
  ],
  ['ka.req.container.privileged', spec({ containers: [{}] }), ['false']],
  ['ka.req.container.privileged', spec({}), undefined],
  [
    'ka.req.pod.containers.command',
    spec({ containers: [{ command: ['sh', '-c', 'ls'] }, {}, { command: ['id'] }] }),
    ['sh -c ls', 'id'],
  ],
  [
    'ka.req.pod.containers.command',
    spec({ containers: [{ command: 'sh' }, { command: ['id'] }] }),
    undefined,
    ['id'],
  ],
  ['ka.req.pod.containers.args', spec({ containers: [{ args: ['a', 1] }] }), undefined],
  ['ka.req.pod.containers.host_port', PORTS, ['80', '9090'], ['80']],
  [
    'ka.req.pod.containers.host_port',
    spec({ hostNetwork: true, containers: [{ ports: [{ containerPort: 1 }] }] }),
    ['1'],
    ['1'],
  ],
  [
    'ka.req.pod.containers.host_port',
    spec({ containers: [{ ports: 'x' }, { ports: [{ hostPort: 1 }] }] }),
    undefined,
    ['1'],
  ],
  [
    'ka.req.pod.containers.run_as_user',
    spec({ containers: [{ securityContext: { runAsUser: 7 } }, {}] }),
    ['7'],
  ],
  [
    'ka.req.pod.containers.eff_run_as_user',
    spec({
      securityContext: { runAsUser: 5 },
      containers: [{ securityContext: { runAsUser: 7 } }, {}],
    }),
    ['0', '0'],
    ['7', '5'],
  ],
  [
    'ka.req.pod.containers.eff_run_as_group',
    spec({ runAsGroup: 3, containers: [{ runAsGroup: 4 }, {}] }),
    ['4', '3'],
    ['0', '0'],
  ],
  [
    'ka.req.pod.containers.add_capabilities',
    spec({ containers: [{ securityContext: { capabilities: { add: ['A', 'B'] } } }] }),
    ['["A","B"]'],
    ['A', 'B'],
  ],
  [
    'ka.req.pod.containers.proc_mount',
    spec({ containers: [{ securityContext: { procMount: 'Unmasked' } }] }),
    ['Unmasked'],
  ],
  ['ka.req.pod.ephemeralContainers.image', spec({ ephemeralContainers: [{ image: 'd' }] }), ['d']],
  ['ka.req.pod.host_network', spec({ hostNetwork: true }), ['true']],
  ['ka.req.container.host_network', spec({ hostNetwork: false }), ['false']],
  ['ka.req.pod.host_pid', spec({ hostPID: null }), ['null']],
  ['ka.req.pod.host_ipc', spec({}), undefined],
  ['ka.req.pod.run_as_user', spec({ securityContext: { runAsUser: 1000 } }), ['1000']],
  ['ka.req.pod.fs_group', spec({ securityContext: { fsGroup: 1 } }), ['1']],
  [
    'ka.req.pod.supplemental_groups',
    spec({ securityContext: { supplementalGroups: [1, 2] } }),
    ['1', '2'],
  ],
  [
    'ka.req.pod.supplemental_groups',
    spec({ securityContext: { supplementalGroups: [] } }),
    undefined,
  ],
  [
    'ka.req.pod.volumes.hostpath',
    spec({ volumes: [{ hostPath: { path: '/a' } }, { emptyDir: {} }] }),
    ['/a'],
  ],
  [
    'ka.req.volume.hostpath[/a]',
    spec({ volumes: [{ emptyDir: {} }, { hostPath: { path: '/a' } }] }),
    ['true'],
  ],
  ['ka.req.volume.hostpath[/a*]', spec({ volumes: [{ hostPath: { path: '/ab' } }] }), ['true']],
  ['ka.req.volume.hostpath[/a]', spec({ volumes: [{ hostPath: { path: '/ab' } }] }), ['false']],
  ['ka.req.volume.hostpath[/a]', spec({}), undefined],
  [
    'ka.req.pod.volumes.flexvolume_driver',
    spec({ volumes: [{ flexVolume: { driver: 'd' } }] }),
    ['d'],
  ],
  [
    'ka.req.pod.volumes.volume_type',
    spec({
      volumes: [
        { name: 'n', hostPath: {} },
        { name: 'm', emptyDir: {} },
      ],
    }),
    ['hostPath', 'emptyDir'],
  ],
  [
    'ka.req.pod.volumes.volume_type[1]',
    spec({ volumes: [{ hostPath: {} }, { emptyDir: {} }] }),
    ['emptyDir'],
  ],
  ['ka.req.service.type', spec({ type: 'NodePort' }), ['NodePort']],
  [
    'ka.req.service.ports',
    spec({ ports: [{ port: 1 }, { port: 2 }] }),
    ['[{"port":1},{"port":2}]'],
    ['{"port":1}', '{"port":2}'],
  ],
  [
    'ka.req.role.rules',
    documentOf({ requestObject: { rules: [{ verbs: ['*'] }] } }),
    ['{"verbs":["*"]}'],
  ],
  [
    'ka.req.role.rules.verbs',
    documentOf({ requestObject: { rules: [{ verbs: ['get', 'list'] }, {}, { verbs: ['*'] }] } }),
    ['get', 'list', '*'],
  ],
  [
    'ka.req.role.rules.verbs[2]',
    documentOf({ requestObject: { rules: [{ verbs: ['get'] }, {}, { verbs: ['*'] }] } }),
    ['*'],
  ],
  [
    'ka.req.role.rules.nonResourceURLs',
    documentOf({ requestObject: { rules: [{ nonResourceURLs: ['/x'] }] } }),
    ['/x'],
  ],
  [
    'ka.req.binding.subjects',
    documentOf({ requestObject: { subjects: [SA] } }),
    ['{"kind":"ServiceAccount","name":"bot","namespace":"ci"}'],
  ],
  [
    'ka.req.binding.subjects.user_names',
    documentOf({ requestObject: { subjects: SUBJECTS } }),
    ['bob'],
  ],
  [
    'ka.req.binding.subjects.serviceaccount_names',
    documentOf({ requestObject: { subjects: SUBJECTS } }),
    ['bot'],
  ],
  [
    'ka.req.binding.subjects.serviceaccount_ns_names',
    documentOf({ requestObject: { subjects: SUBJECTS } }),
    ['ci:bot'],
  ],
  [
    'ka.req.binding.subjects.group_names',
    documentOf({ requestObject: { subjects: SUBJECTS } }),
    ['g'],
  ],
  [
    'ka.req.binding.role',
    documentOf({ requestObject: { roleRef: { name: 'cluster-admin' } } }),
    ['cluster-admin'],
  ],
  [
    'ka.req.binding.subject.has_name[eve]',
    documentOf({ requestObject: { subjects: SUBJECTS } }),
    ['true'],
    ['false'],
  ],
  [
    'ka.req.binding.subject.has_name[bob]',
    documentOf({ requestObject: { subjects: SUBJECTS } }),
    ['true'],
    ['true'],
  ],
  [
    'ka.req.configmap.obj',
    documentOf({ requestObject: { data: { a: '1', b: '2' } } }),
    ['{"a":"1","b":"2"}'],
  ],
  ['ka.req.configmap.name', documentOf({}), ['p']],
  [
    'ka.target.pod.name',
    documentOf({ responseObject: { kind: 'Pod', metadata: { name: 'p-1' } } }),
    ['p-1'],
  ],
  [
    'ka.target.pod.name',
    documentOf({
      objectRef: { resource: 'pods', subresource: 'exec', name: 'p' },
      responseObject: { metadata: { name: 'p-1' } },
    }),
    undefined,
  ],
  ['ka.resp.name', documentOf({ responseObject: { metadata: { name: 'r' } } }), ['r']],
  ['ka.sourceips', documentOf({}), undefined, ['192.0.2.1']],
  ['ka.sourceips[0]', documentOf({}), undefined, ['192.0.2.1']],
  ['ka.sourceips[1]', documentOf({}), undefined, undefined],
  ['ka.cluster.name', documentOf({}), undefined, ['test']],
  ['ka.cluster.name', documentOf({ annotations: { cluster_name: 'c' } }), ['c'], ['test']],
  ['ka.user.groups', documentOf({}), ['dev', 'ops']],
  ['ka.response.code', documentOf({}), ['201']],
  [
    'ka.auth.decision',
    documentOf({ annotations: { 'authorization.k8s.io/decision': 'allow' } }),
    ['allow'],
  ],
  [
    'ka.uri.param[command]',
    documentOf({ requestURI: '/exec?command=ls+-l&command=%2Ftmp' }),
    ['ls -l'],
  ],
  ['ka.uri.param[b]', documentOf({ requestURI: '/exec?a=%zz&b=1' }), undefined, ['1']],
  ['ka.uri.param[b]', documentOf({ requestURI: '/exec?a;b=1&b=2' }), undefined, ['2']],
  ['ka.uri.param[b]', documentOf({ requestURI: '/exec?b' }), ['']],
  ['ka.uri.param[b]', documentOf({ requestURI: '/exec' }), undefined],
  ['jevt.value[/stage]', documentOf({}), ['ResponseComplete']],
  ['jevt.value[stage]', documentOf({}), ['ResponseComplete']],
  ['jevt.value[/responseStatus/code]', documentOf({}), ['201']],
  ['jevt.value[/annotations/a.b~1c~0d]', documentOf({ annotations: { 'a.b/c~d': 'v' } }), ['v']],
  ['jevt.value[/user/groups/1]', documentOf({}), ['ops']],
  ['jevt.value[/user/groups]', documentOf({}), ['["dev","ops"]']],
  [
    'jevt.value[/user/extra/authentication.kubernetes.io~1pod-name/0]',
    documentOf({
      user: { username: 'u', extra: { 'authentication.kubernetes.io/pod-name': ['p'] } },
    }),
    ['p'],
  ],
  [
    'jevt.value[/user/extra/a.b/0]',
    documentOf({ user: { username: 'u', extra: { 'a..b': ['x'], 'a.b': ['p'] } } }),
    ['p'],
  ],
  [
    'jevt.value[/requestObject/spec/volumes]',
    spec({ volumes: [{ name: 'n' }] }),
    ['[{"name":"n"}]'],
  ],
  ['jevt.value[/requestObject/spec/tls]', spec({ tls: null }), ['null']],
  ['json.value[/requestObject/spec/containers/0/image]', image('a'), ['a']],
  [
    'jevt.value[/requestObject/0/op]',
    documentOf({ verb: 'patch', requestObject: [{ op: 'add', path: '/x', value: 1 }] }),
    ['add'],
  ],
  ['jevt.value[/nothing]', documentOf({}), undefined],
  ['jevt.rawtime', documentOf({}), ['1795241452420128000']],
  ['evt.time', documentOf({}), ['06:10:52.420128000']],
  ['jevt.time.iso8601', documentOf({}), ['2026-11-21T06:10:52.420128000+0000']],
  ['evt.source', documentOf({}), ['k8s_audit']],
];

describe('fields', () => {
  it('are the hundred of the plugin, in both meanings', () => {
    const names = [...auditFields('falco').keys()];
    expect(names).toHaveLength(100);
    expect(names.filter((name) => name.includes('.initContainers.'))).toHaveLength(15);
    expect(names.filter((name) => name.includes('.ephemeralContainers.'))).toHaveLength(14);
    expect([...auditFields('corrected').keys()].sort()).toEqual(names.sort());
  });

  it.each(TABLE.map((row) => ({ row, field: row[0] })))('$field', ({ row }) => {
    const [field, document, falco] = row;
    const corrected = row.length === 3 ? falco : row[3];
    expect({ falco: extract(field, document) }).toEqual({ falco });
    expect({ corrected: extract(field, document, 'corrected') }).toEqual({ corrected });
  });

  it('are absent without an auditID, but for those of the JSON itself', () => {
    const document = documentOf({ auditID: undefined, requestObject: { spec: { type: 'x' } } });
    for (const field of ['ka.verb', 'ka.user.groups', 'ka.req.service.type', 'ka.response.code']) {
      expect([field, extract(field, document)]).toEqual([field, undefined]);
      expect(verdictOf(`${field} exists`, document)).toBe(false);
      expect(verdictOf(`not ${field} exists`, document)).toBe(true);
    }
    expect(verdictOf('ka.verb = create', document)).toBe(false);
    expect(verdictOf('ka.verb != get', document)).toBe(false);
    expect(verdictOf('not ka.verb = create', document)).toBe(true);
    expect(verdictOf('ka.verb = create or jevt.value[/verb] = create', document)).toBe(true);
  });

  it.each([
    ['ka.uri.param', 'requires an argument'],
    ['ka.verb[0]', 'does not allow arguments'],
    ['ka.req.pod.containers.image[x]', 'is no number'],
    ['jevt.value', 'requires an argument'],
    ['evt.time[0]', 'does not allow arguments'],
    ['ka.verbb', "did you mean 'ka.verb'"],
    ['ct.name', 'nonexistent field ct.name'],
  ])('%s: %s', (field, reason) => {
    const resolved = resolveAudit('falco')(refOf(field));
    expect(resolved.ok ? '' : resolved.reason).toContain(reason);
  });

  it('give the whole event with the bodies that stand apart in ours', () => {
    const [text = ''] = extract('jevt.obj', image('a')) ?? [];
    expect(text.startsWith('{\n  "')).toBe(true);
    expect(JSON.parse(text)).toMatchObject({
      ...{ auditID: 'a-1', verb: 'create' },
      requestObject: { spec: { containers: [{ image: 'a' }] } },
    });
  });
});
