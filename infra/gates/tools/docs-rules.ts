/**
 * Owns: docs/rules-bundled.md and the table in the README beside the bundled rules, made from the rules.
 * Does not own: any sentence of a rule.
 */
import { basename } from 'node:path';
import { readFiles } from '../../../services/detector/read-rules.ts';
import { readRuleFiles } from '../../../services/detector/rules/load.ts';
import type { Rule } from '../../../services/detector/rules/model.ts';
import { cell } from './docs-topics.ts';

const TABLE = /(<!-- rules:begin[^\n]*-->\n)[\s\S]*?(<!-- rules:end -->)/;
/** By the first word of the file's name. */
const TOPICS: Readonly<Record<string, string>> = {
  ...{ admission: 'Admission', anonymous: 'Identities', audit: 'Secrets' },
  ...{ authentication: 'Identities', cluster: 'The cluster itself', command: 'Commands in pods' },
  ...{ config: 'Configuration', delete: 'Destruction', discovery: 'Discovery' },
  ...{ evasion: 'Evasion of the audit log', exec: 'Ways into pods', exfiltration: 'Exfiltration' },
  falco: 'Alerts of others',
  ...{ identity: 'Identities', namespace: 'Namespaces', network: 'Networking', node: 'Nodes' },
  ...{ pod: 'Pods and workloads', rbac: 'Rights', secret: 'Secrets', session: 'Ways into pods' },
  ...{ token: 'Tokens', workload: 'Pods and workloads' },
};

const INTRODUCTION = `Rules on single events, in use unless \`--no-bundled-rules\` is given. They lie in
\`services/detector/bundled-rules\`, in Sigma, with samples beside them, and can be copied and changed.

- **level**: of the finding; in brackets, instead of it, where the inventory gives the cluster or the
  namespace that criticality ([inventory.md](inventory.md)).
- **needs**: the least that the audit policy must record for the rule to see what it is about; \`-\`: no
  audit event. Of an event that was recorded with less the rule says "cannot tell", and that is counted:
  \`podwitness rules list --coverage\`.
- **technique**: of MITRE ATT&CK.`;
const LIMITS = `## What no single event shows

Bursts, first times, sequences and absences need more than one event: secrets read one after another,
many refusals, a first use of a verb, rights that are given and used. In no audit event at all are:
what is typed in a session (only the node's recorder sees it), network connections of pods, static pods
of a node that does not report them, and logs that are deleted on the node.`;

/** Of the bundled rules, in the order of their files. */
export async function bundledRules(): Promise<readonly Rule[]> {
  const { rules } = readRuleFiles(await readFiles({ bundled: true, paths: [] }));
  return rules.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function fileOf({ path }: Rule): string {
  return basename(path);
}

function nameOf(rule: Rule): string {
  return fileOf(rule).replace('.yml', '');
}

function topicOf(rule: Rule): string {
  const name = nameOf(rule);
  if (name === 'cluster_admin_bound') return 'Rights';
  return TOPICS[name.split('_')[0] ?? ''] ?? 'Others';
}

function levelOf({ level, levelByCriticality }: Rule): string {
  const others = Object.entries(levelByCriticality ?? {}).map(([key, at]) => `${key}: ${at}`);
  return others.length === 0 ? level : `${level} (${others.join(', ')})`;
}

function techniquesOf({ tags }: Rule): string {
  const names = tags.filter((tag) => /^attack\.t\d/.test(tag)).map((tag) => tag.slice(7));
  return names
    .map((name) => {
      const id = name.toUpperCase();
      return `[${id}](https://attack.mitre.org/techniques/${id.replace('.', '/')}/)`;
    })
    .join(', ');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map(cell).join(' | ')} |`;
}

function section(topic: string, rules: readonly Rule[]): string {
  const rows = rules.map((rule) =>
    row(
      ...[`\`${nameOf(rule)}\``, rule.title, levelOf(rule), rule.auditLevel ?? '-'],
      techniquesOf(rule),
    ),
  );
  return [
    `## ${topic}`,
    '',
    '| rule | what | level | needs | technique |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

export function rulesPage(rules: readonly Rule[], made: string): string {
  const topics = [...new Set(rules.map(topicOf))].sort();
  const sections = topics.map((topic) =>
    section(
      topic,
      rules.filter((rule) => topicOf(rule) === topic),
    ),
  );
  return `${['# Bundled rules', made, INTRODUCTION, ...sections, LIMITS].join('\n\n')}\n`;
}

/** The first sentence, without its full stop. */
function firstSentence({ description = '' }: Rule): string {
  const text = description.replaceAll(/\s+/g, ' ').trim();
  const end = /[.](?= |$)/.exec(text);
  return end === null ? text : text.slice(0, end.index);
}

/** The README with its table made anew. */
export function withRules(readme: string, rules: readonly Rule[]): string {
  const rows = rules.map((rule) => row(`\`${fileOf(rule)}\``, rule.level, firstSentence(rule)));
  const table = ['| file | level | fires on |', '|---|---|---|', ...rows].join('\n');
  return readme.replace(TABLE, (_all, begin: string, end: string) => `${begin}${table}\n${end}`);
}
