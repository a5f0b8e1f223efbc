/**
 * Owns: the contract of ensureTopics and ping.
 */
import { expect, it } from 'vitest';
import { FatalError } from '../../../shared/errors/fault.ts';
import type { TopicSpec } from '../../../shared/ports/log.ts';
import { type LogHarness, out, texts, uniqueGroup } from './harness.ts';

function spec(rest: Partial<TopicSpec> = {}): TopicSpec {
  return {
    name: `topic-${uniqueGroup()}`,
    partitions: 3,
    cleanup: 'delete',
    retentionMs: 86_400_000,
    maxMessageBytes: 1_048_576,
    ...rest,
  };
}

export function topicContract(harness: LogHarness): void {
  const limit = harness.waitMs * 2;

  it('makes what is missing, once', { timeout: limit }, async () => {
    const log = await harness.open();
    const [one, two] = [spec(), spec({ cleanup: 'compact' })];
    const first = await log.ensureTopics([one, two]);
    expect(first.map((s) => [s.name, s.state])).toEqual([
      [one.name, 'created'],
      [two.name, 'created'],
    ]);
    const second = await log.ensureTopics([one, two]);
    expect(second.map((s) => s.state)).toEqual(['unchanged', 'unchanged']);
    await log.close();
  });

  it('reviews without doing anything', { timeout: limit }, async () => {
    const log = await harness.open();
    const [there, missing] = [spec(), spec()];
    await log.ensureTopics([there]);
    const changed = { ...there, retentionMs: 172_800_000 };
    const other = { ...there, partitions: 7 };
    for (let round = 0; round < 2; round += 1) {
      const states = await Promise.all(
        [there, changed, other, missing].map(
          async (one) => (await log.reviewTopics([one]))[0]?.state,
        ),
      );
      expect(states).toEqual(['unchanged', 'changed', 'conflict', 'created']);
    }
    await log.close();
  });

  it('changes settings, and says which', { timeout: limit }, async () => {
    const log = await harness.open();
    const before = spec();
    await log.ensureTopics([before]);
    const [status] = await log.ensureTopics([{ ...before, retentionMs: 172_800_000 }]);
    expect(status?.state).toBe('changed');
    expect(status?.detail).toContain('172800000');
    const [again] = await log.ensureTopics([{ ...before, retentionMs: 172_800_000 }]);
    expect(again?.state).toBe('unchanged');
    await log.close();
  });

  it('never changes a partition count: conflict', { timeout: limit }, async () => {
    const log = await harness.open();
    const before = spec({ partitions: 2 });
    await log.ensureTopics([before]);
    const [status] = await log.ensureTopics([{ ...before, partitions: 5 }]);
    expect(status?.state).toBe('conflict');
    expect(status?.detail).toMatch(/2.*5|5.*2/);
    await log.append([out(before.name, 'still usable', { partition: 1 })]);
    expect(await texts(log, before.name)).toEqual(['still usable']);
    await expect(log.append([out(before.name, 'x', { partition: 4 })])).rejects.toThrow();
    await log.close();
  });

  it('answers ping while open', { timeout: limit }, async () => {
    const log = await harness.open();
    await expect(log.ping()).resolves.toBeUndefined();
    await log.close();
  });

  it('names a missing topic', { timeout: limit }, async () => {
    const log = await harness.open();
    const appended = await log.append([out('no-such-topic', 'x')]).catch((error: unknown) => error);
    expect(appended).toBeInstanceOf(FatalError);
    expect(appended).toMatchObject({ code: 'missing_topic' });
    const positions = await log.positions('g', 'no-such-topic').catch((error: unknown) => error);
    expect(positions).toMatchObject({ code: 'missing_topic' });
    await log.close();
  });
}
