/**
 * Owns: the recorded sessions, and what `scan` makes of them: what every other way has to come to.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './podwitness.ts';
import { type RecordedSessions, recordedSessions } from './recorded-sessions.ts';
import { bodyOf } from './session-views.ts';

export interface ScannedSessions {
  readonly story: RecordedSessions;
  readonly scanned: readonly unknown[];
}

/** What takes minutes by default takes a second: what is missing, and who attached to what. */
export const SOON = {
  PODWITNESS_SESSIONS_SETTLE_MS: '1000',
  PODWITNESS_SESSIONS_HOLD_FINDINGS_MS: '1000',
};

/** Without what the workload runs by itself, which is known for sure only after minutes. */
export async function scannedSessions(cluster: string): Promise<ScannedSessions> {
  const { audit, enricher } = recordedSessions();
  const story = { audit, enricher: enricher.filter((line) => !line.includes('/app/health')) };
  const folder = await mkdtemp(join(tmpdir(), 'podwitness-scanned-'));
  try {
    const paths = [join(folder, 'audit.log'), join(folder, 'enricher.log')] as const;
    await writeFile(paths[0], bodyOf(story.audit));
    await writeFile(paths[1], bodyOf(story.enricher));
    const options = ['--cluster', cluster, '--emit', 'sessions', '--output', 'ndjson'];
    const { stdout } = await run(['scan', ...paths, ...options]);
    const lines = stdout.trimEnd().split('\n');
    return { story, scanned: lines.map((line): unknown => JSON.parse(line)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
