import { expect, it } from 'vitest';
import { joinWorkers, type RunningWorker } from '../../../../shared/pipeline/runner.ts';

/** A worker that the test ends. */
function worker(name: string, stopped: string[]) {
  let finish = (): void => {};
  let fail: (error: Error) => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const running: RunningWorker = {
    done,
    async stop() {
      stopped.push(name);
      finish();
    },
  };
  return { running, fail };
}

it('stops all, and is done when all are', async () => {
  const stopped: string[] = [];
  const joined = joinWorkers([worker('a', stopped).running, worker('b', stopped).running]);
  await joined.stop();
  await joined.done;
  expect(stopped).toStrictEqual(['a', 'b']);
});

it('fails with the first that fails', async () => {
  const stopped: string[] = [];
  const [a, b] = [worker('a', stopped), worker('b', stopped)];
  const joined = joinWorkers([a.running, b.running]);
  b.fail(new TypeError('a bug'));
  await expect(joined.done).rejects.toThrow('a bug');
  expect(stopped).toStrictEqual([]);
});
