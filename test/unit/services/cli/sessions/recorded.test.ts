/**
 * The documents that the detector makes, in every view: what it writes is what is read here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { detailsOf } from '../../../../../services/cli/sessions/details.ts';
import { formatSession } from '../../../../../services/cli/sessions/text.ts';
import { timelineOf } from '../../../../../services/cli/sessions/timeline.ts';

const FOLDER = new URL('../../../../golden/sessions/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

describe('a session as the detector records it', () => {
  it('is there', () => {
    expect(FILES.length).toBeGreaterThanOrEqual(8);
  });

  it.each(FILES)('is read without loss: %s', (file) => {
    const document = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
    const recorded = document.podwitness.session;
    const session = detailsOf(document);
    expect(session).toMatchObject({
      ...{ id: recorded.id, kind: recorded.kind, state: recorded.state },
      ...{ revision: recorded.revision, confidence: recorded.confidence },
      ...{ user: document.user.name, cluster: document.orchestrator.cluster.name },
      ...{ commandCount: recorded.command_count, coverage: recorded.coverage ?? [] },
    });
    for (const list of ['commands', 'alerts', 'findings', 'attachers'] as const) {
      expect(session[list]).toHaveLength(recorded[list]?.length ?? 0);
    }
    for (const { confidence, text, timeMs } of timelineOf(session)) {
      expect([timeMs, text]).not.toContain(undefined);
      expect(confidence).not.toBe('');
    }
    expect(formatSession(session)).not.toMatch(/undefined|NaN|\[object/);
  });
});
