/** Owns: tests of infra/local/kafka-config.ts. */
import { expect, test } from 'vitest';
import {
  brokerSettings,
  clusterIdOf,
  formatArguments,
  propertiesText,
} from '../../../../infra/local/kafka-config.ts';

const PORTS = [1, 2, 3].map((broker) => ({
  internal: 20_000 + broker,
  controller: 21_000 + broker,
  secure: 22_000 + broker,
}));
const SECURITY = {
  keystore: '/run/server.p12',
  keystorePassword: 'store',
  users: [
    { name: 'admin', password: 'a' },
    { name: 'alice', password: 'b' },
  ],
};

test('one broker listens on the loopback address only and keeps one replica', () => {
  const settings = brokerSettings({ index: 0, ports: PORTS.slice(0, 1), dataDir: '/run/data' });
  expect(settings).toMatchObject({
    'node.id': '1',
    listeners: 'INTERNAL://127.0.0.1:20001,CONTROLLER://127.0.0.1:21001',
    'advertised.listeners': 'INTERNAL://127.0.0.1:20001',
    'controller.quorum.voters': '1@127.0.0.1:21001',
    'auto.create.topics.enable': 'false',
    'min.insync.replicas': '1',
    'transaction.state.log.replication.factor': '1',
  });
  expect(Object.keys(settings).join()).not.toMatch(/super\.users|message\.max|fetch\.max/);
});

test('three brokers vote, keep three replicas and want two of them in sync', () => {
  expect(brokerSettings({ index: 2, ports: PORTS, dataDir: '/run/data' })).toMatchObject({
    'node.id': '3',
    'controller.quorum.voters': '1@127.0.0.1:21001,2@127.0.0.1:21002,3@127.0.0.1:21003',
    'default.replication.factor': '3',
    'offsets.topic.replication.factor': '3',
    'transaction.state.log.min.isr': '2',
    'min.insync.replicas': '2',
  });
});

test('security adds a listener with TLS and access control, closed to whom no rule lets in', () => {
  const config = { index: 0, ports: PORTS.slice(0, 1), dataDir: '/run/data', security: SECURITY };
  const settings = brokerSettings(config);
  expect(settings).toMatchObject({
    'advertised.listeners': 'INTERNAL://127.0.0.1:20001,SECURE://127.0.0.1:22001',
    'listener.security.protocol.map': 'INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL',
    'allow.everyone.if.no.acl.found': 'false',
    'super.users': 'User:admin;User:ANONYMOUS',
  });
  expect(settings['listener.name.secure.plain.sasl.jaas.config']).toContain(
    'required user_admin="a" user_alice="b";',
  );
});

test('given settings win', () => {
  const settings = { 'min.insync.replicas': '3' };
  const config = { index: 0, ports: PORTS, dataDir: '/run/data', settings };
  expect(brokerSettings(config)).toMatchObject(settings);
});

test('a broker without ports is an error', () => {
  expect(() => brokerSettings({ index: 3, ports: PORTS, dataDir: '/run' })).toThrow('broker 3');
});

test('backslashes of values are doubled', () => {
  expect(propertiesText({ 'log.dirs': 'C:\\data', a: 'b' })).toBe('log.dirs=C:\\\\data\na=b\n');
});

test('formatting adds each user for both mechanisms', () => {
  const [, ...users] = SECURITY.users;
  expect(formatArguments('id', 'server.properties', users)).toEqual([
    ...['format', '-t', 'id', '-c', 'server.properties'],
    ...['--add-scram', 'SCRAM-SHA-256=[name=alice,password=b]'],
    ...['--add-scram', 'SCRAM-SHA-512=[name=alice,password=b]'],
  ]);
});

test('the id of a cluster never looks like an option', () => {
  const looksLikeOption = Buffer.from('-'.padEnd(22, 'A'), 'base64url');
  expect(clusterIdOf(looksLikeOption)).toBe('eAAAAAAAAAAAAAAAAAAAAA');
});
