/**
 * Owns: how code below main.ts speaks: log lines and test failpoints. Interfaces only.
 * A log line is a constant message with fields; warn = nothing lost, error = loss or a person is needed.
 */
type Fields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

/**
 * Named points at which a test kills the process (`PODWITNESS_FAILPOINT`); nothing elsewhere.
 * `after-produce`: outputs are in the open transaction, offsets are not; `before-commit`: all is in
 * it; `after-commit`: it is durable, the local state is not yet; `in-restore`: fenced, state half
 * read; `after-bulk`: the store has written, nothing is committed.
 */
export type FailpointName =
  | 'after-produce'
  | 'before-commit'
  | 'after-commit'
  | 'in-restore'
  | 'after-bulk';
export type Failpoint = (name: FailpointName) => void;
