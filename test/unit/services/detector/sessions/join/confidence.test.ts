import { describe, expect, it } from 'vitest';
import { sessionConfidence } from '../../../../../../services/detector/sessions/join/confidence.ts';

describe('the confidence of a session', () => {
  it('is that of the least sure command', () => {
    expect(sessionConfidence(['exact', 'exact'])).toBe('exact');
    expect(sessionConfidence(['exact', 'inferred', 'exact'])).toBe('inferred');
    expect(sessionConfidence(['ambiguous', 'inferred'])).toBe('ambiguous');
    expect(sessionConfidence(['exact', 'conflict', 'ambiguous'])).toBe('conflict');
  });

  it('is none without commands', () => {
    expect(sessionConfidence([])).toBe('none');
    expect(sessionConfidence(['none'])).toBe('none');
    expect(sessionConfidence(['none', 'exact'])).toBe('exact');
  });
});
