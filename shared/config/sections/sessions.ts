/**
 * Owns: the keys `sessions.*`.
 */
import { z } from 'zod';
import { whole } from './values.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

export const sessions = z.strictObject({
  graceMs: whole(0, 10 * MINUTE_MS)
    .default(5 * SECOND_MS)
    .describe('How long after its end a command is still of a session and has not outlived it.'),
  clockSkewMs: whole(0, 10 * MINUTE_MS)
    .default(2 * SECOND_MS)
    .describe('How far the clocks of nodes and API servers may differ.'),
  lateEventsMs: whole(SECOND_MS, 24 * 60 * MINUTE_MS)
    .default(5 * MINUTE_MS)
    .describe(
      'How long commands that lie in no session are kept, for a request that comes late: an API server ' +
        'repeats for about four minutes.',
    ),
  settleMs: whole(SECOND_MS, 24 * 60 * MINUTE_MS)
    .default(3 * MINUTE_MS)
    .describe(
      'When it is judged that something is missing: so long after it should have come. The operator’s ' +
        'enricher keeps commands for a minute.',
    ),
  holdFindingsMs: whole(0, 60 * MINUTE_MS)
    .default(35 * SECOND_MS)
    .describe(
      'How long a finding about a command waits for the session that it lies in. An API server keeps ' +
        'events for up to 30 s before it sends them.',
    ),
  maxAgeHours: whole(1, 24 * 365)
    .default(24)
    .describe('A session whose end was not seen is closed at that age.'),
  keepClosedHours: whole(1, 24 * 30)
    .default(24)
    .describe('How long a closed session can still be changed by what comes late.'),
  maxCommands: whole(10, 100_000)
    .default(2000)
    .describe('How many commands and alerts of a session are listed in its document.'),
  cacheMb: whole(1, 4096)
    .default(64)
    .describe('Memory for sessions, per worker; the rest lies on disk.'),
});
