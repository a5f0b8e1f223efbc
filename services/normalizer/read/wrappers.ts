/**
 * Owns: the wrappers that clouds and collectors put around records, known by their structure:
 * CloudWatch, Firehose and Kinesis, Pub/Sub and Cloud Logging, Azure's diagnostic records,
 * CloudEvents, OpenTelemetry; and lists.
 * Does not own: a record in a text or member of a shipper's record (unwrap.ts).
 */
import { textFields, within } from './envelope.ts';
import { formatOf } from '../../../shared/domain/record-shape.ts';
import type { Envelope, JsonObject, Read } from './leaf.ts';
import {
  bad,
  elementsOf,
  inner,
  isObject,
  leaf,
  member,
  type Node,
  noise,
  type Reader,
  textMember,
} from './node.ts';
import { logRecords } from './otlp.ts';

/** How to go on from inside of a wrapper. */
export interface Readers {
  /** Any value. */
  readonly value: Reader;
  /** Elements that follow each other: pieces of one record may be among them. */
  readonly siblings: (nodes: readonly Node[]) => readonly Read[];
  /** A text in a node, which may hold several records. */
  readonly text: (text: string, node: Node, envelope: Envelope) => readonly Read[];
  /** A base64 text in a node: bytes of any kind. */
  readonly base64: (text: string, node: Node, envelope: Envelope) => readonly Read[];
}

type Wrapper = (value: JsonObject, node: Node, readers: Readers) => readonly Read[] | undefined;

/** Kubernetes lists: EventList and its like; also a bare `items`. */
const list: Wrapper = ({ items, kind }, node, { siblings }) => {
  if (!Array.isArray(items)) return undefined;
  const nodes = elementsOf(node, items, 'items');
  return kind === 'EventList' ? events(nodes, siblings) : siblings(nodes);
};

/** Straight from an API server: no shipper has been at them. This is most of what there is. */
function events(nodes: readonly Node[], others: Readers['siblings']): readonly Read[] {
  const reads: Read[] = [];
  for (const node of nodes) {
    const { value } = node;
    if (isObject(value) && formatOf(value) === 'audit') reads.push(leaf(node, 'audit', value));
    else for (const read of others([node])) reads.push(read);
  }
  return reads;
}

const EKS_GROUP = /^\/aws\/eks\/([^/]{1,255})\/cluster$/;
const EKS_AUDIT = 'kube-apiserver-audit';

/** CloudWatch Logs, subscription filters; the groups of EKS hold other components' text too. */
const cloudWatch: Wrapper = (value, node, { siblings }) => {
  const { messageType, logEvents } = value;
  if (typeof messageType !== 'string' || !Array.isArray(logEvents)) return undefined;
  if (messageType === 'CONTROL_MESSAGE') return [noise('probe')];
  const logGroup = textMember(value, 'logGroup') ?? '';
  const logStream = textMember(value, 'logStream') ?? '';
  const cluster = EKS_GROUP.exec(logGroup)?.[1];
  if (cluster !== undefined && !logStream.startsWith(EKS_AUDIT))
    return logEvents.map(() => noise());
  const fields = textFields({ logGroup, logStream, owner: value['owner'] });
  const found = { fields, ...(cluster === undefined ? {} : { cluster }) };
  const envelope = within(node.envelope, 'cloudwatch', found);
  return siblings(elementsOf(node, logEvents, 'logEvents', envelope));
};

/** Lambda's event for a subscription. */
const lambda: Wrapper = (value, node, { base64 }) => {
  const data = textMember(member(value, 'awslogs'), 'data');
  return data === undefined ? undefined : base64(data, node, within(node.envelope, 'lambda'));
};

/** Each element's base64 text; what has none is bad. */
function packed(
  nodes: readonly Node[],
  dataOf: (value: unknown) => string | undefined,
  { base64 }: Readers,
): readonly Read[] {
  return nodes.flatMap((node) => {
    const data = dataOf(node.value);
    return data === undefined ? [bad('No data', node.bytes)] : base64(data, node, node.envelope);
  });
}

/** Firehose's HTTP endpoint protocol. */
const firehose: Wrapper = (value, node, readers) => {
  const { records } = value;
  if (!Array.isArray(records) || typeof value['requestId'] !== 'string') return undefined;
  const envelope = within(node.envelope, 'firehose');
  const nodes = elementsOf(node, records, 'records', envelope);
  return packed(nodes, (record) => textMember(record, 'data'), readers);
};

/** Lambda's event for a Kinesis stream. */
const kinesis: Wrapper = (value, node, readers) => {
  const { Records: records } = value;
  if (!Array.isArray(records) || !isObject(member(records[0], 'kinesis'))) return undefined;
  const envelope = within(node.envelope, 'kinesis');
  const nodes = elementsOf(node, records, 'Records', envelope);
  return packed(nodes, (record) => textMember(member(record, 'kinesis'), 'data'), readers);
};

function fromMessage(
  message: unknown,
  node: Node,
  subscription: unknown,
  readers: Readers,
): readonly Read[] | undefined {
  const data = textMember(message, 'data');
  if (data === undefined) return undefined;
  const messageId = member(message, 'messageId') ?? member(message, 'message_id');
  const fields = textFields({ messageId, subscription });
  return readers.base64(data, node, within(node.envelope, 'pubsub', { fields }));
}

/** Pub/Sub: a push, a pull's answer, a message. */
const pubSub: Wrapper = (value, node, readers) => {
  const { message, receivedMessages } = value;
  if (Array.isArray(receivedMessages)) {
    return elementsOf(node, receivedMessages, 'receivedMessages').flatMap(
      (each) =>
        fromMessage(member(each.value, 'message'), each, undefined, readers) ?? [
          bad('No data', each.bytes),
        ],
    );
  }
  if (isObject(message)) return fromMessage(message, node, value['subscription'], readers);
  return typeof value['messageId'] === 'string'
    ? fromMessage(value, node, undefined, readers)
    : undefined;
};

/** A LogEntry, with what it says about its place. */
export function fromCloudLogging(value: JsonObject, node: Node): Node {
  const labels = member(value['resource'], 'labels');
  const cluster = textMember(labels, 'cluster_name');
  const fields = textFields({
    ...{ logName: value['logName'], insertId: value['insertId'] },
    ...{ project: member(labels, 'project_id'), pod: member(labels, 'pod_name') },
    namespace: member(labels, 'namespace_name'),
    container: member(labels, 'container_name'),
  });
  const found = { fields, ...(cluster === undefined ? {} : { cluster }) };
  return { ...node, envelope: within(node.envelope, 'cloud-logging', found) };
}

/** Cloud Logging: a LogEntry that is no audit record of Kubernetes; its payload may be one of ours. */
const logEntry: Wrapper = (value, outer, { value: read, text }) => {
  if (typeof value['logName'] !== 'string' || !isObject(value['resource'])) return undefined;
  const node = fromCloudLogging(value, outer);
  const reads = isObject(value['jsonPayload'])
    ? read(inner(node, 'jsonPayload', node.envelope))
    : text(textMember(value, 'textPayload') ?? '', node, node.envelope);
  // Other logs of a sink that was not filtered are no fault of this record.
  return reads.some(({ kind }) => kind === 'leaf') ? reads : [noise()];
};

const AZURE_AUDIT = new Set(['kube-audit', 'kube-audit-admin']);

/** One of Azure's diagnostic records; `properties` and its `log` are each a text or an object. */
const azure: Wrapper = (value, node, { value: read, text }) => {
  const { category, properties, resourceId } = value;
  const isPart = typeof properties === 'string' || isObject(properties);
  if (typeof category !== 'string' || !isPart || typeof resourceId !== 'string') return undefined;
  if (!AZURE_AUDIT.has(category.toLowerCase())) return [noise()];
  const fields = textFields({
    ...{
      resourceId,
      category,
      pod: member(properties, 'pod'),
      stream: member(properties, 'stream'),
    },
    ...{
      container: member(properties, 'containerID'),
      operationName: value['operationName'],
      serviceBuild: value['serviceBuild'],
      time: value['time'],
    },
  });
  const cluster = /\/managedclusters\/([^/]{1,255})/i.exec(resourceId)?.[1]?.toLowerCase();
  const found = { fields, ...(cluster === undefined ? {} : { cluster }) };
  const envelope = within(node.envelope, 'azure', found);
  if (typeof properties === 'string') return text(properties, node, envelope);
  const log = member(properties, 'log');
  if (typeof log === 'string') return text(log, node, envelope);
  return read(inner(inner(node, 'properties', envelope), 'log', envelope));
};

/** An Event Hub's message, and a file of a storage account. */
const azureRecords: Wrapper = ({ records }, node, { siblings }) =>
  Array.isArray(records) ? siblings(elementsOf(node, records, 'records')) : undefined;

/** CloudEvents 1.0, JSON format; Falco and falcosidekick write it. */
const cloudEvent: Wrapper = (value, node, { value: read, text, base64 }) => {
  const { specversion, type, source, subject, data } = value;
  if (typeof specversion !== 'string' || typeof type !== 'string') return undefined;
  const envelope = within(node.envelope, 'cloudevents', {
    fields: textFields({ type, source, subject }),
  });
  const binary = textMember(value, 'data_base64');
  if (binary !== undefined) return base64(binary, node, envelope);
  return typeof data === 'string'
    ? text(data, node, envelope)
    : read(inner(node, 'data', envelope));
};

/** OTLP/HTTP in JSON. */
const openTelemetry: Wrapper = (value, node, { siblings }) =>
  Array.isArray(value['resourceLogs'])
    ? siblings(logRecords(value['resourceLogs'], node))
    : undefined;

const WRAPPERS: readonly Wrapper[] = [
  ...[list, cloudWatch, lambda, firehose, kinesis, pubSub, logEntry, azure, azureRecords],
  ...[cloudEvent, openTelemetry],
];

/** What is in a wrapper; undefined if the object is none. */
export function unwrapKnown(
  value: JsonObject,
  node: Node,
  readers: Readers,
): readonly Read[] | undefined {
  for (const wrapper of WRAPPERS) {
    const reads = wrapper(value, node, readers);
    if (reads !== undefined) return reads;
  }
  return undefined;
}
