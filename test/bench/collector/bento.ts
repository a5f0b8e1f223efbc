/**
 * Owns: Bento's configuration as a collector.
 * Does not own: building it (../bento.ts), running it (subjects.ts).
 */
export interface BentoSettings {
  readonly port: number;
  readonly broker: string;
  readonly topic: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** EventLists over TLS, cut into events, to Kafka; acks=all is what idempotent writes imply. */
export function bentoConfig(settings: BentoSettings): string {
  return JSON.stringify({
    http: { enabled: false },
    logger: { level: 'ERROR' },
    metrics: { none: {} },
    input: {
      http_server: {
        address: `127.0.0.1:${settings.port}`,
        path: '/post',
        allowed_verbs: ['POST'],
        timeout: '30s',
        cert_file: settings.certFile,
        key_file: settings.keyFile,
      },
    },
    pipeline: {
      threads: 2,
      processors: [{ mapping: 'root = this.items' }, { unarchive: { format: 'json_array' } }],
    },
    output: {
      kafka_franz: {
        seed_brokers: [settings.broker],
        topic: settings.topic,
        compression: 'none',
        max_in_flight: 16,
        idempotent_write: true,
      },
    },
  });
}
