/**
 * Owns: the configuration as it may be printed: values as they hold, no contents of files.
 */
import type { Config } from './load.ts';
import type { ConfigValues } from './schema.ts';

/** Paths of secret files stay: they say where to look and hold nothing themselves. */
export function redactConfig(config: Config): ConfigValues {
  const { secrets: _unprinted, ...values } = config;
  return values;
}
