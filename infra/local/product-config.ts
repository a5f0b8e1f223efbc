/**
 * Owns: the podwitness.yaml that points the product at the local servers. Pure but for writing it.
 * Does not own: what the keys mean (shared/config/schema.ts).
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { LocalElasticsearch } from './elasticsearch.ts';
import type { LocalKafka } from './kafka.ts';

const KAFKA_PASSWORD = 'kafka-password';
const ELASTICSEARCH_PASSWORD = 'elasticsearch-password';

/** `folder` is where the files with passwords lie. */
export function productConfig(
  kafka: Pick<LocalKafka, 'brokers' | 'access'>,
  elasticsearch: Pick<LocalElasticsearch, 'node' | 'access'>,
  folder: string,
): Record<string, unknown> {
  return {
    dataDir: join(folder, 'data'),
    kafka: {
      brokers: kafka.brokers,
      ...(kafka.access && {
        ssl: { enabled: true, caFile: kafka.access.caFile },
        sasl: {
          mechanism: 'scram-sha-512',
          username: kafka.access.admin.name,
          passwordFile: join(folder, KAFKA_PASSWORD),
        },
      }),
    },
    elasticsearch: {
      node: elasticsearch.node,
      ...(elasticsearch.access && {
        username: elasticsearch.access.username,
        passwordFile: join(folder, ELASTICSEARCH_PASSWORD),
        caFile: elasticsearch.access.caFile,
      }),
    },
  };
}

/** Returns the path of the written podwitness.yaml. */
export async function writeProductConfig(
  kafka: Pick<LocalKafka, 'brokers' | 'access'>,
  elasticsearch: Pick<LocalElasticsearch, 'node' | 'access'>,
  folder: string,
): Promise<string> {
  const secrets: readonly (readonly [string, string | undefined])[] = [
    [KAFKA_PASSWORD, kafka.access?.admin.password],
    [ELASTICSEARCH_PASSWORD, elasticsearch.access?.password],
  ];
  for (const [name, secret] of secrets) {
    if (secret !== undefined) await writeFile(join(folder, name), secret, { mode: 0o600 });
  }
  const path = join(folder, 'podwitness.yaml');
  await writeFile(path, stringify(productConfig(kafka, elasticsearch, folder)));
  return path;
}
