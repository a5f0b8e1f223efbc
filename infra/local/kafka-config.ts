/**
 * Owns: the text of a broker's server.properties and the arguments of its programs. Pure.
 * Does not own: starting anything (kafka.ts).
 */

export interface KafkaUser {
  readonly name: string;
  readonly password: string;
}

/** What a broker needs for its listener with TLS, passwords and access control. */
export interface KafkaSecurity {
  /** PKCS12 file with the broker's key and certificate. */
  readonly keystore: string;
  readonly keystorePassword: string;
  /** The first one is the administrator (super user). */
  readonly users: readonly KafkaUser[];
}

export interface BrokerPorts {
  /** Plain text; with security on for the brokers themselves and the tests' administrator. */
  readonly internal: number;
  readonly controller: number;
  /** SASL over TLS; used with security on. */
  readonly secure: number;
}

export interface BrokerConfig {
  /** From 0; the node id is one more. */
  readonly index: number;
  readonly ports: readonly BrokerPorts[];
  readonly dataDir: string;
  readonly security?: KafkaSecurity;
  /** Added last, so they win. */
  readonly settings?: Readonly<Record<string, string>>;
}

const HOST = '127.0.0.1';

/** The settings of one broker that is its own controller (KRaft, combined mode). */
export function brokerSettings(config: BrokerConfig): Record<string, string> {
  const { index, ports, security } = config;
  const own = ports[index];
  if (own === undefined) throw new Error(`no ports for broker ${index}`);
  const listeners = [`INTERNAL://${HOST}:${own.internal}`];
  if (security !== undefined) listeners.push(`SECURE://${HOST}:${own.secure}`);
  const voters = ports.map(({ controller }, at) => `${at + 1}@${HOST}:${controller}`);
  return {
    'process.roles': 'broker,controller',
    'node.id': String(index + 1),
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: [...listeners, `CONTROLLER://${HOST}:${own.controller}`].join(','),
    'advertised.listeners': listeners.join(','),
    'inter.broker.listener.name': 'INTERNAL',
    'listener.security.protocol.map': 'INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL',
    'log.dirs': config.dataDir,
    'auto.create.topics.enable': 'false',
    ...replicationSettings(ports.length),
    ...QUICK_START,
    ...(security === undefined ? {} : securitySettings(security)),
    ...config.settings,
  };
}

/** Small and quick. Limits of sizes are left alone: raising them is the product's `setup`. */
const QUICK_START = {
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'group.initial.rebalance.delay.ms': '0',
  // The default of 128 MiB is a third of the small heap.
  'log.cleaner.dedupe.buffer.size': String(16 * 1024 * 1024),
} as const;

function replicationSettings(brokers: number): Record<string, string> {
  const inSync = brokers < 3 ? '1' : '2';
  return {
    'default.replication.factor': String(brokers),
    'offsets.topic.replication.factor': String(brokers),
    'transaction.state.log.replication.factor': String(brokers),
    'transaction.state.log.min.isr': inSync,
    'min.insync.replicas': inSync,
  };
}

/**
 * Access control holds on the SECURE listener. Who comes over the plain one on the loopback
 * address is ANONYMOUS, and that is a super user: the brokers talk to each other that way.
 */
function securitySettings(security: KafkaSecurity): Record<string, string> {
  const [admin] = security.users;
  if (admin === undefined) throw new Error('security needs an administrator');
  const known = security.users.map(({ name, password }) => `user_${name}="${password}"`).join(' ');
  const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  const scramModule = 'org.apache.kafka.common.security.scram.ScramLoginModule';
  return {
    'listener.name.secure.sasl.enabled.mechanisms': 'SCRAM-SHA-256,SCRAM-SHA-512,PLAIN',
    'listener.name.secure.scram-sha-256.sasl.jaas.config': `${scramModule} required;`,
    'listener.name.secure.scram-sha-512.sasl.jaas.config': `${scramModule} required;`,
    'listener.name.secure.plain.sasl.jaas.config': `${plainModule} required ${known};`,
    'listener.name.secure.ssl.keystore.location': security.keystore,
    'listener.name.secure.ssl.keystore.password': security.keystorePassword,
    'listener.name.secure.ssl.key.password': security.keystorePassword,
    'listener.name.secure.ssl.keystore.type': 'PKCS12',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    'super.users': `User:${admin.name};User:ANONYMOUS`,
  };
}

/** As a Java properties file: backslashes of values are doubled. */
export function propertiesText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
}

/**
 * A cluster's id out of 16 random bytes. Never begins with a dash, which StorageTool would take for
 * an option; Kafka's own generator avoids those too.
 */
export function clusterIdOf(random: Uint8Array): string {
  const bytes = Buffer.from(random);
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  return bytes.toString('base64url');
}

/** Arguments of StorageTool's `format`, which also writes the SCRAM users. */
export function formatArguments(
  clusterId: string,
  propertiesFile: string,
  users: readonly KafkaUser[],
): string[] {
  const scram = users.flatMap(({ name, password }) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  );
  return ['format', '-t', clusterId, '-c', propertiesFile, ...scram];
}
