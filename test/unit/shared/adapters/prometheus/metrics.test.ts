import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../../../../../shared/adapters/prometheus/metrics.ts';
import { SOURCES } from '../../../../../shared/domain/sources.ts';

async function lines(metrics: Metrics, name: string): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(`podwitness_${name}`));
}

const NOW_MS = 1_800_000_000_000;

it('counts per stage and source; what is in no closed set is none', async () => {
  const metrics = createMetrics(() => NOW_MS);
  const stage = metrics.stage('normalizer');
  stage.received(3, 'audit');
  stage.dropped('noise', 1, 'audit');
  stage.received(1, 'no such"source');
  stage.received(1);
  stage.received(1, 'replay');
  expect(await lines(metrics, 'records_received_total')).toEqual([
    'podwitness_records_received_total{stage="normalizer",source="audit"} 3',
    'podwitness_records_received_total{stage="normalizer",source="none"} 2',
    'podwitness_records_received_total{stage="normalizer",source="replay"} 1',
  ]);
  expect(await lines(metrics, 'records_dropped_total')).toEqual([
    'podwitness_records_dropped_total{stage="normalizer",source="audit",reason="noise"} 1',
  ]);
});

it('has no more sources than the closed set, whatever it is given', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string()), async (names) => {
      const metrics = createMetrics(() => NOW_MS);
      for (const name of names) metrics.stage('s').received(1, name);
      for (const source of SOURCES) metrics.stage('s').received(1, source);
      const found = await lines(metrics, 'records_received_total');
      expect(found.length).toBeLessThanOrEqual(SOURCES.length + 2);
    }),
    { numRuns: 20 },
  );
});

it('shows the lag of each partition, and forgets one that is lost', async () => {
  const metrics = createMetrics(() => NOW_MS);
  const stage = metrics.stage('indexer.events');
  stage.lag(0, 12);
  stage.lag(3, 5);
  stage.lag(0, undefined);
  expect(await lines(metrics, 'consumer_lag_records')).toEqual([
    'podwitness_consumer_lag_records{stage="indexer.events",partition="3"} 5',
  ]);
});

it('shows the age of the oldest record in hand, and 0 when none is', async () => {
  const metrics = createMetrics(() => NOW_MS);
  const stage = metrics.stage('indexer.events');
  stage.inHand(0, NOW_MS - 60_000);
  stage.inHand(1, NOW_MS - 5_000);
  const [line = ''] = await lines(metrics, 'batch_age_seconds');
  expect(Number(line.split(' ')[1])).toBe(60);
  stage.inHand(0, undefined);
  stage.inHand(1, undefined);
  expect(await lines(metrics, 'batch_age_seconds')).toEqual([
    'podwitness_batch_age_seconds{stage="indexer.events"} 0',
  ]);
});
