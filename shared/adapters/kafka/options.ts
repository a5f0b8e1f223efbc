/**
 * Owns: what the Kafka log is opened with, and the figures that its parts share.
 * Does not own: where the values come from (shared/config).
 */
import type { Clock, Failpoint, Logger } from '../../ports/telemetry.ts';

export interface KafkaTls {
  /** PEM; absent: the certificate authorities that Node trusts. */
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly rejectUnauthorized?: boolean;
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface KafkaLogOptions {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: KafkaTls;
  readonly sasl?: KafkaSasl;
  /** Begins every transactional id; equal in all processes of one installation. */
  readonly transactionalIdPrefix: string;
  /** Local cache of the lanes' state. May be lost at any time: it is rebuilt from the changelog. */
  readonly stateDirectory: string;
  /** Of topics that are made; absent: 3, or as many as there are brokers. */
  readonly replicationFactor?: number;
  /** The largest message that any topic of the product takes. */
  readonly maxMessageBytes: number;
  /** When an append that got no answer is given up; absent: APPEND_TIMEOUT_MS. */
  readonly appendTimeoutMs?: number;
  /** Told, at the start and every minute, why less is kept than promised; undefined: all is well. */
  readonly onDurability?: (weakness: string | undefined) => void;
  /** Told why appends are refused, and (undefined) that they are taken again. */
  readonly onAppendTrouble?: (reason: string | undefined) => void;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly failpoint?: Failpoint;
  readonly group?: Partial<GroupTimes>;
}

export interface GroupTimes {
  /** A member that is silent for so long has lost its partitions. */
  readonly sessionTimeoutMs: number;
  /** Also the time in which a rebalance is noticed. */
  readonly heartbeatIntervalMs: number;
}

export const DEFAULT_GROUP_TIMES: GroupTimes = {
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 1_000,
};

/** Well below the 30 s after which a kube-apiserver hangs up, so that it hears 503 instead. */
export const APPEND_TIMEOUT_MS = 12_000;

/**
 * An open transaction hides everything behind it from readers of committed records, so the broker
 * aborts one that is left behind after this time.
 */
export const TRANSACTION_TIMEOUT_MS = 15_000;
/** After this time a commit counts as failed; shorter than the broker's own limit. */
export const COMMIT_DEADLINE_MS = 12_000;
/** Longest wait of a lane for a full batch, and so the shortest time between two commits of it. */
export const LINGER_MS = 100;
/** Longest wait of one fetch where nothing comes; a stop does not wait for it. */
export const IDLE_FETCH_WAIT_MS = 500;
