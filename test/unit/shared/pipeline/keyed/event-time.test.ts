import { describe, expect, it } from 'vitest';
import { cellKey } from '../../../../../shared/pipeline/keyed/cell-key.ts';
import {
  latest,
  MAX_SOURCES,
  observe,
  watermark,
} from '../../../../../shared/pipeline/keyed/event-time.ts';
import { LaneMemory } from '../../../../../shared/pipeline/keyed/lane-memory.ts';
import { afterRecord, afterTick, NO_TIME } from '../../../../../shared/pipeline/keyed/lane-time.ts';

const NOW_MS = 1_000_000;
const options = { idleMs: 100, maxAheadMs: 20 };
const at = (nowMs: number) => ({ nowMs, options });
const now = at(NOW_MS);

const group = () => new LaneMemory(undefined).cell(cellKey('group'));

describe('the watermark', () => {
  it('is the least of the latest times of sources', () => {
    const cell = group();
    observe(cell, 'audit', NOW_MS - 30, now);
    observe(cell, 'spo', NOW_MS - 10, now);
    observe(cell, 'audit', NOW_MS - 50, now);
    expect(watermark(cell, undefined, now)).toBe(NOW_MS - 30);
    expect(watermark(cell, ['spo'], now)).toBe(NOW_MS - 10);
    expect(latest(cell, now)).toBe(NOW_MS - 10);
  });

  it('is not held back by a source that is idle, until it comes back', () => {
    const cell = group();
    observe(cell, 'audit', NOW_MS - 30, now);
    const later = at(NOW_MS + 99);
    observe(cell, 'spo', NOW_MS + 90, later);
    expect(watermark(cell, undefined, later)).toBe(NOW_MS - 30);
    expect(watermark(cell, undefined, at(NOW_MS + 100))).toBe(NOW_MS + 90);
    observe(cell, 'audit', NOW_MS - 40, at(NOW_MS + 110));
    expect(watermark(cell, undefined, at(NOW_MS + 110))).toBe(NOW_MS - 40);
  });

  it('is now where nobody, or nobody of those asked for, is awake', () => {
    const cell = group();
    expect(watermark(cell, undefined, now)).toBe(NOW_MS);
    observe(cell, 'audit', NOW_MS - 30, now);
    expect(watermark(cell, ['falco'], now)).toBe(NOW_MS);
    expect(watermark(cell, [], now)).toBe(NOW_MS);
    expect(watermark(cell, ['falco', 'audit'], now)).toBe(NOW_MS - 30);
    expect(watermark(cell, undefined, at(NOW_MS + 100))).toBe(NOW_MS + 100);
  });

  it('is not moved far by a clock that is ahead, and soon forgets it', () => {
    const cell = group();
    observe(cell, 'audit', 253_402_300_800_000, now);
    expect(watermark(cell, undefined, now)).toBe(NOW_MS + 20);
    expect(latest(cell, now)).toBe(NOW_MS + 20);
    const later = at(NOW_MS + 60);
    observe(cell, 'audit', NOW_MS + 55, later);
    expect(watermark(cell, undefined, later)).toBe(NOW_MS + 55);
    expect(latest(cell, later)).toBe(NOW_MS + 55);
  });

  it('knows nothing of times that are none', () => {
    const cell = group();
    const none = [Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const timeMs of none) observe(cell, 'audit', timeMs, now);
    expect(latest(cell, now)).toBeUndefined();
    expect(watermark(cell, undefined, now)).toBe(NOW_MS);
  });

  it('is endless at the end of an input that is read offline', () => {
    const cell = group();
    observe(cell, 'audit', NOW_MS, at(0));
    expect(watermark(cell, undefined, at(0))).toBe(20);
    expect(watermark(cell, undefined, at(Number.POSITIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
    expect(latest(cell, at(Number.POSITIVE_INFINITY))).toBe(NOW_MS);
  });

  it('forgets what it took before it knew when it is, if that was absurd', () => {
    const cell = group();
    observe(cell, 'audit', 9e15, at(0));
    observe(cell, 'audit', NOW_MS - 5, now);
    expect(watermark(cell, undefined, now)).toBe(NOW_MS - 5);
    expect(latest(cell, now)).toBe(NOW_MS + 20);
    observe(cell, 'audit', NOW_MS + 30, at(NOW_MS + 40));
    expect(latest(cell, at(NOW_MS + 40))).toBe(NOW_MS + 30);
  });

  it('remembers only so many sources, not those that were silent for longest', () => {
    const cell = group();
    observe(cell, 'old', NOW_MS - 90, now);
    const later = at(NOW_MS + 1);
    for (let n = 0; n < MAX_SOURCES; n++) observe(cell, `s${n}`, NOW_MS, later);
    expect(cell.entries('s/')).toHaveLength(MAX_SOURCES);
    expect(watermark(cell, undefined, later)).toBe(NOW_MS);
  });
});

describe('the time of a lane', () => {
  it('is that of records until the first tick, and then not far ahead of ticks', () => {
    let time = afterRecord(NO_TIME, 500, 20);
    time = afterRecord(time, 400, 20);
    expect(time).toStrictEqual({ nowMs: 500 });
    time = afterTick(time, 510, 20);
    expect(time).toStrictEqual({ nowMs: 510, tickMs: 510 });
    expect(afterRecord(time, 530, 20)).toStrictEqual({ nowMs: 530, tickMs: 510 });
    expect(afterRecord(time, 531, 20)).toBe(time);
    expect(afterTick({ nowMs: 530, tickMs: 510 }, 505, 20)).toStrictEqual({
      nowMs: 530,
      tickMs: 510,
    });
    expect(afterTick({ nowMs: 530, tickMs: 510 }, 520, 20)).toStrictEqual({
      nowMs: 530,
      tickMs: 520,
    });
  });

  it('does not take what is no time, and takes the first tick for truer than records', () => {
    for (const none of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      expect(afterRecord(NO_TIME, none, 20)).toBe(NO_TIME);
    }
    expect(afterTick({ nowMs: 9e15 }, 510, 20)).toStrictEqual({ nowMs: 510, tickMs: 510 });
    expect(afterTick({ nowMs: 525 }, 510, 20)).toStrictEqual({ nowMs: 525, tickMs: 510 });
  });
});
