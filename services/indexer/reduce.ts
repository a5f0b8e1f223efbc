/**
 * Owns: the document that stands in for one that the store refused: what every document has and
 * what identifies the request, marked as partial. The whole event stays in audit.raw.
 */
const KEPT = ['@timestamp', 'ecs', 'message', 'event', 'data_stream', 'rule'] as const;
const KEPT_PODWITNESS = ['finding', 'request_uid', 'related_event', 'coverage'] as const;
const KEPT_SESSION = [
  ...(['id', 'kind', 'state', 'revision', 'confidence', 'coverage'] as const),
  ...(['requested_at', 'started_at', 'ended_at', 'ended_by', 'last_seen_at'] as const),
  ...(['duration_ms', 'command_count', 'alert_count', 'finding_count', 'max_level'] as const),
];
const KEPT_KUBERNETES = ['namespace', 'pod', 'container', 'node'] as const;
const KEPT_AUDIT = ['level', 'auditID', 'stage', 'verb'] as const;

type Json = Readonly<Record<string, unknown>>;

function pick(from: unknown, names: readonly string[]): Json {
  if (typeof from !== 'object' || from === null) return {};
  const source = from as Json;
  return Object.fromEntries(names.filter((n) => n in source).map((n) => [n, source[n]]));
}

/** `document`: JSON as the normalizer or detector made it. */
export function reduceDocument(document: Buffer): Buffer {
  const full = JSON.parse(document.toString('utf8')) as Json;
  const kubernetes = full['kubernetes'] as Json | undefined;
  const audit = kubernetes?.['audit'];
  const own = full['podwitness'] as Json | undefined;
  const session = own?.['session'];
  const reduced = {
    ...pick(full, KEPT),
    user: pick(full['user'], ['name']),
    orchestrator: pick(full['orchestrator'], ['type', 'cluster']),
    ...(full['host'] === undefined ? {} : { host: pick(full['host'], ['name']) }),
    kubernetes: { ...pick(kubernetes, KEPT_KUBERNETES), audit: pick(audit, KEPT_AUDIT) },
    podwitness: {
      ...pick(own, KEPT_PODWITNESS),
      ...(session === undefined ? {} : { session: pick(session, KEPT_SESSION) }),
      partial: true,
    },
  };
  return Buffer.from(JSON.stringify(reduced));
}
