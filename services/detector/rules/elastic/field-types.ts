/**
 * Owns: which fields Elasticsearch does not treat as keywords, since a query on those means something
 * else. A test holds it against the component templates.
 * Does not own: where fields lie (fields.ts).
 */

/** `keyword` stands for everything else, too: what is not in the templates is compared as it is. */
export type FieldType = 'keyword' | 'text' | 'ip' | 'number' | 'date';

const TEXTS: ReadonlySet<string> = new Set(['message', 'error.message', 'falco.output']);

/** Fields that are searched word by word under their own name with `.text` behind it. */
const WITH_TEXT: ReadonlySet<string> = new Set([
  ...['user_agent.original', 'process.command_line', 'process.parent.command_line'],
  ...['url.original', 'url.full', 'kubernetes.audit.requestURI', 'kubernetes.audit.userAgent'],
  ...['kubernetes.audit.responseStatus.message', 'podwitness.process.original_command_line'],
]);

const IPS: ReadonlySet<string> = new Set([
  ...['source.ip', 'client.ip', 'destination.ip', 'related.ip', 'orchestrator.resource.ip'],
  ...['host.ip', 'threat.indicator.ip', 'threat.enrichments.indicator.ip', 'kubernetes.pod.ip'],
  ...['podwitness.source.claimed_ips', 'podwitness.actor.credential.issued_from'],
]);

const DATES: ReadonlySet<string> = new Set([
  ...['@timestamp', 'event.created', 'event.ingested', 'event.start', 'event.end'],
  ...['process.start', 'process.end', 'process.parent.start', 'process.parent.end'],
  ...['kubernetes.audit.requestReceivedTimestamp', 'kubernetes.audit.stageTimestamp'],
  ...['kubernetes.audit.aks_metadata.time', 'podwitness.coverage.since'],
  ...['podwitness.coverage.until'],
  ...['podwitness.rbac.granted_since'],
  ...['podwitness.rbac.granted_before', 'podwitness.actor.credential.issued_at'],
  'podwitness.actor.credential.expires_at',
]);

const NUMBERS: ReadonlySet<string> = new Set([
  ...['event.duration', 'event.severity', 'event.sequence', 'event.risk_score', 'source.port'],
  ...['source.as.number', 'client.port', 'client.as.number', 'destination.port'],
  ...['destination.as.number', 'process.pid', 'process.args_count', 'process.exit_code'],
  ...['process.tty.columns', 'process.tty.rows', 'process.tty.char_device.major'],
  ...['process.tty.char_device.minor', 'process.parent.pid', 'process.parent.args_count'],
  ...['process.parent.exit_code', 'process.entry_leader.pid', 'process.session_leader.pid'],
  ...['file.size', 'http.request.bytes', 'http.request.body.bytes', 'http.response.status_code'],
  ...['http.response.bytes', 'url.port', 'log.offset', 'kubernetes.audit.responseStatus.code'],
  ...['podwitness.coverage.expected', 'podwitness.coverage.seen', 'podwitness.redaction.count'],
  ...['podwitness.request.limit'],
  ...['podwitness.request.since_seconds', 'podwitness.request.tail_lines'],
  ...['podwitness.request.limit_bytes', 'podwitness.request.grace_period_seconds'],
  ...['podwitness.request.ports', 'podwitness.exposure.ports', 'podwitness.exposure.node_ports'],
  ...['podwitness.exposure.host_ports', 'podwitness.token.expiration_seconds'],
  ...['podwitness.csr.expiration_seconds', 'podwitness.response_items'],
]);
const RUN_AS =
  /^kubernetes\.audit\.(?:request|response)Object\..*securityContext\.runAs(?:User|Group)$/;

/** `requestURI.text` is a way to search `requestURI`; the document has the field once. */
export function withoutTextSuffix(name: string): string {
  const base = name.endsWith('.text') ? name.slice(0, -'.text'.length) : name;
  return WITH_TEXT.has(base) ? base : name;
}

export function fieldTypeOf(name: string): FieldType {
  if (TEXTS.has(name) || withoutTextSuffix(name) !== name) return 'text';
  if (IPS.has(name)) return 'ip';
  if (DATES.has(name)) return 'date';
  return NUMBERS.has(name) || RUN_AS.test(name) ? 'number' : 'keyword';
}
