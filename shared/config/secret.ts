/**
 * Owns: text that must never be printed by accident: passwords, keys, certificates.
 * Does not own: reading the files they come from (load.ts).
 */

/** Shows as a placeholder when logged, inspected or made into JSON. */
export interface Secret {
  reveal(): string;
  toJSON(): string;
  toString(): string;
}

const PLACEHOLDER = '[secret]';

/** The text lives in a closure, where neither JSON.stringify nor util.inspect looks. */
export function createSecret(text: string): Secret {
  return {
    reveal: () => text,
    toJSON: () => PLACEHOLDER,
    toString: () => PLACEHOLDER,
  };
}

/** The keys whose value is the path of a file that is read at start. */
export type SecretKey =
  | 'http.tls.certFile'
  | 'http.tls.keyFile'
  | 'http.tls.clientCaFile'
  | 'kafka.ssl.caFile'
  | 'kafka.ssl.certFile'
  | 'kafka.ssl.keyFile'
  | 'kafka.sasl.passwordFile'
  | 'kafka.schemaRegistry.passwordFile'
  | 'kafka.schemaRegistry.tokenFile'
  | 'kafka.schemaRegistry.caFile'
  | 'elasticsearch.apiKeyFile'
  | 'elasticsearch.passwordFile'
  | 'elasticsearch.caFile'
  | 'collector.raw.keyFile'
  | 'normalizer.redaction.keyFile';

/** The keys whose value is a list of such paths. */
export type SecretListKey = 'collector.raw.previousKeyFiles';

/** Contents of the files that are named in the configuration, by the key that names them. */
export type Secrets = { readonly [Key in SecretKey]?: Secret } & {
  readonly [Key in SecretListKey]?: readonly Secret[];
};
