/**
 * Owns: wiring of the normalizer: audit.raw in; audit.events, audit.signals and
 * audit.inventory out, which it also follows.
 */
import type { AuditEvent, RawBatch } from '../../schemas/generated/avro.ts';
import type { Config } from '../../shared/config/load.ts';
import { decideStateless } from '../../shared/pipeline/decide.ts';
import { joinWorkers, type RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Stage } from '../../shared/pipeline/stage.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Context } from '../../shared/runtime/context.ts';
import { aboutBatch, sinkTo, startStageWorker } from '../../shared/runtime/stage-worker.ts';
import { rawKeys } from '../../shared/runtime/raw-keys.ts';
import { createRedact } from '../../shared/domain/redaction/redact.ts';
import { startInventory } from './enrich/edge/follow-inventory.ts';
import { loadEnrichment, reviewEnrichment } from './enrich/edge/load.ts';
import type { Enrich } from './enrich/enrich.ts';
import { createLearning } from './enrich/learned/learning.ts';
import type { Inventory } from './enrich/learned/table.ts';
import { MAX_DOCUMENT_BYTES } from './map/cut-event.ts';
import { type NormalizerOut, withSignals } from './signals.ts';
import { createLearningStage, createNormalizerStage, type NormalizerOptions } from './stage.ts';

function stageOptions(config: Config, enrich?: Enrich): NormalizerOptions {
  const { elasticsearch, kafka, normalizer, secrets } = config;
  const key = secrets['normalizer.redaction.keyFile']?.reveal();
  return {
    redact: createRedact({ key: key === undefined ? undefined : Buffer.from(key) }),
    rawKeys: rawKeys(config),
    enrich,
    dataStreamNamespace: elasticsearch.namespace,
    filters: normalizer.filters,
    requestUidFields: normalizer.requestUidFields,
    requestUidKeys: normalizer.requestUidKeys,
    maxBodyBytes: normalizer.maxBodyKib * 1024,
    // The record repeats some of the document's texts, and so does a finding.
    maxDocumentBytes: Math.min(MAX_DOCUMENT_BYTES, kafka.maxMessageBytes / 8),
  };
}

/** For `podwitness check`: how much local data there is. Throws FatalError where a file is wrong. */
export function reviewLocalData(config: Config): Promise<string> {
  return reviewEnrichment(config);
}

/** The pure stage as the configuration wants it; `doctor` runs it again over what is in the log. */
export function configuredStage(config: Config, enrich?: Enrich): Stage<RawBatch, AuditEvent> {
  return createNormalizerStage(stageOptions(config, enrich));
}

function learningStage(config: Config, inventory?: Inventory, enrich?: Enrich) {
  if (inventory === undefined) return configuredStage(config, enrich);
  return createLearningStage(stageOptions(config, enrich), createLearning(inventory));
}

export async function startNormalizer(context: Context, log: Log): Promise<RunningWorker> {
  const enrichment = await loadEnrichment(context);
  const inventory = await startInventory(context, log);
  const { collector, coverage } = context.config;
  const events = sinkTo(context, 'audit.events', (event) => event.id);
  const signals = sinkTo(context, 'audit.signals', (signal) => signal.key);
  const facts = sinkTo(context, 'audit.inventory', (fact) => fact.key);
  const normalize = learningStage(context.config, inventory?.table, enrichment.enrich);
  const stage = withSignals(normalize, coverage.enabled);
  const worker = await startStageWorker(context, log, {
    name: stage.name,
    input: 'audit.raw',
    about: aboutBatch,
    decide: decideStateless(stage),
    // A hostile body of tiny events grows seventyfold: what is in hand at a time is one part.
    maxBatchBytes: collector.partBytes,
    out: (item: NormalizerOut) => {
      switch (item.topic) {
        case 'audit.events':
          return events(item.value);
        case 'audit.signals':
          return signals(item.value);
        case 'audit.inventory':
          return facts(item.value);
      }
    },
  });
  void worker.done.finally(enrichment.stop).catch(() => {}); // Its owner is told by `done`.
  return inventory === undefined ? worker : joinWorkers([worker, inventory]);
}
