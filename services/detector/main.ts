/**
 * Owns: wiring of the detector: audit.events in, audit.findings out, and the watch on coverage.
 */
import { decideStateless } from '../../shared/pipeline/decide.ts';
import { joinWorkers, type RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Context } from '../../shared/runtime/context.ts';
import { aboutEvent, sinkTo, startStageWorker } from '../../shared/runtime/stage-worker.ts';
import { startCoverageWatch } from './watch/worker.ts';
import { readRules } from './read-rules.ts';
import { createDetectorStage } from './stage.ts';

export async function startDetector(context: Context, log: Log): Promise<RunningWorker> {
  const { coverage, detector } = context.config;
  const { bundledRules, rules } = detector;
  const stage = createDetectorStage(await readRules({ bundled: bundledRules, paths: rules }));
  const matching = startStageWorker(context, log, {
    name: stage.name,
    input: 'audit.events',
    about: aboutEvent,
    decide: decideStateless(stage),
    out: sinkTo(context, 'audit.findings', (finding) => finding.id),
  });
  const watching = coverage.enabled ? [startCoverageWatch(context, log)] : [];
  return joinWorkers(await Promise.all([matching, ...watching]));
}
