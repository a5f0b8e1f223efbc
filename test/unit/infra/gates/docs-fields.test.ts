import { describe, expect, it } from 'vitest';
import {
  type Descriptions,
  fieldProblems,
  mappedFields,
  readDescriptions,
} from '../../../../infra/gates/tools/docs-fields.ts';

const field = (path: string) => ({ path, type: 'keyword' });

function problems(paths: readonly string[], given: Partial<Descriptions>): readonly string[] {
  return fieldProblems(paths.map(field), { sameAs: {}, fields: {}, ...given });
}

describe('descriptions of fields', () => {
  it('are there for every field that a template maps, and for nothing else', () => {
    expect(mappedFields().length).toBeGreaterThan(500);
    expect(fieldProblems(mappedFields(), readDescriptions())).toStrictEqual([]);
  });

  it.each(['podwitness.new', 'kubernetes.audit.new', 'podwitness.group.new'])(
    'are asked of %s itself: that of its group is not enough',
    (path) => {
      const fields = { podwitness: 'Ours.', 'podwitness.group': 'A group.', kubernetes: 'All.' };
      expect(problems([path], { fields })).toContain(
        `${path} has no description in infra/elastic/fields.json`,
      );
    },
  );

  it('may be of a group elsewhere, and the same in two places', () => {
    const fields = { user: 'Who.', 'podwitness.actor.kind': 'Kind.' };
    const sameAs = { 'podwitness.other': 'podwitness.actor', 'user.effective': 'user' };
    const paths = ['user.name', 'user.effective.name', 'podwitness.actor.kind'];
    expect(problems([...paths, 'podwitness.other.kind'], { fields, sameAs })).toStrictEqual([]);
    expect(problems([...paths, 'podwitness.other.more'], { fields, sameAs })).toHaveLength(1);
  });

  it('are refused where the field is gone', () => {
    const fields = { 'podwitness.old': 'Gone.', 'user.name': 'Name.', gone: 'Gone.' };
    expect(problems(['user.name'], { fields })).toHaveLength(2);
  });
});
