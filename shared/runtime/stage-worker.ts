/**
 * Owns: a worker's parts that are the same for all: codecs, topics, telemetry, limits.
 */
import type {
  AuditEvent,
  AvroRecords,
  DeadLetter,
  Finding,
  RawBatch,
  SchemaName,
  Session,
  Signal,
} from '../../schemas/generated/avro.ts';
import { TOPICS, type TopicName, topicName } from '../../schemas/topics.ts';
import { type Codec, createCodec } from '../adapters/avro/codec.ts';
import type { Config } from '../config/load.ts';
import { sealLetter } from '../domain/sealing/letter.ts';
import type { Encoded } from '../pipeline/commit.ts';
import type { Decide } from '../pipeline/decide.ts';
import { ABOUT_NOTHING, type About } from '../pipeline/letter.ts';
import { type RunningWorker, startWorker } from '../pipeline/runner.ts';
import type { Log } from '../ports/log.ts';
import type { Context } from './context.ts';
import { jsonOf } from './json-copy.ts';
import { rawKeys } from './raw-keys.ts';
import { groupOf, isJsonTopic, JSON_SUFFIX } from './topics.ts';

/** Schema of a topic's values. */
type SchemaOf<T extends TopicName> = Extract<(typeof TOPICS)[T]['schema'], SchemaName>;
export type ValueOf<T extends TopicName> = AvroRecords[SchemaOf<T>];

export function codecOf<T extends TopicName>(topic: T): Codec<ValueOf<T>> {
  return createCodec(TOPICS[topic].schema as SchemaOf<T>);
}

/** Key, headers and the log's own framing around a value. */
const RECORD_OVERHEAD_BYTES = 32 * 1024;

interface StageWorkerSpec<I extends TopicName, Out> {
  /** Stage name; with the prefix also the consumer group. */
  readonly name: string;
  readonly input: I;
  readonly changelog?: TopicName;
  /** Where a value comes from; absent: nobody knows. */
  about?(value: ValueOf<I>): About;
  readonly decide: Decide<ValueOf<I>, Out>;
  readonly out: (item: Out) => Encoded;
  /** It is to be told what time it is, also when nothing comes. */
  readonly ticks?: true;
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
  const { kafka } = context.config;
  const topic = topicName(kafka.topicPrefix, output);
  const encode = (value: ValueOf<O>) => ({ topic, key: key(value), value: codec.encode(value) });
  if (!isJsonTopic(kafka, output)) return encode;
  const copyTopic = topic + JSON_SUFFIX;
  return (value) => {
    const encoded = encode(value);
    return { ...encoded, copy: { topic: copyTopic, key: encoded.key, value: jsonOf(value) } };
  };
}

/** Where a raw batch, or an item of it, comes from. */
export function aboutBatch({ cluster, replayOf, sender, senderId, source }: RawBatch): About {
  return { source, cluster, sender, senderId, replayOf };
}

/** Where an event comes from, as far as it says it; who sent it stands in audit.raw. */
export function aboutEvent({ cluster, source }: AuditEvent): About {
  return { ...ABOUT_NOTHING, source, cluster };
}

export function aboutSignal({ cluster }: Signal): About {
  return { ...ABOUT_NOTHING, cluster };
}

export function aboutFinding({ cluster }: Finding): About {
  return { ...ABOUT_NOTHING, cluster };
}

export function aboutSession({ cluster }: Session): About {
  return { ...ABOUT_NOTHING, cluster };
}

/** Dead letters with bytes as they were sent: sealed where there is a key. What comes later is redacted. */
export function rawLetterEncoder(config: Config): (letter: DeadLetter) => Buffer {
  const codec = codecOf('audit.deadletter');
  const keys = rawKeys(config);
  return (letter) => codec.encode(sealLetter(keys, letter));
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
  const encodeRaw = rawLetterEncoder(context.config);
  return startWorker<ValueOf<I>, Out>({
    name: spec.name,
    log,
    group: groupOf(prefix, spec.name),
    topic: topicName(prefix, spec.input),
    ...(spec.changelog === undefined ? {} : { changelogTopic: topicName(prefix, spec.changelog) }),
    ...(spec.ticks === undefined ? {} : { tickIntervalMs: pipeline.tickIntervalMs }),
    decode: (bytes) => input.decode(bytes),
    ...(spec.about === undefined ? {} : { about: spec.about }),
    decide: spec.decide,
    sinks: { out: spec.out },
    dead: {
      stage: spec.name,
      topic: topicName(prefix, 'audit.deadletter'),
      maxBytes: kafka.maxMessageBytes - RECORD_OVERHEAD_BYTES,
      encode: spec.input === 'audit.raw' ? encodeRaw : (letter) => letters.encode(letter),
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
