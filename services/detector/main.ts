/**
 * Owns: wiring of the detector: audit.events in, audit.findings out.
 */
import { decideStateless } from '../../shared/pipeline/decide.ts';
import type { RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Context } from '../../shared/runtime/context.ts';
import { sinkTo, startStageWorker } from '../../shared/runtime/stage-worker.ts';
import { readRules } from './read-rules.ts';
import { createDetectorStage } from './stage.ts';

export async function startDetector(context: Context, log: Log): Promise<RunningWorker> {
  const { bundledRules, rules } = context.config.detector;
  const stage = createDetectorStage(await readRules({ bundled: bundledRules, paths: rules }));
  return startStageWorker(context, log, {
    name: stage.name,
    input: 'audit.events',
    decide: decideStateless(stage),
    out: sinkTo(context, 'audit.findings', (finding) => finding.id),
  });
}
