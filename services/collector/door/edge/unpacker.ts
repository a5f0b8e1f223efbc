/**
 * Owns: unpacking within what the front door may hold: packed bodies share half of it, so that bombs
 * can't take the place of what comes unpacked.
 */
import { createBudget, type Hold } from '../../budget.ts';
import type { Packing } from '../../unpack/layers.ts';
import { unpack, type Unpacked } from '../../unpack/edge/unpack.ts';

export interface UnpackerLimits {
  readonly maxDecodedBytes: number;
  readonly maxInFlightBytes: number;
}

export interface Unpacker {
  /** For one body: of the half that packed ones share. */
  open(): Hold;
  unpack(packed: Buffer, packing: Packing, holds: Holds): Promise<Unpacked>;
}

/** What one body holds of all bytes, and of those of packed bodies. */
export interface Holds {
  readonly whole: Hold;
  readonly packed: Hold;
}

export function createUnpacker({ maxDecodedBytes, maxInFlightBytes }: UnpackerLimits): Unpacker {
  const shareBytes = Math.floor(maxInFlightBytes / 2);
  const share = createBudget(shareBytes);
  return {
    open: () => share.open(),
    async unpack(packed, { layers }, holds) {
      if (layers === undefined) return { ok: false, why: 'damaged' };
      if (layers.length === 0 || packed.length === 0) return { ok: true, body: packed };
      // More than there can ever be room for is too large now: to come again would not help.
      const maxBytes = Math.min(maxDecodedBytes, shareBytes, maxInFlightBytes - packed.length);
      const grow = (bytes: number): boolean => {
        if (!holds.packed.grow(bytes)) return false;
        if (holds.whole.grow(bytes)) return true;
        holds.packed.grow(-bytes);
        return false;
      };
      return unpack(packed, layers, { maxBytes, grow });
    },
  };
}
