/** Owns: tests of infra/local/elasticsearch-config.ts. */
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  jvmOptions,
  nodeSettings,
  toolArguments,
} from '../../../../infra/local/elasticsearch-config.ts';

const NODE = {
  httpPort: 20_001,
  transportPort: 20_002,
  dataDir: '/run/"data"',
  logsDir: '/run/logs',
};

test('a node without security listens on the loopback address and writes into its run folder', () => {
  expect(parse(nodeSettings(NODE))).toMatchObject({
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': 20_001,
    'transport.port': 20_002,
    'path.data': '/run/"data"',
    'path.logs': '/run/logs',
    'xpack.security.enabled': false,
  });
});

test('security means TLS and API keys', () => {
  const text = nodeSettings({ ...NODE, keystore: '/run/config/server.p12' });
  expect(parse(text)).toMatchObject({
    'xpack.security.enabled': true,
    'xpack.security.http.ssl.enabled': true,
    'xpack.security.http.ssl.keystore.path': '/run/config/server.p12',
    'xpack.security.authc.api_key.enabled': true,
  });
});

test('the heap has one size', () => {
  expect(jvmOptions(512, '/run/logs').split('\n')).toEqual(
    expect.arrayContaining(['-Xms512m', '-Xmx512m', '-XX:ErrorFile=/run/logs/hs_err_pid%p.log']),
  );
});

test('the tools are named as their scripts would name them', () => {
  const keystore = toolArguments('/es', '/run/config', 'keystore');
  expect(keystore).toContain('-Dcli.script=/es/bin/elasticsearch-keystore');
  expect(keystore).toContain('-Dcli.libs=lib/tools/keystore-cli');
  expect(toolArguments('/es', '/run/config', 'server')).toContain('-Des.path.conf=/run/config');
});
