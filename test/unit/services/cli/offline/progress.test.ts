import { expect, it } from 'vitest';
import { createProgress } from '../../../../../services/cli/offline/progress.ts';

function run(isTerminal: boolean, timesMs: readonly number[]): readonly string[] {
  const said: string[] = [];
  let now = 0;
  const progress = createProgress({
    isTerminal,
    nowMs: () => now,
    write: (text) => void said.push(text),
  });
  for (const [i, time] of timesMs.entries()) {
    now = time;
    progress.tell({
      file: 'f',
      readBytes: (i + 1) * 1024 * 1024,
      totalBytes: 8 * 1024 * 1024,
      events: time,
    });
  }
  progress.clear();
  return said;
}

it('says nothing of what is quickly done', () => {
  expect(run(true, [100, 500, 1400])).toStrictEqual([]);
  expect(run(false, [100, 500, 1400])).toStrictEqual([]);
});

it('writes one line over on a terminal', () => {
  const said = run(true, [2000, 2100, 2300]);
  expect(said).toHaveLength(3);
  expect(said[0]).toBe('\r\u001b[Kf: 1.0 MiB (12 %), 2000 events, 1000 events/s');
  expect(said.at(-1)).toBe('\r\u001b[K');
});

it('writes a line every few seconds elsewhere', () => {
  const said = run(false, [2000, 3000, 6000, 8000]);
  expect(said).toStrictEqual([
    'f: 1.0 MiB (12 %), 2000 events, 1000 events/s\n',
    'f: 4.0 MiB (50 %), 8000 events, 1000 events/s\n',
  ]);
});
