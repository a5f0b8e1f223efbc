/**
 * Owns: keys of the workers between the front door and the store.
 */
import { z } from 'zod';
import { KIB, MIB, MINUTE_MS, whole } from './values.ts';

export const pipeline = z.strictObject({
  maxBatchRecords: whole(1, 100_000)
    .default(2000)
    .describe('The most records of one partition that are worked on at a time.'),
  maxBatchBytes: whole(64 * KIB, 256 * MIB)
    .default(8 * MIB)
    .describe('About the most bytes of them.'),
  tickIntervalMs: whole(10, MINUTE_MS)
    .default(1000)
    .describe('How often a quiet partition is told what time it is.'),
  retryInitialMs: whole(1, MINUTE_MS)
    .default(100)
    .describe('The first wait after a neighbour could not serve; each next one is longer.'),
  retryMaxMs: whole(1, 10 * MINUTE_MS)
    .default(10_000)
    .describe('The longest of these waits. Nothing is dropped, however many there are.'),
  shutdownGraceMs: whole(0, 10 * MINUTE_MS)
    .default(20_000)
    .describe(
      'How long batches in hand may take after SIGTERM. Keep it below the pod’s termination grace.',
    ),
});

export const indexer = z.strictObject({
  seenWindowHours: whole(1, 24 * 30)
    .default(24)
    .describe('How long an event’s id is remembered, so that a repeat is not written again.'),
  bulkMaxBytes: whole(64 * KIB, 100 * MIB)
    .default(8 * MIB)
    .describe('About the largest bulk request.'),
});
