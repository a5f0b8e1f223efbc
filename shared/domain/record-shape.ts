/**
 * Owns: by what a record's format is recognised, from its content alone.
 * Does not own: what it means (services/normalizer/map), what it may be wrapped in
 * (services/normalizer/read).
 */
import { isObject, type JsonObject, member, textMember } from './json.ts';
import type { RecordFormat } from './record-format.ts';

const SPO_SHAPE = ['cmdLine', 'executable', 'syscalls', 'node', 'pid'];

/** Security Profiles Operator, JSON enricher (jsonenricher.go); any version, or its members. */
function isSpo(value: JsonObject): boolean {
  if (textMember(value, 'version')?.startsWith('spo/') === true) return true;
  const isProcess = SPO_SHAPE.filter((key) => Object.hasOwn(value, key)).length >= 3;
  return isProcess && typeof value['auditID'] === 'string' && typeof value['verb'] !== 'string';
}

const PRIORITIES = new Set([
  ...[
    'emergency',
    'alert',
    'critical',
    'error',
    'warning',
    'notice',
    'informational',
    'info',
    'debug',
  ],
]);

/** Falco (formats.cpp) and falcosidekick (types.go); output, fields, tags can be switched off. */
function isFalco(value: JsonObject): boolean {
  const { priority, rule, output } = value;
  const hasFields = isObject(member(value, 'output_fields'));
  // Cut before the priority: members come in the order of their names.
  if (typeof output === 'string' && hasFields) return true;
  if (typeof rule !== 'string' || typeof priority !== 'string') return false;
  if (!PRIORITIES.has(priority.toLowerCase())) return false;
  return hasFields || ['output', 'time', 'source', 'uuid'].some((key) => Object.hasOwn(value, key));
}

/** audit.k8s.io v1 and v1beta1; an item of a list has neither kind nor apiVersion. */
function isAudit(value: JsonObject): boolean {
  const { kind, verb, auditID, apiVersion } = value;
  if (kind !== undefined && kind !== 'Event') return false;
  if (typeof verb === 'string' || typeof auditID === 'string') return !isOwnLog(value);
  return (
    kind === 'Event' && typeof apiVersion === 'string' && apiVersion.startsWith('audit.k8s.io/')
  );
}

/** A component's log line as JSON, by zap, klog, logrus, slog: it may have a `verb` (httplog.go). */
export function isOwnLog(value: JsonObject): boolean {
  const { msg, message, level, severity, auditID } = value;
  if (typeof msg !== 'string' && typeof message !== 'string') return false;
  if (typeof auditID === 'string') return false;
  const isLeveled = [level, severity].some(
    (name) =>
      typeof name === 'string' &&
      /^(?:trace|debug|info|notice|warn|warning|err|error|fatal|panic|dpanic)$/i.test(name),
  );
  return (
    isLeveled ||
    (Object.hasOwn(value, 'ts') &&
      ['caller', 'v', 'logger'].some((key) => Object.hasOwn(value, key)))
  );
}

/** The format of a record; undefined if it is none of them. */
export function formatOf(value: JsonObject): RecordFormat | undefined {
  const { kind } = value;
  // Most records are of this one; a line of SPO has an auditID too, but no verb.
  if (kind === 'Event' || (kind === undefined && typeof value['verb'] === 'string')) {
    return isAudit(value) ? 'audit' : undefined;
  }
  if (kind === 'AdmissionReview') return isObject(value['request']) ? 'admission' : undefined;
  if (kind === undefined && isSpo(value)) return 'spo';
  if (isAudit(value)) return 'audit';
  if (textMember(member(value, 'protoPayload'), 'serviceName') === 'k8s.io') return 'gke';
  return isFalco(value) ? 'falco' : undefined;
}
