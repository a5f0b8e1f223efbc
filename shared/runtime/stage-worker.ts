/**
 * Owns: a worker's parts that are the same for all: codecs, topics, telemetry, limits.
 */
import type { AvroRecords, SchemaName } from '../../schemas/generated/avro.ts';
import { TOPICS, type TopicName, topicName } from '../../schemas/topics.ts';
import { type Codec, createCodec } from '../adapters/avro/codec.ts';
import type { Encoded } from '../pipeline/commit.ts';
import type { Decide } from '../pipeline/decide.ts';
import { type RunningWorker, startWorker } from '../pipeline/runner.ts';
import type { Log } from '../ports/log.ts';
import type { Context } from './context.ts';
import { groupOf } from './topics.ts';

/** Schema of a topic's values. */
type SchemaOf<T extends TopicName> = Extract<(typeof TOPICS)[T]['schema'], SchemaName>;
export type ValueOf<T extends TopicName> = AvroRecords[SchemaOf<T>];

export function codecOf<T extends TopicName>(topic: T): Codec<ValueOf<T>> {
  return createCodec(TOPICS[topic].schema as SchemaOf<T>);
}

interface StageWorkerSpec<I extends TopicName, Out> {
  /** Stage name; with the prefix also the consumer group. */
  readonly name: string;
  readonly input: I;
  readonly changelog?: TopicName;
  readonly decide: Decide<ValueOf<I>, Out>;
  readonly out: (item: Out) => Encoded;
  /** Smaller than `pipeline.maxBatchBytes` where a record gives many times its size. */
  readonly maxBatchBytes?: number;
}

/** Values into a topic, keyed. */
export function sinkTo<O extends TopicName>(
  context: Context,
  output: O,
  key: (value: ValueOf<O>) => string,
): (value: ValueOf<O>) => Encoded {
  const codec = codecOf(output);
  const topic = topicName(context.config.kafka.topicPrefix, output);
  return (value) => ({ topic, key: key(value), value: codec.encode(value) });
}

/** Starts a worker on one topic. */
export function startStageWorker<I extends TopicName, Out>(
  context: Context,
  log: Log,
  spec: StageWorkerSpec<I, Out>,
): Promise<RunningWorker> {
  const { kafka, pipeline } = context.config;
  const prefix = kafka.topicPrefix;
  const input = codecOf(spec.input);
  const letters = codecOf('audit.deadletter');
  return startWorker<ValueOf<I>, Out>({
    name: spec.name,
    log,
    group: groupOf(prefix, spec.name),
    topic: topicName(prefix, spec.input),
    ...(spec.changelog === undefined ? {} : { changelogTopic: topicName(prefix, spec.changelog) }),
    decode: (bytes) => input.decode(bytes),
    decide: spec.decide,
    sinks: { out: spec.out },
    dead: {
      stage: spec.name,
      topic: topicName(prefix, 'audit.deadletter'),
      encode: (letter) => letters.encode(letter),
    },
    telemetry: context.metrics.stage(spec.name),
    logger: context.logger(spec.name),
    clock: context.clock,
    health: context.health,
    limits: {
      maxBatchRecords: pipeline.maxBatchRecords,
      maxBatchBytes: Math.min(
        pipeline.maxBatchBytes,
        spec.maxBatchBytes ?? Number.MAX_SAFE_INTEGER,
      ),
      retry: { initialMs: pipeline.retryInitialMs, maxMs: pipeline.retryMaxMs },
      shutdownGraceMs: pipeline.shutdownGraceMs,
    },
  });
}
