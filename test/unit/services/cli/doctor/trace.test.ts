import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Step, traceRecord } from '../../../../../services/cli/doctor/trace.ts';
import {
  auditEvent,
  eventList,
  normalizer,
  openPipelineRig,
  type PipelineRig,
} from '../../../../support/pipeline-rig.ts';

let rig: PipelineRig;
beforeEach(async () => {
  rig = await openPipelineRig();
});
afterEach(() => rig.close());

const SECRET = {
  objectRef: { resource: 'secrets', namespace: 'payments', name: 'db' },
  responseStatus: { code: 200 },
  auditID: '0f6c1c58-3f0e-4f0b-9f2c-6a8d5e4b7c21',
};

function trace(record: string): Promise<readonly Step[]> {
  const { pipeline } = rig;
  return traceRecord({ pipeline, stage: normalizer(), topicPrefix: '', since: 0 }, record);
}

function words(steps: readonly Step[]): readonly string[] {
  return steps.map(({ what }) => what.replace(/ [A-Za-z0-9_-]{27}.*/, '').split(' from ')[0] ?? '');
}

const STORY = [
  'Received',
  'Gives the event',
  'Was written as event',
  'Gave the finding',
  'Is in the store among events',
  'Is in the store among findings',
];

async function all(): Promise<void> {
  await rig.normalize();
  await rig.detect();
  await rig.index();
}

it('is the same for an event by its id, its auditID, its places, and its finding', async () => {
  await rig.send([eventList([auditEvent(), auditEvent(SECRET)]), auditEvent()]);
  await all();
  const [finding] = await rig.values('audit.findings');
  const event = (await rig.values('audit.events')).find(
    ({ auditId }) => auditId === SECRET.auditID,
  );
  expect(finding?.events).toEqual([event?.id]);
  const byAuditId = await trace(SECRET.auditID);
  expect(words(byAuditId)).toEqual(STORY);
  const place = byAuditId.find(({ what }) => what.startsWith('Was written'))?.where ?? '';
  for (const record of [event?.id, finding?.id, place]) {
    expect(words(await trace(record ?? ''))).toEqual(STORY);
  }
});

it('has all of a record that is asked for by its place', async () => {
  await rig.send([eventList([auditEvent(), auditEvent(SECRET)])]);
  await all();
  const [{ where } = { where: '' }] = await trace(SECRET.auditID);
  expect(where).toMatch(/^audit\.raw\//);
  expect(words(await trace(where)).filter((text) => text === 'Gives the event')).toHaveLength(2);
});

it('tells what is not done yet', async () => {
  await rig.send([auditEvent(SECRET)]);
  const [received] = await trace(SECRET.auditID);
  expect(received?.what).toContain('the normalizer has not come to it');
  await rig.normalize();
  const steps = await trace(SECRET.auditID);
  expect(steps.map(({ what }) => what).join(' ')).toMatch(
    /not yet worked on by detector, indexer\.events.*Is NOT in the store/,
  );
});

it('leads from a dead letter to the record that it was read from', async () => {
  await rig.send(['garbage'], { cluster: 'prod' });
  await rig.normalize();
  const [letter] = await rig.letters();
  const steps = await trace(letter?.id ?? '');
  expect(steps.map(({ what }) => what).join(' ')).toMatch(
    /Received from apiserver \(10\.1\.2\.3\) as audit of cluster prod.*is rejected: unreadable_body.*Was rejected by normalizer/,
  );
});

it('knows nothing of what never came', async () => {
  await rig.send([auditEvent()]);
  await all();
  expect(await trace('never-seen')).toEqual([]);
  expect(await trace('audit.raw/0/999')).toEqual([]);
});
