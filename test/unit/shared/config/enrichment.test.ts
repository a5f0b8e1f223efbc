import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../shared/config/load.ts';

async function problems(enrichment: object): Promise<readonly string[]> {
  const given = { name: 'normalizer', value: { enrichment }, where: 'test' };
  const reading = await readConfig({ env: {}, overrides: [given], defaultFile: 'no-such-file' });
  return reading.ok ? [] : reading.problems.map(({ message }) => message);
}

describe('lists of enrichment', () => {
  const list = (name: string) => ({ name, path: `/lists/${name}` });

  it('have a name of their own each', async () => {
    expect(await problems({ networks: [list('a'), list('b')], threats: [list('a')] })).toEqual([]);
    expect(await problems({ networks: [list('a'), list('b'), list('a')] })).toEqual([
      "normalizer.enrichment.networks: two lists are named 'a': give one of them another name",
    ]);
    expect(await problems({ threats: [list('x'), list('x')] })).toEqual([
      "normalizer.enrichment.threats: two lists are named 'x': give one of them another name",
    ]);
  });

  it('have names that can stand in metrics, and a path', async () => {
    expect((await problems({ networks: [{ name: 'a b', path: '/x' }] })).join()).toContain(
      'normalizer.enrichment.networks',
    );
    expect((await problems({ threats: [{ name: 'a' }] })).join()).toContain('path');
  });
});
