/**
 * Owns: what `npm run local` is asked for: its options, their defaults, the help. Pure.
 * Does not own: doing it (main.ts).
 */
import { parseArgs } from 'node:util';
import { KAFKA_VERSIONS, type KafkaVersion, parseKafkaVersion } from './downloads.ts';

export interface LocalRequest {
  readonly help: boolean;
  readonly kafka: KafkaVersion;
  readonly brokers: 1 | 3;
  readonly secure: boolean;
}

export const HELP = `npm run local -- [options]

Starts a real Kafka and a real Elasticsearch on this machine, without containers, and stays until
Ctrl-C; then both and their data are gone. Needs a JDK (17 to 23) and, for the first download,
Maven. Everything listens on 127.0.0.1 only.

  --kafka VERSION   ${KAFKA_VERSIONS.join(' or ')} (default 3.9.1, or PODWITNESS_LOCAL_KAFKA)
  --brokers N       1 or 3 (default 1)
  --secure          TLS and passwords on both, access control in Kafka
  --help            this text

Downloads and logs are kept in $PODWITNESS_LOCAL_CACHE, or else $XDG_CACHE_HOME/podwitness,
~/.cache/podwitness; for root /var/cache/podwitness.
`;

/** Throws with a sentence for the user when the arguments are wrong. */
export function parseCommandLine(
  args: readonly string[],
  env: { readonly PODWITNESS_LOCAL_KAFKA?: string | undefined },
): LocalRequest {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      kafka: { type: 'string', default: env.PODWITNESS_LOCAL_KAFKA ?? '3.9.1' },
      brokers: { type: 'string', default: '1' },
      secure: { type: 'boolean', default: false },
    },
  });
  if (values.brokers !== '1' && values.brokers !== '3') {
    throw new Error(`--brokers ${values.brokers}: only 1 or 3`);
  }
  return {
    help: values.help,
    kafka: parseKafkaVersion(values.kafka),
    brokers: values.brokers === '1' ? 1 : 3,
    secure: values.secure,
  };
}
