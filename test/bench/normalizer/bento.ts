/**
 * Owns: Bento's configuration as a normalizer: events from Kafka, a mapping to a part of ECS, to Kafka.
 * Does not own: building it (../bento.ts).
 */

export interface BentoSettings {
  readonly broker: string;
  readonly input: string;
  readonly output: string;
}

/** Sixteen fields and what they hold; there is no redaction, no body, nothing that is decided. */
const MAPPING = `
let code = this.responseStatus.code | 0
root."@timestamp" = this.stageTimestamp
root.ecs.version = "8.17.0"
root.message = "%s %s %s".format(this.user.username, this.verb, this.requestURI)
root.event.id = this.auditID
root.event.kind = "event"
root.event.action = this.verb
root.event.dataset = "kubernetes.audit_logs"
root.event.outcome = if $code < 400 { "success" } else { "failure" }
root.user.name = this.user.username
root.user.roles = this.user.groups | deleted()
root.user_agent.original = this.userAgent | deleted()
root.source.ip = this.sourceIPs.index(-1) | deleted()
root.url.original = this.requestURI
root.http.response.status_code = $code
root.orchestrator.resource.type = this.objectRef.resource | deleted()
root.kubernetes.audit.level = this.level
root.kubernetes.audit.stage = this.stage
root.kubernetes.audit.objectRef = this.objectRef | deleted()
root.kubernetes.audit.annotations = this.annotations | deleted()
`;

/** acks=all is what idempotent writes imply. */
export function bentoConfig({ broker, input, output }: BentoSettings): string {
  return JSON.stringify({
    http: { enabled: false },
    logger: { level: 'ERROR' },
    metrics: { none: {} },
    input: {
      kafka_franz: {
        seed_brokers: [broker],
        topics: [input],
        consumer_group: 'bento',
        start_from_oldest: true,
        commit_period: '200ms',
        checkpoint_limit: 10_000,
        batching: { count: 1000, period: '200ms' },
      },
    },
    pipeline: { threads: 2, processors: [{ mapping: MAPPING }] },
    output: {
      kafka_franz: {
        seed_brokers: [broker],
        topic: output,
        compression: 'none',
        max_in_flight: 16,
        idempotent_write: true,
      },
    },
  });
}
