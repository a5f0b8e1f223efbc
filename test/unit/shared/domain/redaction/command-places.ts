/**
 * Owns: records with a secret planted in a command, in a request's address, in a text, or as a copy of
 * one that stands elsewhere in the record.
 */
import { FIELD_PLACES } from './field-places.ts';
import {
  any,
  audit,
  base64,
  BODY_PLACES,
  type Place,
  type Planted,
  secretObject,
  word,
} from './places.ts';

const OBJECT_PLACES: readonly Place[] = [...BODY_PLACES, ...FIELD_PLACES];

/** What is run, with the words apart. */
type Command = (secret: string, innocent: string) => readonly string[];

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const COMMANDS: Readonly<Record<string, Command>> = {
  'a password behind its option': (s, i) => ['tool', '--password', s, '--host', i],
  'a password in its option': (s, i) => ['tool', `--db-password=${s}`, `--host=${i}`],
  'a password of mysql': (s, i) => ['mysql', `-p${s}`, '-u', 'root', '-h', i],
  'a password of mongo': (s, i) => ['mongosh', '-p', s, '--host', i],
  'a password of redis': (s, i) => ['redis-cli', '-h', i, '-a', s],
  'a password of sshpass': (s, i) => ['sshpass', '-p', s, 'ssh', i],
  'a user of curl': (s, i) => ['curl', '-u', `bob:${s}`, i],
  'a header of curl': (s, i) => ['curl', '-H', `X-Api-Key: ${s}`, i],
  'a literal of kubectl': (s, i) => ['kubectl', 'create', 'secret', i, `--from-literal=k=${s}`],
  'a variable of env': (s, i) => ['env', `PGPASSWORD=${s}`, 'psql', '-h', i],
  'a line of a shell': (s, i) => ['sh', '-c', `PGPASSWORD=${quote(s)} psql -h ${i}`],
  'an export in a shell': (s, i) => [
    'sh',
    '-c',
    `export AWS_SECRET_ACCESS_KEY=${quote(s)}; ls ${i}`,
  ],
  'a pipe in a shell': (s, i) => ['sh', '-c', `ls ${i} && echo ${quote(s)} | passwd --stdin root`],
  'a shell in a shell': (s, i) => ['sh', '-c', `sh -c ${quote(`mysql -p${quote(s)} -h ${i}`)}`],
  'a setting': (s, i) => ['aws', 'configure', 'set', 'aws_secret_access_key', s, '--profile', i],
};
const WORD_COMMANDS: Readonly<Record<string, Command>> = {
  'an address': (s, i) => ['curl', `https://bob:${s}@${i}/x`],
  'a bearer': (s, i) => ['curl', '-H', `Authorization: Bearer ${s}`, i],
  SQL: (s, i) => ['mysql', '-h', i, '-e', `ALTER USER 'x' IDENTIFIED BY '${s}'`],
};

/** Each word with what needs it in percents, a blank as a plus. */
function execUri(words: readonly string[]): string {
  const query = words.map((w) => `command=${encodeURIComponent(w).replaceAll('%20', '+')}`);
  return `/api/v1/namespaces/payments/pods/db/exec?${query.join('&')}&container=app&stdin=true`;
}

function ways(
  name: string,
  command: Command,
  make: (n: string, p: Place['plant']) => Place,
): Place[] {
  return [
    make(`${name}, by exec`, (s, i) =>
      audit('pods', { requestURI: execUri(command(s, i)), verb: 'get' }),
    ),
    make(`${name}, in a container`, (s, i) =>
      audit('pods', {
        requestObject: { spec: { containers: [{ name: 'a', args: command(s, i), image: i }] } },
      }),
    ),
    make(`${name}, asked of admission`, (s, i) => ({
      format: 'admission',
      record: {
        ...{ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' },
        requestReceivedTimestamp: '2026-11-21T06:00:00.123456Z',
        request: {
          ...{ uid: 'u', operation: 'CONNECT', name: 'db', namespace: 'payments' },
          ...{ resource: { group: '', version: 'v1', resource: 'pods' }, subResource: 'exec' },
          userInfo: { username: 'alice' },
          object: {
            kind: 'PodExecOptions',
            apiVersion: 'v1',
            container: 'app',
            command: command(s, i),
          },
        },
      },
    })),
  ];
}

/** Sensors join words with blanks, without quotes. */
function sensorWays(name: string, command: Command): Place[] {
  const line = (s: string, i: string): string => command(s, i).join(' ');
  return [
    word(`${name}, seen by SPO`, (s, i) => ({
      format: 'spo',
      record: {
        ...{ auditID: 'a', cmdLine: `${line(s, i)} `, executable: '/bin/x', pid: 1, version: 'v' },
        ...{ node: { name: 'n' }, syscalls: ['execve'], timestamp: '2026-11-18T14:45:33.000Z' },
      },
    })),
    word(`${name}, seen by Falco`, (s, i) => ({
      format: 'falco',
      record: {
        ...{ rule: 'Shell', priority: 'Notice', source: 'syscall', time: '2026-11-18T14:45:33Z' },
        output: `14:45:33: Notice Shell (user=root command=${line(s, i)} terminal=0)`,
        output_fields: { 'proc.cmdline': line(s, i), 'proc.pcmdline': `sh -c ${line(s, i)}` },
      },
    })),
  ];
}

const COMMAND_PLACES: readonly Place[] = [
  ...Object.entries(COMMANDS).flatMap(([name, command]) => ways(name, command, any)),
  ...Object.entries(WORD_COMMANDS).flatMap(([name, command]) => ways(name, command, word)),
  ...Object.entries(COMMANDS).flatMap(([name, command]) => sensorWays(name, command)),
];

const TEXT_PLACES: readonly Place[] = [
  any('a parameter of an address', (s, i) =>
    audit('pods', { requestURI: `/api/v1/pods?access_token=${encodeURIComponent(s)}&limit=${i}` }),
  ),
  any('a parameter of a proxied address', (s, i) =>
    audit('services', { requestURI: `/api/v1/x/proxy/y?password=${encodeURIComponent(s)}&a=${i}` }),
  ),
  word('a user agent', (s, i) =>
    audit('pods', { userAgent: `tool/${i} Authorization: Bearer ${s}` }),
  ),
  word('a refusal that repeats a variable', (s, i) =>
    audit('pods', {
      responseStatus: {
        code: 422,
        message: `Pod "${i}" is invalid: spec.containers[0].env[0].value: Invalid value: "${s}": x`,
      },
    }),
  ),
  any('a copy in a message', (s, i) =>
    audit('secrets', {
      requestObject: secretObject({ stringData: { p: s } }, i),
      responseStatus: { code: 422, message: `can not take ${JSON.stringify(s)} for ${i}` },
    }),
  ),
  any('a copy in base64', (s, i) =>
    audit('secrets', {
      requestObject: secretObject({ stringData: { p: s } }, i),
      annotations: { 'example.com/copy': `x ${base64(s)} ${base64(`user:${s}`)} ${i}` },
    }),
  ),
  any('a copy in an address', (s, i) =>
    audit('secrets', {
      requestURI: `/api/v1/secrets?a=${encodeURIComponent(s)}&b=${i}`,
      requestObject: secretObject({ data: { p: base64(s) } }, i),
    }),
  ),
  any('a copy in JSON in a text', (s, i) =>
    audit('databases', {
      requestObject: { spec: { password: s, note: `see ${JSON.stringify({ a: s, b: i })}` } },
    }),
  ),
];

function inGke({ record }: Planted): Planted {
  const { namespace, name, resource } = record['objectRef'] as Record<string, string>;
  const { requestObject: request, responseObject: response } = record;
  return {
    format: 'gke',
    record: {
      ...{ insertId: 'i', logName: 'projects/p/logs/cloudaudit.googleapis.com%2Factivity' },
      ...{
        timestamp: '2026-11-18T14:45:33Z',
        labels: { 'authorization.k8s.io/decision': 'allow' },
      },
      resource: { type: 'k8s_cluster', labels: { cluster_name: 'c', project_id: 'p' } },
      protoPayload: {
        ...{ '@type': 'type.googleapis.com/google.cloud.audit.AuditLog', serviceName: 'k8s.io' },
        ...{ methodName: `io.k8s.core.v1.${resource}.update`, request, response },
        resourceName: `core/v1/namespaces/${namespace}/${resource}/${name}`,
        authenticationInfo: { principalEmail: 'alice@example.com' },
      },
    },
  };
}

function inAdmission({ record }: Planted): Planted {
  const { namespace, name, resource } = record['objectRef'] as Record<string, string>;
  const { requestObject: object, responseObject: oldObject } = record;
  return {
    format: 'admission',
    record: {
      ...{ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' },
      requestReceivedTimestamp: '2026-11-21T06:00:00.123456Z',
      request: {
        ...{ uid: 'u', operation: 'UPDATE', name, namespace, object, oldObject },
        ...{ resource: { group: '', version: 'v1', resource }, userInfo: { username: 'alice' } },
      },
    },
  };
}

/** The same bodies as other formats hold them. */
const OTHER_FORMATS: readonly Place[] = OBJECT_PLACES.filter(
  ({ name }) => !/webhook|does not say/.test(name),
).flatMap(({ name, plant, takes }) => [
  { name: `${name}, in GKE`, takes, plant: (s: string, i: string) => inGke(plant(s, i)) },
  {
    name: `${name}, in admission`,
    takes,
    plant: (s: string, i: string) => inAdmission(plant(s, i)),
  },
]);

export const PLACES: readonly Place[] = [
  ...OBJECT_PLACES,
  ...COMMAND_PLACES,
  ...TEXT_PLACES,
  ...OTHER_FORMATS,
];
