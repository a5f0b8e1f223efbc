/**
 * Topics that are written once more as JSON: by the worker that writes the topic, in one commit.
 */
import { afterEach, expect, it } from 'vitest';
import { topicSpecs } from '../../../shared/runtime/topics.ts';
import { aclCommands, kafkaRights } from '../../../shared/runtime/access.ts';
import { openPipelineRig, type PipelineRig } from '../../support/pipeline-rig.ts';
import { auditLines } from '../../support/sender-bodies.ts';

const TOPICS = 'audit.events,audit.findings';
let rig: PipelineRig | undefined;

afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

async function copies(of: PipelineRig, topic: string): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  const { signal } = new AbortController();
  const options = { topic, from: 'beginning', untilEnd: true, signal } as const;
  for await (const { key, value } of of.log.read(options)) {
    found.push([key?.toString(), JSON.parse(String(value))]);
  }
  return found;
}

it('holds every event that the topic holds, under the same key', async () => {
  rig = await openPipelineRig({ PODWITNESS_KAFKA_JSON_TOPICS: TOPICS });
  await rig.send(auditLines('copied'));
  await rig.normalize();
  const events = await rig.values('audit.events');
  expect(events.length).toBeGreaterThan(0);
  const expected = events.map(({ document, ...event }) => [
    event.id,
    { ...event, document: JSON.parse(document.toString()) as unknown },
  ]);
  const found = await copies(rig, 'audit.events.json');
  expect(found.toSorted()).toStrictEqual(expected.toSorted());
  expect(await copies(rig, 'audit.findings.json')).toStrictEqual([]);
});

it('has the settings and the rights of the topic', async () => {
  rig = await openPipelineRig({ PODWITNESS_KAFKA_JSON_TOPICS: TOPICS });
  const { config } = rig.context;
  const specs = topicSpecs(config);
  const of = (name: string) => specs.find((spec) => spec.name === name);
  expect(of('audit.events.json')).toStrictEqual({
    ...of('audit.events'),
    name: 'audit.events.json',
  });
  const rights = aclCommands(kafkaRights(config)).filter((line) => line.includes('.json'));
  expect(rights.map((line) => /podwitness-(\w+).*'(audit\S+)'/.exec(line)?.slice(1))).toStrictEqual(
    [
      ['normalizer', 'audit.events.json'],
      ['detector', 'audit.events.json'],
      ['detector', 'audit.findings.json'],
    ],
  );
  for (const right of rights) expect(right).not.toContain('--operation Read');
});

it('is there only where the configuration wants it', async () => {
  rig = await openPipelineRig();
  expect(topicSpecs(rig.context.config).some(({ name }) => name.endsWith('.json'))).toBe(false);
});
