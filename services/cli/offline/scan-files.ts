/**
 * Owns: files through all stages, as `scan` and `session show --scan` read them.
 * Does not own: the stages (pipeline.ts), reading the files (read-all.ts).
 */
import { describeProblem, readRules } from '../../detector/read-rules.ts';
import { createDetectorStage } from '../../detector/stage.ts';
import { sessionsOf } from '../../detector/worker.ts';
import { createOfflineNormalizer } from '../../normalizer/stage.ts';
import type { RuleFileOptions } from '../commands/options.ts';
import { createOffline, type OfflineResult } from './pipeline.ts';
import { readAll } from './read-all.ts';

export interface ScanFilesOptions extends RuleFileOptions {
  readonly cluster: string;
}

/** Throws FatalError where rules or files can't be read; what is wrong in a rule is told. */
export async function scanFiles(
  files: readonly string[],
  options: ScanFilesOptions,
): Promise<OfflineResult> {
  const sources = {
    ...{ bundled: options.bundledRules, paths: options.rules },
    exceptionPaths: options.exceptions,
  };
  const current = await readRules(sources, (problem) => {
    process.stderr.write(`${describeProblem(problem)}\n`);
  });
  const offline = createOffline(
    {
      normalizer: createOfflineNormalizer({ dataStreamNamespace: 'default' }),
      detector: createDetectorStage({ current }),
      sessions: (signals) => sessionsOf(signals, options.bundledRules),
    },
    options.cluster,
  );
  await readAll(offline, files);
  return offline.result();
}
