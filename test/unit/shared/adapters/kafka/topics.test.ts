import { describe, expect, it } from 'vitest';
import { replicasOn, settingsOf } from '../../../../../shared/adapters/kafka/topics.ts';
import type { TopicSpec } from '../../../../../shared/ports/log.ts';

const SPEC: TopicSpec = {
  name: 'audit.events',
  partitions: 4,
  cleanup: 'delete',
  retentionMs: 86_400_000,
  maxMessageBytes: 37_748_736,
};

describe('topic settings', () => {
  it('want two replicas in sync where there are three', () => {
    expect(Object.fromEntries(settingsOf(SPEC, 3))).toEqual({
      'cleanup.policy': 'delete',
      'max.message.bytes': '37748736',
      'message.timestamp.type': 'CreateTime',
      'min.insync.replicas': '2',
      'retention.ms': '86400000',
    });
  });

  it('want what can be with fewer, and no retention for what is only compacted', () => {
    expect(settingsOf(SPEC, 2).has('min.insync.replicas')).toBe(false);
    expect(settingsOf({ ...SPEC, cleanup: 'compact' }, 3).has('retention.ms')).toBe(false);
    expect(settingsOf({ ...SPEC, cleanup: 'compact,delete' }, 3).get('retention.ms')).toBe(
      '86400000',
    );
  });

  it('replicate three times, or as often as there are brokers, or as told', () => {
    expect([replicasOn(5, undefined), replicasOn(1, undefined), replicasOn(5, 2)]).toEqual([
      3, 1, 2,
    ]);
  });
});
