import { expect, it } from 'vitest';
import { loadPlaceholders } from '../../../../services/detector/placeholders.ts';

it('reads texts, numbers and lists of them', () => {
  const text = 'admins: [alice, bob]\nport: 8443\n';
  const { placeholders, problems } = loadPlaceholders([{ path: 'p.yml', text }]);
  expect(problems).toEqual([]);
  expect(placeholders).toEqual({ admins: ['alice', 'bob'], port: ['8443'] });
});

it.each(['admins:\n', 'admins: []\n', 'admins: [{a: b}]\n', '- a\n', 'admins: ['])(
  'refuses %j with its place',
  (text) => {
    const { problems } = loadPlaceholders([{ path: 'p.yml', text }]);
    expect(problems.map(({ kind, line, path }) => [kind, line, path])).toEqual([
      ['invalid', 1, 'p.yml'],
    ]);
  },
);
