/**
 * Owns: wiring of the detector: audit.events in, audit.findings and audit.signals out; sessions, and the
 * watch on coverage, on those signals.
 */
import type { Coverage } from '../../shared/domain/coverage.ts';
import { decideStateless } from '../../shared/pipeline/decide.ts';
import { joinWorkers, type RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Context } from '../../shared/runtime/context.ts';
import { aboutEvent, sinkTo, startStageWorker } from '../../shared/runtime/stage-worker.ts';
import { loadRulebook } from './edge/rulebook.ts';
import { createDetectorStage, type DetectorOut } from './stage.ts';
import { toEvent } from './watch/event.ts';
import { createCoverageWatch } from './watch/edge/load.ts';
import { settingsOf } from './watch/settings.ts';
import { startSessions } from './worker.ts';

/** What may be missing; its group and state are named as `audit.state.detector.signals`. */
function startCoverageWatch(context: Context, log: Log): Promise<RunningWorker> {
  const { coverage, elasticsearch } = context.config;
  const events = sinkTo(context, 'audit.events', (event) => event.id);
  return startStageWorker(context, log, {
    name: 'detector.signals',
    input: 'audit.signals',
    changelog: 'audit.state.detector.signals',
    ticks: true,
    decide: createCoverageWatch(settingsOf(coverage)),
    out(item: Coverage) {
      context.metrics.coverage(item.kind, item.state);
      return events(toEvent(item, elasticsearch.namespace));
    },
  });
}

export async function startDetector(context: Context, log: Log): Promise<RunningWorker> {
  const { coverage } = context.config;
  const rulebook = await loadRulebook(context);
  const stage = createDetectorStage(rulebook);
  const findings = sinkTo(context, 'audit.findings', (finding) => finding.id);
  const signals = sinkTo(context, 'audit.signals', (signal) => signal.key);
  const matching = await startStageWorker(context, log, {
    name: stage.name,
    input: 'audit.events',
    about: aboutEvent,
    decide: decideStateless(stage),
    out: (item: DetectorOut) =>
      item.topic === 'audit.findings' ? findings(item.value) : signals(item.value),
  });
  void matching.done.finally(rulebook.stop).catch(() => {}); // Its owner is told by `done`.
  const workers = [matching, await startSessions(context, log)];
  if (coverage.enabled) workers.push(await startCoverageWatch(context, log));
  return joinWorkers(workers);
}
