/**
 * Owns: sending a request of our own over a connection of kafkajs', which is not part of its declared
 * interface: the version is pinned, and the contract and fencing tests use it (ADR 7, ADR 15).
 */
import type { Broker } from 'kafkajs';

/** The form of kafkajs' encoders: both names are read. */
export interface RequestBytes {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

export interface OwnRequest<T> {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly bytes: RequestBytes;
  decode(payload: Buffer): T;
}

/** What kafkajs' brokers have and its types leave out. */
interface SendingBroker {
  readonly connectionPool: {
    send<T>(message: {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        encode(): Promise<RequestBytes>;
      };
      readonly response: {
        decode(payload: Buffer): Promise<T>;
        parse(decoded: T): Promise<T>;
      };
    }): Promise<T>;
  };
}

/** The broker's answer; throws what kafkajs throws for a connection that fails. */
export function sendOwn<T>(broker: Broker, own: OwnRequest<T>): Promise<T> {
  const { apiKey, apiName, apiVersion, bytes } = own;
  const { connectionPool } = broker as Broker & SendingBroker;
  return connectionPool.send<T>({
    request: { apiKey, apiVersion, apiName, encode: () => Promise.resolve(bytes) },
    response: {
      decode: async (payload) => own.decode(payload),
      parse: (decoded) => Promise.resolve(decoded),
    },
  });
}
