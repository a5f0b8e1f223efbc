/** What is left of commands: the secret part goes, and nothing else. */
import { describe, expect, it } from 'vitest';
import { createRedact } from '../../../../../shared/domain/redaction/redact.ts';

const redact = createRedact({});

function lineOf(cmdLine: string): unknown {
  return redact({ cmdLine, executable: '/bin/x' }, 'spo', false).value['cmdLine'];
}

function argsOf(...args: readonly string[]): unknown {
  const record = { objectRef: { resource: 'pods' }, requestObject: { args } };
  const { value } = redact(record, 'audit', false);
  return (value['requestObject'] as { readonly args: unknown }).args;
}

const X = 'REDACTED';

describe('lines', () => {
  it.each([
    ['mysql -u root -phunter2 -h db', `mysql -u root -p${X} -h db`],
    ['mysql -p -u root', 'mysql -p -u root'],
    ['mysql --password --user=root', 'mysql --password --user=root'],
    ['/usr/bin/mysqldump -phunter2 shop', `/usr/bin/mysqldump -p${X} shop`],
    ['grep -phunter2 file', 'grep -phunter2 file'],
    ['mongosh -u bob -p hunter2', `mongosh -u bob -p ${X}`],
    ['mkdir -p /srv/data', 'mkdir -p /srv/data'],
    ['sshpass -p hunter2 ssh bob@db', `sshpass -p ${X} ssh bob@db`],
    ['PGPASSWORD=hunter2 psql -h db', `PGPASSWORD=${X} psql -h db`],
    ['env A=b DB_TOKEN=hunter2 run', `env A=b DB_TOKEN=${X} run`],
    ["export SECRET_KEY='a b'; ls -l", `export SECRET_KEY=${X}; ls -l`],
    ['curl -u bob:hunter2 https://db/x', `curl -u bob:${X} https://db/x`],
    ['curl -u bob https://db/x', 'curl -u bob https://db/x'],
    ['curl https://bob:hunter2@db/x?y=z', `curl https://bob:${X}@db/x?y=z`],
    ['curl https://bob:hun/ter2@db/x', `curl https://bob:${X}@db/x`],
    ['curl http://db:8080/a@b', 'curl http://db:8080/a@b'],
    ['curl -H "Authorization: Bearer hunter2" db', `curl -H "Authorization: Bearer ${X}" db`],
    ['curl -d "user=bob&password=hunter2" db', `curl -d "user=bob&password=${X}" db`],
    ['redis-cli -a hunter2 CONFIG GET dir', `redis-cli -a ${X} CONFIG GET dir`],
    ['redis-cli CONFIG SET requirepass hunter2', `redis-cli CONFIG SET requirepass ${X}`],
    ['echo hunter2 | passwd --stdin bob', `echo ${X} | passwd --stdin bob`],
    ['echo -n bob:hunter2|chpasswd', `echo -n ${X}|chpasswd`],
    ['echo hello | grep h', 'echo hello | grep h'],
    ['chpasswd <<< bob:hunter2', `chpasswd <<< ${X}`],
    ['docker login -u bob -p hunter2 reg.io', `docker login -u bob -p ${X} reg.io`],
    ['openssl enc -aes-256-cbc -pass pass:hunter2', `openssl enc -aes-256-cbc -pass pass:${X}`],
    ['openssl rsa -passin env:PW', 'openssl rsa -passin env:PW'],
    ['kubectl get secret db -o yaml', 'kubectl get secret db -o yaml'],
    ['kubectl --token=hunter2 get pods', `kubectl --token=${X} get pods`],
    ['cat /var/run/secrets/kubernetes.io/serviceaccount/token', undefined],
    ['app --password-file=/etc/pw --secret-name=db --token-ttl=5m', undefined],
    ['kube-apiserver --anonymous-auth=false --enable-bootstrap-token-auth=true', undefined],
    [
      "it's a quote that never ends --password hunter2",
      `it's a quote that never ends --password ${X}`,
    ],
    ['ls -la /tmp && ps aux', undefined],
  ])('%s', (line, want) => {
    expect(lineOf(line)).toBe(want ?? line);
  });
});

describe('arguments', () => {
  it.each([
    [
      ['--password', 'two words'],
      ['--password', X],
    ],
    [
      ['--password=two words', '--user=bob'],
      [`--password=${X}`, '--user=bob'],
    ],
    [
      ['--password', '--user=bob'],
      ['--password', '--user=bob'],
    ],
    [
      ['sh', '-c', 'PW=hunter2 run && ls /tmp'],
      ['sh', '-c', `PW=${X} run && ls /tmp`],
    ],
    [
      ['sh', '-c', 'mysql -p"a b" -h db'],
      ['sh', '-c', `mysql -p${X} -h db`],
    ],
    [
      ['psql', 'postgres://u:p@ss@db/x'],
      ['psql', `postgres://u:${X}@db/x`],
    ],
  ])('%j', (args, want) => {
    expect(argsOf(...args)).toEqual(want);
  });
});

it('takes the arguments of an exec from its address, and leaves the rest as it came', () => {
  const path = '/api/v1/namespaces/a/pods/b/exec';
  const requestURI = `${path}?command=mysql&command=-p%68unter2&command=-h+db%2f&tty=true`;
  const { redaction, value } = redact({ requestURI, level: 'Metadata' }, 'audit', false);
  expect(value['requestURI']).toBe(
    `${path}?command=mysql&command=-p${X}&command=-h+db%2f&tty=true`,
  );
  expect(redaction).toEqual({ count: 1, kinds: ['argument'], fields: ['requestURI'] });
});

it('looks for passwords between the points with which Falco joins arguments', () => {
  const args = 'exe=mysql args=-u.root.-phunter2.-h.db. tid=7(mysql)';
  const record = { rule: 'x', output_fields: { 'evt.args': args } };
  const { value } = redact(record, 'falco', false);
  expect(value['output_fields']).toEqual({ 'evt.args': args.replace('hunter2', X) });
});
