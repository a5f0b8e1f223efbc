/**
 * Owns: how unpacking in small steps is told: pure code that tells after each what it
 * holds, so that whoever drives it can count that, and let others have the processor.
 */

/** Why a body can't be unpacked: its bytes are wrong, or it would become more than is allowed. */
export type Trouble = 'damaged' | 'too_large';

/** Yields how many bytes more it now holds (below 0: fewer); ends with all, or with what is wrong. */
export type Steps = Generator<number, Buffer | Trouble, void>;
