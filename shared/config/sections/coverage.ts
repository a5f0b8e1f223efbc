/**
 * Owns: keys of the watch on coverage: when silence, late or missing data is told.
 */
import { z } from 'zod';
import { whole } from './values.ts';

const DAY_SECONDS = 86_400;

export const coverage = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Watch what comes in, and raise an event where something seems to be missing.'),
  silenceSeconds: whole(1, DAY_SECONDS)
    .default(900)
    .describe(
      'A sender, or a whole source of a cluster, is silent when nothing came for so long, or for ' +
        'coverage.silenceFactor times its usual longest pause where that is longer.',
    ),
  silenceFactor: z
    .number()
    .min(1)
    .max(100)
    .default(3)
    .describe('How many times its usual longest pause (of the last seven days) is silence.'),
  establishedSeconds: whole(1, 7 * DAY_SECONDS)
    .default(3600)
    .describe(
      'Who has sent for less than this, or fewer than ten batches, is not missed: a test, a pod ' +
        'that lived for minutes.',
    ),
  forgetHours: whole(1, 48)
    .default(24)
    .describe(
      'A sender that is silent for so long is no longer waited for; a whole source, seven times so long.',
    ),
  windowSeconds: whole(1, 3600)
    .default(300)
    .describe('The windows in which the volume of a source is counted.'),
  fallingPercent: whole(1, 90)
    .default(20)
    .describe(
      'Volume falls when two windows in a row hold less than this share of the usual: the mean of ' +
        'the last twelve windows, or that of the same hour on other days if this is less.',
    ),
  minWindowRecords: whole(1, 1_000_000_000)
    .default(500)
    .describe('Windows that usually hold fewer records are not judged.'),
  lateSeconds: whole(1, DAY_SECONDS)
    .default(300)
    .describe(
      'A batch is late when its newest event is so old as it arrives. The retries of a ' +
        'kube-apiserver take up to 250 s.',
    ),
  lateBatches: whole(1, 1000)
    .default(5)
    .describe('So many batches of a sender in a row must be late, and so many in time end it.'),
  lateForSeconds: whole(0, DAY_SECONDS)
    .default(300)
    .describe('They must be late for so long: old logs that are read in once are not told.'),
  maxSkewSeconds: whole(1, DAY_SECONDS)
    .default(60)
    .describe('Events that are dated further in the future say that a clock is wrong.'),
  gapAllowanceSeconds: whole(1, DAY_SECONDS)
    .default(300)
    .describe(
      'How long a record of a collector may take to come through after one with a higher number ' +
        'before it is told as missing.',
    ),
  maxTracked: whole(10, 1_000_000)
    .default(10_000)
    .describe(
      'The most sources and senders that are watched per partition; beyond it those that have been ' +
        'silent for longest are let go.',
    ),
});
