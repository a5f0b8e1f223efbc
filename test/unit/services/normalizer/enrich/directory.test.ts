import { describe, expect, it } from 'vitest';
import {
  type Directory,
  readDirectory,
} from '../../../../../services/normalizer/enrich/directory.ts';

const HEADER = 'username,full_name,email,department,active,active_until\n';

function directory(text: string): Directory {
  const read = readDirectory(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value;
}

function problems(text: string): readonly string[] {
  const read = readDirectory(text);
  return read.ok ? [] : read.problems.map(({ line, message }) => `${line}: ${message}`);
}

describe('the directory', () => {
  const find = directory(
    `${HEADER}alice,Alice A,a@example.com,Pay,true,\n` +
      'oidc:*,Somebody,,,,\n' +
      'oidc:b*,B,,,,\n' +
      'oidc:bob,"Bob ""B"" B",,,no,\n',
  );

  it('has people by their exact name, else by the pattern that says most', () => {
    expect(find('alice')?.user).toMatchObject({ full_name: 'Alice A', email: 'a@example.com' });
    expect(find('oidc:bob')?.user).toMatchObject({ full_name: 'Bob "B" B' });
    expect(find('oidc:bea')?.user).toMatchObject({ full_name: 'B' });
    expect(find('oidc:zoe')?.user).toMatchObject({ full_name: 'Somebody' });
    expect(find('Alice')).toBeUndefined();
    expect(find('__proto__')).toBeUndefined();
    expect(find('')).toBeUndefined();
  });

  it.each([
    [',,', undefined, undefined],
    ['true,', true, true],
    ['0,', false, false],
    ['Disabled,', false, false],
    [',2026-06-30', true, false],
    ['yes,2026-06-30', true, false],
    ['no,2026-06-30', false, false],
  ])('%j: active %s on the last day, %s after it', (columns, on, after) => {
    const [active = '', until = ''] = columns.split(',');
    const bob = directory(`${HEADER}bob,,,,${active},${until}\n`)('bob');
    expect(bob?.directory(Date.parse('2026-06-30T23:59:59.999Z'))['active']).toBe(on);
    expect(bob?.directory(Date.parse('2026-07-01T00:00:00Z'))['active']).toBe(after);
  });

  it('leaves columns alone that it does not know, in any order and case', () => {
    const find = directory('Cost Center,Full_Name,USERNAME\n4711,Alice,alice\n');
    expect(find('alice')?.user).toMatchObject({ full_name: 'Alice' });
  });

  it.each([
    ['', '1: the first line names the columns, and one of them is username'],
    ['name,email\n', '1: the first line names the columns'],
    ['username,emial\n', '1: unknown column emial: did you mean email?'],
    [`${HEADER}alice,A\n`, '2: 2 fields where the first line names 6'],
    [`${HEADER},A,,,,\n`, '2: no username'],
    [`${HEADER}a,,,,maybe,\n`, '2: active is neither true nor false'],
    [`${HEADER}a,,,,,2026-02-30\n`, '2: active_until is no day'],
    [`${HEADER}a,,,,,30.06.2026\n`, '2: active_until is no day'],
    [`${HEADER}a,,,,,\nb,,,,,\na,,,,,\n`, '4: this username was there before'],
    [`${HEADER}a,"b\n`, '2: a quote that does not end'],
  ])('%j: %s', (text, expected) => {
    expect(problems(text).join('\n')).toContain(expected);
  });

  it('quotes nothing of a file that is another one', () => {
    expect(problems(`${HEADER}hunter2,x\nhunter2,,,,hunter2,hunter2\n`).join()).not.toContain(
      'hunter2',
    );
  });
});
