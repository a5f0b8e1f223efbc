/** What the configuration says about rules comes to the rules in use. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { judge } from '../../../../services/detector/judge.ts';
import { fingerprint, readRules, ruleSources } from '../../../../services/detector/read-rules.ts';
import type { Problem } from '../../../../services/detector/rules/model.ts';
import { loadConfig } from '../../../../shared/config/load.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-rules-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}
async function sourcesOf(settings: Readonly<Record<string, string>>) {
  const env = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`PODWITNESS_DETECTOR_${name}`, value]),
  );
  return ruleSources(
    await loadConfig({ env: { PODWITNESS_DETECTOR_BUNDLED_RULES: 'false', ...env } }),
  );
}
const sigma = (test: string) =>
  `title: T\nid: t\nlogsource: {product: kubernetes, service: audit}\ndetection:\n  s: {${test}}\n  condition: s\n`;
const falco = (priority: string, condition: string) =>
  `- rule: ${priority}\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: ${priority}\n  source: k8s_audit\n`;
const event = (audit: object) => ({
  '@timestamp': '2026-11-21T06:00:00.000000Z',
  kubernetes: {
    audit: {
      ...{ verb: 'get', level: 'Metadata', auditID: 'a', stage: 'ResponseComplete' },
      ...{ requestURI: '/api', stageTimestamp: '2026-11-21T06:00:00.000000Z' },
      ...audit,
    },
  },
});

it('values of placeholders, and changes of their file', async () => {
  const placeholders = await file('p.yml', 'admins: [alice]\n');
  const rules = await file('r.yml', sigma("user.username|expand: '%admins%'"));
  const sources = await sourcesOf({ RULES: rules, SIGMA_PLACEHOLDERS_PATH: placeholders });
  const detection = await readRules(sources);
  const matched = (username: string) =>
    judge(detection, 'audit', event({ user: { username } })).length;
  expect([matched('alice'), matched('bob')]).toEqual([1, 0]);
  const before = await fingerprint(sources);
  await file('p.yml', 'admins: [alice, bob]\n');
  expect(await fingerprint(sources)).not.toBe(before);
  await file('p.yml', 'admins: []\n');
  await expect(readRules(sources)).rejects.toThrow(/p\.yml:1:1: "admins" has no value/);
});

it('rules on trial, and exceptions, whose faults count like those of rules', async () => {
  const rules = await file('r.yml', sigma('verb: get'));
  const exceptions = await file('e.yml', 'exceptions: [{rules: t}]\n');
  const sources = await sourcesOf({ RULES: rules, STAGED_RULES: 't', EXCEPTION_PATHS: exceptions });
  await expect(readRules(sources)).rejects.toThrow(/e\.yml:1:14: an exception has no owner/);
  await file('e.yml', 'exceptions: []\n');
  expect(judge(await readRules(sources), 'audit', event({})).map(({ mode }) => mode)).toEqual([
    'test',
  ]);
});

it('what Falco’s rules mean, which are matched, and how many of them speak', async () => {
  const text =
    falco('NOTICE', 'ka.verb=get') + falco('ERROR', 'ka.verb=get') + falco('ALERT', 'ka.verb=get');
  const rules = await file('f.yaml', text);
  const titles = async (settings: Readonly<Record<string, string>>) => {
    const detection = await readRules(await sourcesOf({ RULES: rules, ...settings }));
    return judge(detection, 'audit', event({})).map(({ rule }) => rule.title);
  };
  expect(await titles({})).toEqual(['NOTICE']);
  expect(await titles({ FALCO_RULE_MATCHING: 'all' })).toEqual(['NOTICE', 'ERROR', 'ALERT']);
  expect(await titles({ FALCO_MINIMUM_PRIORITY: 'error' })).toEqual(['ERROR']);
  const missing = { podwitness: { missing: ['requestObject'] }, ...event({ verb: 'create' }) };
  await file('f.yaml', falco('NOTICE', 'not ka.req.pod.host_network intersects (true)'));
  const matched = async (meaning: string) => {
    const sources = await sourcesOf({ RULES: rules, FALCO_MEANING: meaning });
    return judge(await readRules(sources), 'audit', missing).length;
  };
  expect([await matched('falco'), await matched('corrected')]).toEqual([1, 0]);
});

it('what is right and not for us takes nothing from the others, and is told', async () => {
  const other = sigma('verb: get')
    .replace('id: t', 'id: w')
    .replace('kubernetes, service: audit', 'windows');
  const rules = await file('r.yml', `${sigma('verb: get')}---\n${other}`);
  const told: Problem[] = [];
  const detection = await readRules(await sourcesOf({ RULES: rules }), (one) => told.push(one));
  expect(judge(detection, 'audit', event({}))).toHaveLength(1);
  expect(told.map(({ kind }) => kind)).toEqual(['not-applicable']);
});

it('names on trial that are no rule’s are told', async () => {
  const rules = await file('r.yml', sigma('verb: get'));
  const tell = async (names: string) => {
    const told: Problem[] = [];
    const sources = await sourcesOf({ RULES: rules, STAGED_RULES: names });
    const { staged } = await readRules(sources, (problem) => told.push(problem));
    return [staged.size, told.map(({ kind, reason }) => `${kind}: ${reason}`)];
  };
  expect(await tell('T')).toEqual([1, []]);
  expect(await tell(folder)).toEqual([1, []]);
  expect(await tell('Tee')).toEqual([0, ['warning: no rule is called "Tee"']]);
});
