/**
 * Raw records of every kind, and stored documents, as the events that rules see.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../../shared/config/package-root.ts';
import { eventsOfRecord, storedEvent } from '../../../../../services/cli/rules/events.ts';

const STORY = readFileSync(`${packageRoot()}/services/cli/sample/story.jsonl`, 'utf8');
const FALCO = {
  ...{ rule: 'R', priority: 'Warning', output: 'o', source: 'syscall', hostname: 'n' },
  ...{ time: '2026-11-21T10:00:00.000000000Z', output_fields: { 'proc.name': 'sh' }, tags: [] },
};

describe('events of records', () => {
  it('go through the normalizer, whatever they are', () => {
    const [line = ''] = STORY.split('\n');
    const [audit] = eventsOfRecord(JSON.parse(line));
    expect(audit).toMatchObject({ kind: 'audit' });
    expect(audit?.document).toHaveProperty('kubernetes.audit.auditID');
    expect(eventsOfRecord(line)).toEqual([audit]);
    expect(eventsOfRecord(FALCO)).toMatchObject([{ kind: 'alert' }]);
    expect(eventsOfRecord({ no: 'event' })).toEqual([]);
    expect(eventsOfRecord('no event')).toEqual([]);
    expect(eventsOfRecord(null)).toEqual([]);
  });

  it('are taken as they are where they are stored documents', () => {
    const [line = ''] = STORY.split('\n');
    for (const record of [JSON.parse(line) as unknown, FALCO]) {
      const [event] = eventsOfRecord(record);
      expect(storedEvent(JSON.parse(JSON.stringify(event?.document)))).toEqual(event);
    }
    expect(storedEvent(JSON.parse(line))).toBeUndefined();
    for (const none of [null, 1, 'x', [], {}, { event: null }, { event: { id: 1 }, ecs: {} }]) {
      expect(storedEvent(none)).toBeUndefined();
    }
  });
});
