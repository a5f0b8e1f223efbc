/**
 * Owns: what must hold between the keys of the schema registry.
 */
import { type Check, conflictIf, isLoopback } from './conflict.ts';

const NO_URL = 'has no effect without kafka.schemaRegistry.url: set that too, or take this out';

const login: Check = ({ kafka: { allowPlaintextCredentials, schemaRegistry: registry } }) => {
  const { passwordFile, tokenFile, username } = registry;
  const url = registry.url === undefined ? undefined : new URL(registry.url);
  const isReadable = url?.protocol === 'http:' && !isLoopback(url.hostname);
  const hasUser = username !== undefined;
  return [
    ...conflictIf(
      hasUser !== (passwordFile !== undefined),
      `kafka.schemaRegistry.${hasUser ? 'username' : 'passwordFile'}`,
      'a login needs both kafka.schemaRegistry.username and kafka.schemaRegistry.passwordFile',
    ),
    ...conflictIf(
      hasUser && tokenFile !== undefined,
      'kafka.schemaRegistry.tokenFile',
      'either a name or a token: take out kafka.schemaRegistry.username or kafka.schemaRegistry.tokenFile',
    ),
    ...conflictIf(
      isReadable && (hasUser || tokenFile !== undefined) && !allowPlaintextCredentials,
      'kafka.schemaRegistry.url',
      'the credentials would cross the network readable: use https, or, if that is meant, set ' +
        'kafka.allowPlaintextCredentials to true',
    ),
  ];
};

export const schemaRegistry: Check = (values) => {
  const { brokers, schemaRegistry: registry } = values.kafka;
  const { caFile, passwordFile, tokenFile, url, username } = registry;
  const isHttps = url !== undefined && new URL(url).protocol === 'https:';
  const without = url === undefined ? { username, passwordFile, tokenFile, caFile } : {};
  return [
    ...Object.entries(without).flatMap(([part, value]) =>
      conflictIf(value !== undefined, `kafka.schemaRegistry.${part}`, NO_URL),
    ),
    ...conflictIf(
      url !== undefined && brokers === undefined,
      'kafka.schemaRegistry.url',
      'has no effect without kafka.brokers, and the embedded log would be used: set those, or take ' +
        'this out',
    ),
    ...conflictIf(
      caFile !== undefined && url !== undefined && !isHttps,
      'kafka.schemaRegistry.caFile',
      'has no effect unless kafka.schemaRegistry.url is an https URL',
    ),
    ...(url === undefined ? [] : login(values)),
  ];
};
