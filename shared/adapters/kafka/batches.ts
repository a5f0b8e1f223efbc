/**
 * Owns: how what one fetch brought is cut into what one call of the handler gets. Pure.
 */
import type { ConsumerOptions, LogRecord } from '../../ports/log.ts';

/** Splits in order; a batch has at least one record, also where that alone is too large. */
export function* batchesOf(
  records: readonly LogRecord[],
  { maxBatchBytes, maxBatchRecords }: Pick<ConsumerOptions, 'maxBatchBytes' | 'maxBatchRecords'>,
): Generator<readonly LogRecord[]> {
  let batch: LogRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.value?.length ?? 0;
    const isFull = batch.length >= maxBatchRecords || bytes + size > maxBatchBytes;
    if (batch.length > 0 && isFull) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
