/**
 * Owns: wiring of the normalizer: audit.raw in, audit.events out.
 */
import { decideStateless } from '../../shared/pipeline/decide.ts';
import type { RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Context } from '../../shared/runtime/context.ts';
import { sinkTo, startStageWorker } from '../../shared/runtime/stage-worker.ts';
import { MAX_DOCUMENT_BYTES } from './cut-event.ts';
import { createNormalizerStage } from './stage.ts';

export function startNormalizer(context: Context, log: Log): Promise<RunningWorker> {
  const { collector, elasticsearch, kafka } = context.config;
  const stage = createNormalizerStage({
    dataStreamNamespace: elasticsearch.namespace,
    // The record repeats some of the document's texts, and so does a finding.
    maxDocumentBytes: Math.min(MAX_DOCUMENT_BYTES, kafka.maxMessageBytes / 8),
  });
  return startStageWorker(context, log, {
    name: stage.name,
    input: 'audit.raw',
    decide: decideStateless(stage),
    // A hostile body of tiny events grows seventyfold: what is in hand at a time is one part.
    maxBatchBytes: collector.partBytes,
    out: sinkTo(context, 'audit.events', (event) => event.id),
  });
}
