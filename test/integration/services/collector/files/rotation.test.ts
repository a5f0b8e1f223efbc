import { describe, expect, it } from 'vitest';
import { parseRotated, rotatedOf } from '../../../../../services/collector/files/rotation.ts';

it.each([
  ['audit-2026-11-21T06-39-46.657.log', 'audit.log', false],
  ['audit-2026-11-21T06-39-46.657.log.gz', 'audit.log', true],
  ['audit-2026-11-21T06-39-46.657', 'audit', false],
  ['0.log.20261121-063946', '0.log', false],
  ['0.log.20261121-063946.gz', '0.log', true],
  ['audit.log.1', 'audit.log', false],
  ['audit.log.12.gz', 'audit.log', true],
  ['audit.log-20261121', 'audit.log', false],
  ['audit-20261121.log', 'audit.log', false],
])('%s was %s', (name, live, isZipped) => {
  expect(parseRotated(name)).toMatchObject({ live, isZipped });
});

it.each(['audit.log', 'audit.log.gz', '0.log', 'audit-blue.log', '.1', ''])(
  '%s is no rotated name',
  (name) => {
    expect(parseRotated(name)).toBeUndefined();
  },
);

describe('rotatedOf', () => {
  it('gives the oldest first', () => {
    const names = [
      'audit-2026-11-21T06-39-47.001.log',
      'audit-2026-11-21T06-39-46.657.log.gz',
      'audit.log',
      'other.log.1',
    ];
    expect(rotatedOf('audit.log', names)).toStrictEqual([names[1], names[0]]);
    expect(rotatedOf('a.log', ['a.log.1', 'a.log.10', 'a.log.2'])).toStrictEqual([
      'a.log.10',
      'a.log.2',
      'a.log.1',
    ]);
  });

  it('leaves out a packed file that is still being written', () => {
    expect(rotatedOf('a.log', ['a.log.1', 'a.log.1.gz'])).toStrictEqual(['a.log.1']);
    expect(rotatedOf('a.log', ['a.log', 'a.log.gz'])).toStrictEqual([]);
    expect(rotatedOf('a.log', ['a.log.gz'])).toStrictEqual(['a.log.gz']);
  });
});
