/**
 * Owns: a handler's step that copies its input and counts it in the lane's state, for tests that
 * look at both after a crash.
 */
import type { Lane, LogRecord } from '../../../shared/ports/log.ts';
import { after, copyOf } from './harness.ts';

export async function countAndCopy(
  lane: Lane,
  records: readonly LogRecord[],
  topic: string,
): Promise<void> {
  const [before] = await lane.state.getMany(['count']);
  const count = Number(before?.toString() ?? '0') + records.length;
  await lane.commit({
    outputs: records.map((record) => copyOf(topic, record)),
    writes: [{ kind: 'put', key: 'count', value: Buffer.from(String(count)) }],
    nextOffset: after(records),
  });
}
