/**
 * Owns: the promise to tell whether the disk has room. Interface only.
 * Adapter: shared/adapters/disk.
 */
export interface Room {
  /** Bytes that may still be written. */
  freeBytes(): number;
  /** Too little for what comes from outside. */
  isShort(): boolean;
  /** Too little also for what is on its way through: the rest is the file system's. */
  isSpent(): boolean;
}

/** For tests and tools that do not care. */
export const ENDLESS_ROOM: Room = {
  freeBytes: () => Number.POSITIVE_INFINITY,
  isShort: () => false,
  isSpent: () => false,
};
