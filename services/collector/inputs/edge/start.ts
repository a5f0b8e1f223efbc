/**
 * Owns: starting what the configuration says that the collector fetches by itself: files and topics.
 */
import { join, resolve } from 'node:path';
import pLimit from 'p-limit';
import { topicName } from '../../../../schemas/topics.ts';
import { contentId } from '../../../../shared/domain/ids.ts';
import { FatalError } from '../../../../shared/errors/fault.ts';
import { joinWorkers, type RunningWorker } from '../../../../shared/pipeline/runner.ts';
import type { Log } from '../../../../shared/ports/log.ts';
import type { Context } from '../../../../shared/runtime/context.ts';
import { codecOf, rawLetterEncoder } from '../../../../shared/runtime/stage-worker.ts';
import { READERS, type Shared, startFollowing } from '../../files/edge/follow.ts';
import { type Glob, parseGlob } from '../../files/glob.ts';
import type { Intake } from '../../intake.ts';
import { startTaking } from '../../topics/edge/take.ts';
import { createDelivery, type DeliveryParts, type InputName } from './deliver.ts';

function globOf(pattern: string, index: number): Glob {
  // Relative ones are meant from where the command runs; checkpoints must not depend on it.
  const glob = parseGlob(resolve(pattern));
  if (glob !== undefined) return glob;
  const message = `collector.files[${index}].paths: '${pattern}' names too many alternatives`;
  throw new FatalError(message, { code: 'invalid_config' });
}

/** What every input needs to bring its bodies into the log. */
function deliveryParts(
  context: Context,
  log: Log,
  intake: Intake,
  senderId: string,
): DeliveryParts {
  const { clock, config, health, metrics } = context;
  const prefix = config.kafka.topicPrefix;
  const signals = codecOf('audit.signals');
  return {
    ...{ clock, health, intake, log },
    telemetry: metrics.input(senderId),
    stage: metrics.stage('collector'),
    logger: context.logger('collector'),
    retry: { initialMs: config.pipeline.retryInitialMs, maxMs: config.pipeline.retryMaxMs },
    signals: {
      topic: topicName(prefix, 'audit.signals'),
      encode: (signal) => signals.encode(signal),
    },
    letters: {
      topic: topicName(prefix, 'audit.deadletter'),
      encode: rawLetterEncoder(config),
    },
  };
}

function startFiles(context: Context, log: Log, intake: Intake): Promise<RunningWorker>[] {
  const { collector, dataDir } = context.config;
  const shared: Shared = { slots: pLimit(READERS), large: pLimit(1) };
  const limits = { bodyBytes: collector.partBytes, lineBytes: collector.maxBodyBytes };
  return collector.files.flatMap(({ cluster, from, paths, source }, index) =>
    paths.map((pattern) => {
      const glob = globOf(pattern, index);
      const name: InputName = { cluster, source, senderId: `file:${glob.pattern}` };
      const parts = deliveryParts(context, log, intake, name.senderId);
      const folder = contentId([cluster, source, glob.pattern]);
      return startFollowing({
        ...{ ...parts, glob, from, limits, shared, senderId: name.senderId },
        checkpointFolder: join(dataDir, 'checkpoints', 'files', folder),
        delivery: createDelivery(name, parts),
      });
    }),
  );
}

function startTopics(context: Context, log: Log, intake: Intake): Promise<RunningWorker>[] {
  const { collector, kafka } = context.config;
  return collector.topics.map((entry) => {
    const { cluster, source } = entry;
    const name: InputName = { cluster, source, senderId: `topic:${entry.name}` };
    const parts = deliveryParts(context, log, intake, name.senderId);
    return startTaking({
      ...{ ...parts, entry, senderId: name.senderId, clientId: kafka.clientId },
      bodyBytes: collector.partBytes,
      delivery: createDelivery(name, parts),
    });
  });
}

/** Starts them all; they hand what they find to `intake`. Nothing configured: nothing to do. */
export async function startAll(context: Context, log: Log, intake: Intake): Promise<RunningWorker> {
  const starting = [...startFiles(context, log, intake), ...startTopics(context, log, intake)];
  return joinWorkers(await Promise.all(starting));
}
