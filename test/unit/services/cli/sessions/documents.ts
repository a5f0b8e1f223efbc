/**
 * Documents of sessions for the tests of the views: a rich one, one of nothing, odd and hostile ones.
 */
import type { StoredDocument } from '../../../../../shared/ports/event-store.ts';

const at = (clock: string) => `2026-11-21T${clock}Z`;

function command(time: string, commandLine: string, more: object = {}): object {
  return {
    ...{ time: at(time), command_line: commandLine, executable: '/bin/dash', pid: 4242 },
    ...{ confidence: 'exact', user: { id: '0' }, event_id: `e-${time}`, ...more },
  };
}

const COMMANDS = [
  command('06:10:00.000', 'sh', {
    ...{ executable: '/usr/bin/crun', whole_second: true, session_start: true },
  }),
  command('06:10:01.120', 'sh'),
  command('06:10:12.300', 'cat /var/run/secrets/kubernetes.io/serviceaccount/token', { pid: 4250 }),
  command('06:10:40.000', 'curl -s http://169.254.169.254/latest/meta-data/', { pid: 4251 }),
  command('06:10:41.000', 'curl -s http://169.254.169.254/latest/meta-data/', { pid: 4252 }),
  command('06:10:42.000', 'curl -s http://169.254.169.254/latest/meta-data/', { pid: 4253 }),
  command('06:11:30.000', 'rm -f /etc/pay/config.yaml', {
    ...{ pid: 4260, confidence: 'ambiguous', others: ['8yTTqk2uFh0sWvE3cJmNp5RxLZa'] },
  }),
  command('06:14:02.000', 'nohup ./miner --pool 203.0.113.9:3333', {
    ...{ pid: 4270, outlived: true, confidence: 'inferred' },
  }),
];

const SESSION = {
  id: '5rVY0Zb2cXGm0qkyIYJpX3nHhV8',
  kind: 'exec',
  state: 'closed',
  revision: 12,
  confidence: 'ambiguous',
  coverage: ['other_session_in_pod', 'process_outlived'],
  requested_at: at('06:10:00.029'),
  started_at: at('06:10:00.050'),
  ended_at: at('06:12:05.400'),
  ended_by: 'response',
  last_seen_at: at('06:14:02.000'),
  requested_command: 'sh',
  request_uid: '866ee807-6843-44d3-b0bf-68efa0296aa7',
  retries: 1,
  commands: COMMANDS,
  command_count: 8,
  alerts: [
    {
      ...{ time: at('06:10:12.350'), rule: 'Read sensitive file untrusted', priority: 'Warning' },
      ...{ message: 'Sensitive file opened (user=root command=cat)', confidence: 'exact' },
      event_id: 'a-1',
    },
  ],
  alert_count: 1,
  findings: [
    {
      ...{ id: 'f-1', rule: { id: 'r-1', name: 'Service Account Token Read' }, level: 'high' },
      ...{ mode: 'active', time: at('06:10:12.300'), message: 'alice read the token of the pod' },
    },
    {
      ...{ id: 'f-2', rule: { id: 'r-2', name: 'Cloud Metadata Asked' }, level: 'medium' },
      ...{ mode: 'test', time: at('06:10:40.000'), message: 'curl asked 169.254.169.254' },
    },
  ],
  finding_count: 2,
  max_level: 'high',
  files: ['/var/run/secrets/kubernetes.io/serviceaccount/token', '/etc/pay/config.yaml'],
  hosts: ['169.254.169.254', '203.0.113.9:3333'],
};

/** Everything that a session can have. */
export const RICH: StoredDocument = {
  '@timestamp': at('06:10:00.029'),
  message: 'alice opened a shell in payments/pay-0',
  event: { id: '5rVY0Zb2cXGm0qkyIYJpX3nHhV8', dataset: 'podwitness.sessions' },
  user: {
    ...{ name: 'bob', roles: ['platform-admins', 'system:authenticated'] },
    effective: { name: 'alice', roles: ['payments-dev'] },
  },
  source: { ip: '10.0.0.9' },
  user_agent: { original: 'kubectl/v1.33.1 (linux/amd64) kubernetes/8adc0f0' },
  orchestrator: { cluster: { name: 'prod-eu' } },
  kubernetes: { namespace: 'payments', pod: { name: 'pay-0' } },
  container: { name: 'app', image: { name: 'registry.example/pay:1.4.2' } },
  host: { name: 'worker-1' },
  podwitness: {
    actor: {
      ...{ kind: 'human', name: 'bob', credential_type: 'certificate' },
      credential_id: 'X509SHA256=a96dad69fc8a8392',
      cloud: { provider: 'aws', principal: 'AROAEXAMPLE:bob', account: '123456789012' },
    },
    ...{ environment: 'production', team: 'payments', owner: 'pay-oncall', criticality: 'high' },
    pod: { workload_kind: 'StatefulSet', workload: 'pay' },
    session: SESSION,
  },
};

/** A debug pod on a node that somebody else attached to, still open. */
export const ATTACHED: StoredDocument = {
  '@timestamp': at('05:00:00.000'),
  user: { name: 'bob' },
  orchestrator: { cluster: { name: 'prod-eu' } },
  kubernetes: { namespace: 'default', pod: { name: 'node-debugger-worker-1-hmrpx' } },
  host: { name: 'worker-1' },
  podwitness: {
    session: {
      ...{ id: '7aQd1Yc9Kk3mB2vX0LwTzRpSnHe', kind: 'debug-node', state: 'open', revision: 3 },
      ...{ confidence: 'none', coverage: ['privileged_container', 'no_telemetry'] },
      requested_at: at('05:00:00.000'),
      last_seen_at: at('05:03:09.000'),
      command_count: 0,
      attachers: [
        {
          ...{ session: 'attach-1', user: 'carol', ip: '10.0.0.11' },
          ...{ started_at: at('05:01:00.000'), ended_at: at('05:03:09.000') },
        },
        { user: 'dave', started_at: at('05:02:00.000') },
      ],
    },
  },
};

/** The session that README.md shows. */
export const README_SESSION: StoredDocument = {
  '@timestamp': at('06:10:00.029'),
  user: { name: 'alice', roles: ['payments-dev'] },
  source: { ip: '10.0.0.9' },
  user_agent: { original: 'kubectl/v1.33.1 (linux/amd64)' },
  orchestrator: { cluster: { name: 'prod-eu' } },
  kubernetes: { namespace: 'payments', pod: { name: 'pay-0' } },
  container: { name: 'app' },
  host: { name: 'worker-1' },
  podwitness: {
    team: 'payments',
    session: {
      ...{ id: SESSION.id, kind: 'exec', state: 'open', revision: 7, confidence: 'inferred' },
      ...{ coverage: ['mark_stripped'], requested_command: 'sh', max_level: 'high' },
      ...{ requested_at: at('06:10:00.029'), started_at: at('06:10:00.050') },
      last_seen_at: at('06:11:30.000'),
      commands: [
        ...COMMANDS.slice(0, 6),
        command('06:11:30.000', 'rm -f /etc/pay/config.yaml', {
          ...{ pid: 4260, confidence: 'inferred' },
        }),
      ],
      command_count: 7,
      findings: [SESSION.findings[0]],
      finding_count: 1,
      files: SESSION.files,
      hosts: ['169.254.169.254'],
    },
  },
};

/** Nothing but what makes it a session. */
export const EMPTY: StoredDocument = { podwitness: { session: { id: 'nothing-more' } } };

/** Fields of other types, of another age, and codes that nobody knows. */
export const ODD: StoredDocument = {
  '@timestamp': '+020000-01-01T00:00:00.000Z',
  'user.name': ['alice', 'alice@example.com'],
  'podwitness.session.id': 'dotted-keys',
  'podwitness.session.kind': 'teleport',
  'podwitness.session.state': 'suspended',
  'podwitness.session.confidence': 'certain',
  'podwitness.session.coverage': ['moon_phase'],
  'podwitness.session.command_count': '7',
  'podwitness.session.started_at': 'yesterday',
  'podwitness.session.ended_at': 1_763_705_400_000,
  'podwitness.session.ended_by': 'boredom',
  'podwitness.session.retries': -3,
  'podwitness.session.commands': [
    'a text',
    null,
    42,
    ['nested'],
    {},
    { time: 'never', command_line: ['ls', '-l'], pid: 'many', confidence: 7, others: 'x' },
    { time: '2025-11-21T06:00:00Z', executable: '/bin/sh', pid: 1e300, user: 'root' },
  ],
  'podwitness.session.alerts': { rule: 'One Alert Alone', time: '2025-11-21T06:00:01Z' },
  'podwitness.session.findings': [{ rule: 'no-object', level: null }],
  'podwitness.session.attachers': [{}],
  'podwitness.session.files': { a: 'b' },
};

/** Texts that an attacker might choose, each meant to break another kind of output. */
export const HOSTILE_TEXTS: readonly string[] = [
  '</style><script>alert(1)</script>',
  '</pre></body></html><img src=x onerror=alert(1)>',
  '" onmouseover="alert(1)" x="',
  "' onfocus='alert(1)' autofocus='",
  '<![CDATA[x]]>]]><!--><svg/onload=alert(1)>--!>',
  '&lt;b&gt; &#x3c;script&#62; &amp;amp;',
  'a\u0000b\u0007\u001b[31mred\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007',
  'evil\u202egnp.exe\u2066\u2069\u200f',
  'lone \ud800 and \udc00 halves',
  'line\nbreak\r\nSession forged: exact\u2028\u2029',
  'javascript:alert(1)//data:text/html,<script>x</script>',
  'tag \u{e0041}\u00ad\u200b\ufeff',
  `${'A'.repeat(8192)}<i>`,
];

/** A session in which every text is `text`. */
export function sessionOfText(text: string): StoredDocument {
  const command = { time: at('06:00:01.000'), command_line: text, executable: text };
  const lying = { confidence: text, others: [text], event_id: text, outlived: true };
  const where = { container: text, node: text, user: { id: text }, pid: 1 };
  return {
    '@timestamp': at('06:00:00.000'),
    message: text,
    user: { name: text, roles: [text], effective: { name: text, roles: [text] } },
    source: { ip: text },
    user_agent: { original: text },
    orchestrator: { cluster: { name: text } },
    kubernetes: { namespace: text, pod: { name: text } },
    container: { name: text, image: { name: text } },
    host: { name: text },
    podwitness: {
      actor: { kind: text, credential_id: text, cloud: { principal: text } },
      ...{ environment: text, team: text, owner: text, criticality: text },
      session: {
        ...{ id: text, kind: text, state: text, confidence: text, coverage: [text] },
        ...{ ended_by: text, ended_at: at('06:00:09.000'), requested_command: text },
        commands: [{ ...command, ...lying, ...where }],
        alerts: [{ time: at('06:00:02.000'), rule: text, priority: text, message: text, ...lying }],
        findings: [{ rule: { id: text, name: text }, level: text, mode: text, message: text }],
        attachers: [{ user: text, ip: text, session: text, started_at: at('06:00:03.000') }],
        ...{ files: [text], hosts: [text], max_level: text, finding_count: 1 },
        [text]: { [text]: text },
      },
    },
  };
}
