/**
 * Owns: teaching kafkajs to unpack batches that it does not know how to. Only reading: what the
 * product writes is never packed so.
 */
import kafkajs from 'kafkajs';
import { TransientError } from '../../errors/fault.ts';

/** Each gives undefined for what is damaged or too large. */
export interface Decompressions {
  snappy(packed: Buffer): Buffer | undefined;
  lz4(packed: Buffer): Buffer | undefined;
  zstd(packed: Buffer): Buffer | undefined;
}

/** As in a batch's attributes. */
const ATTRIBUTE = { snappy: 2, lz4: 3, zstd: 4 } as const;

/** For all clients of the process: kafkajs keeps its codecs in one table. */
export function registerDecompressions(decompressions: Decompressions): void {
  for (const name of ['snappy', 'lz4', 'zstd'] as const) {
    kafkajs.CompressionCodecs[ATTRIBUTE[name]] = () => ({
      compress: () => Promise.reject(new Error(`nothing is packed with ${name}`)),
      async decompress(packed: Buffer): Promise<Buffer> {
        const unpacked = decompressions[name](packed);
        if (unpacked !== undefined) return unpacked;
        const what = `a batch packed with ${name} is damaged or too large`;
        throw new TransientError(what, { code: 'log_unavailable' });
      },
    });
  }
}
