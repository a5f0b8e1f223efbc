import { describe, expect, it } from 'vitest';
import { remembered } from '../../../../services/normalizer/remembered.ts';

describe('what is remembered', () => {
  function counted(limit: number) {
    const asked: string[] = [];
    const answer = remembered((key: string) => {
      asked.push(key);
      return key === 'nothing' ? undefined : { key };
    }, limit);
    return { asked, answer };
  }

  it('is asked for once, and so is what is not known', () => {
    const { answer, asked } = counted(10);
    for (const key of ['a', 'nothing', 'a', 'nothing']) {
      expect(answer(key)).toEqual(key === 'a' ? { key } : undefined);
    }
    expect(asked).toEqual(['a', 'nothing']);
  });

  it('is what came last: a key that keeps coming stays', () => {
    const { answer, asked } = counted(10);
    for (let i = 0; i < 1_000; i += 1) {
      answer('often');
      expect(answer(`once-${i}`)).toEqual({ key: `once-${i}` });
    }
    expect(asked.filter((key) => key === 'often')).toHaveLength(1);
    answer('once-0');
    expect(asked.filter((key) => key === 'once-0')).toHaveLength(2);
  });

  it('has no room for keys without end', () => {
    const { answer, asked } = counted(10);
    const long = 'x'.repeat(1_000);
    answer(long);
    answer(long);
    expect(asked).toHaveLength(2);
  });
});
