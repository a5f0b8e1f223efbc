/**
 * Owns: log records of OpenTelemetry's protocol in JSON (opentelemetry-proto, logs/v1): AnyValue to
 * plain values, resource attributes to an envelope.
 */
import { textFields, within } from './envelope.ts';
import type { Envelope } from './leaf.ts';
import { elementsOf, isObject, member, type Node } from './node.ts';

const MAX_DEPTH = 32;

function keyValues(list: unknown, depth: number): Readonly<Record<string, unknown>> {
  if (!Array.isArray(list)) return {};
  return Object.fromEntries(
    list.filter(isObject).map((each) => [String(each['key']), anyValue(each['value'], depth)]),
  );
}

/** The plain value of an AnyValue; integers come as texts in this encoding, and stay texts. */
function anyValue(value: unknown, depth = 0): unknown {
  if (!isObject(value) || depth > MAX_DEPTH) return undefined;
  const { kvlistValue, arrayValue } = value;
  if (isObject(kvlistValue)) return keyValues(kvlistValue['values'], depth + 1);
  if (isObject(arrayValue)) {
    const { values } = arrayValue;
    return Array.isArray(values) ? values.map((each) => anyValue(each, depth + 1)) : [];
  }
  return value['stringValue'] ?? value['intValue'] ?? value['doubleValue'] ?? value['boolValue'];
}

function envelopeOf(resource: unknown, outer: Envelope): Envelope {
  const attributes = keyValues(member(resource, 'attributes'), 0);
  const cluster = attributes['k8s.cluster.name'];
  const node = attributes['k8s.node.name'] ?? attributes['host.name'];
  const fields = textFields({
    ...{ pod: attributes['k8s.pod.name'], namespace: attributes['k8s.namespace.name'] },
    container: attributes['k8s.container.name'],
  });
  return within(outer, 'otlp', {
    ...(typeof cluster === 'string' ? { cluster } : {}),
    ...(typeof node === 'string' ? { node } : {}),
    fields,
  });
}

function children(node: Node, key: string, envelope = node.envelope): readonly Node[] {
  const list = member(node.value, key);
  return Array.isArray(list) ? elementsOf(node, list, key, envelope) : [];
}

/** A node for the body of each log record; a text is told as a shipper's message would be. */
export function logRecords(resourceLogs: readonly unknown[], node: Node): readonly Node[] {
  return elementsOf(node, resourceLogs, 'resourceLogs').flatMap((resource) => {
    const envelope = envelopeOf(member(resource.value, 'resource'), node.envelope);
    const scopes = children(resource, 'scopeLogs', envelope);
    return scopes.flatMap((scope) =>
      children(scope, 'logRecords').map((record) => {
        const body = anyValue(member(record.value, 'body'));
        return { ...record, value: isObject(body) ? body : { body } };
      }),
    );
  });
}
