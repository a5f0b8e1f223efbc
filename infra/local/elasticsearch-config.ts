/**
 * Owns: the text of a node's elasticsearch.yml, jvm.options and log4j2.properties. Pure.
 * Does not own: starting anything (elasticsearch.ts).
 */

export interface NodeConfig {
  readonly httpPort: number;
  readonly transportPort: number;
  readonly dataDir: string;
  readonly logsDir: string;
  /** PKCS12 file inside the configuration folder; its password is in the node's own keystore. */
  readonly keystore?: string;
}

/** JSON is YAML, and says how strings are quoted. */
export function nodeSettings(config: NodeConfig): string {
  const secure = config.keystore !== undefined;
  const settings: Record<string, string | number | boolean> = {
    'cluster.name': 'podwitness-local',
    'node.name': 'local',
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': config.httpPort,
    'transport.port': config.transportPort,
    'path.data': config.dataDir,
    'path.logs': config.logsDir,
    // A full disk of the machine is not the tests' subject.
    'cluster.routing.allocation.disk.threshold_enabled': false,
    'xpack.security.enabled': secure,
    // With security off, the launcher would look whether it should turn it on.
    'xpack.security.autoconfiguration.enabled': false,
    ...(secure && {
      'xpack.security.http.ssl.enabled': true,
      'xpack.security.http.ssl.keystore.path': config.keystore,
      'xpack.security.authc.api_key.enabled': true,
    }),
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

/** Secrets of the node's own keystore, in the order of KEYSTORE_SETTINGS, one per line. */
export function keystoreInput(password: string, keystorePassword: string): string {
  return `${password}\n${keystorePassword}\n`;
}

export const KEYSTORE_SETTINGS = [
  'bootstrap.password',
  'xpack.security.http.ssl.keystore.secure_password',
] as const;

/** The command line of one of the distribution's tools, as its (missing) scripts would call it. */
export function toolArguments(home: string, config: string, tool: 'server' | 'keystore'): string[] {
  const [script, libs] =
    tool === 'server'
      ? ['elasticsearch', 'lib/tools/server-cli']
      : ['elasticsearch-keystore', 'lib/tools/keystore-cli'];
  return [
    ...['-Xms4m', '-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
    `-Dcli.name=${tool}`,
    `-Dcli.script=${home}/bin/${script}`,
    `-Dcli.libs=${libs}`,
    `-Des.path.home=${home}`,
    `-Des.path.conf=${config}`,
    '-Des.distribution.type=tar',
    '-cp',
    `${home}/lib/*:${home}/lib/cli-launcher/*`,
    'org.elasticsearch.launcher.CliToolLauncher',
  ];
}

export function jvmOptions(heapMiB: number, logsDir: string): string {
  return [
    `-Xms${heapMiB}m`,
    `-Xmx${heapMiB}m`,
    '-XX:+UseG1GC',
    '-XX:+ExitOnOutOfMemoryError',
    // Not into the working directory, which is the shared distribution.
    `-XX:ErrorFile=${logsDir}/hs_err_pid%p.log`,
    '-Djava.io.tmpdir=${ES_TMPDIR}',
    '',
  ].join('\n');
}

/** Everything to the console: the supervisor writes that into the kept log. */
export const LOG4J2_PROPERTIES = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`;
