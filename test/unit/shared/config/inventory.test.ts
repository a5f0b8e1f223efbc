import { describe, expect, it } from 'vitest';
import { readInventory } from '../../../../shared/config/inventory.ts';

function problems(yaml: string): readonly string[] {
  const reading = readInventory(yaml);
  return reading.ok ? [] : reading.problems.map(({ line, message }) => `${line}: ${message}`);
}

describe('an inventory file with a mistake', () => {
  it.each([
    ['', '1: the file holds no keys: it begins with clusters:'],
    ['- a\n- b\n', '1: the file holds no keys: it begins with clusters:'],
    ['cluster:\n  - name: a\n', '1: unknown key cluster: did you mean clusters?'],
    ['clusters:\n  - name: a\n    onwer: x\n', '3: unknown key onwer: did you mean owner?'],
    ['clusters:\n  - team: x\n', '2: clusters.0.name: expected a text'],
    ['clusters:\n  - name: a\n    owner: 12\n', '3: clusters.0.owner: expected a text'],
    ['clusters:\n  - name: a\n    team: ""\n', '3: clusters.0.team: expected a text'],
    [
      'clusters:\n  - name: a\n    criticality: urgent\n',
      '3: clusters.0.criticality: expected one of low, medium, high, critical',
    ],
    [
      'clusters:\n  - name: a\n    labels: [x]\n',
      '3: clusters.0.labels: expected names with texts, such as region: eu',
    ],
    [
      'clusters:\n  - name: a\n    namespaces:\n      - name: b\n        namespaces: []\n',
      '5: unknown key namespaces',
    ],
    ['clusters:\n  - name: a\n    name: b\n', '3: not valid YAML'],
    ['clusters:\n\t- name: a\n', 'not valid YAML'],
    ['clusters: [{name: a\n', 'not valid YAML'],
    ['clusters: a\n', '1: clusters: expected a list of entries with name'],
  ])('%j: %s', (yaml, expected) => {
    expect(problems(yaml).join('\n')).toContain(expected);
  });

  it('tells all mistakes at once, and quotes no value', () => {
    const yaml = 'clusters:\n  - name: 1\n    owner: [hunter2]\n  - name: b\n    temm: hunter2\n';
    expect(problems(yaml)).toHaveLength(3);
    expect(problems(yaml).join()).not.toContain('hunter2');
  });

  it('does not grow without end by its aliases', () => {
    const levels = Array.from({ length: 12 }, (_, i) => {
      const before =
        i === 0 ? '[x, x]' : `[${'*'}a${i - 1}, ${new Array(9).fill(`*a${i - 1}`).join(', ')}]`;
      return `a${i}: &a${i} ${before}`;
    });
    expect(problems(`${levels.join('\n')}\nclusters: *a11\n`)).not.toEqual([]);
  });
});
