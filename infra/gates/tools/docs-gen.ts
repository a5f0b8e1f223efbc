/**
 * Owns: the pages that are made from the product: docs/reference/config.md from the configuration
 * schema, docs/reference/errors.md from the table of codes, topics.md and fields.md beside them
 * (docs-topics.ts, docs-fields.ts), docs/rules-bundled.md and the README beside the rules
 * (docs-rules.ts), and the import graph inside of docs/architecture.md. `npm run docs` writes them;
 * with --check it writes nothing and fails when a page is not what it would write. It fails in any
 * case where a field is not described. An argument names another folder than docs/ (the known-bad
 * sample).
 * Does not own: any sentence of those sources.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONFIG_KEYS, type ConfigKey } from '../../../shared/config/keys.ts';
import { ERROR_CODES, type ErrorEntry } from '../../../shared/errors/codes.ts';
import { boundaryArgs, ROOT, runTool } from '../commands.ts';
import { fieldProblems, fieldsPage, mappedFields, readDescriptions } from './docs-fields.ts';
import { bundledRules, rulesPage, withRules } from './docs-rules.ts';
import { cell, topicsPage } from './docs-topics.ts';

const MADE = '<!-- Made by `npm run docs`; change the source instead. -->';

const UNITS: readonly (readonly [suffix: string, unit: string])[] = [
  ['Bytes', 'bytes'],
  ['Ms', 'milliseconds'],
  ['Seconds', 'seconds'],
  ['Hours', 'hours'],
  ['Mb', 'MiB'],
];
const MIB = 1024 * 1024;

function unitOf(name: string): string {
  return UNITS.find(([suffix]) => name.endsWith(suffix))?.[1] ?? '';
}

function defaultOf(key: ConfigKey): string {
  if (key.defaultValue === undefined) return 'not set';
  const text = `\`${JSON.stringify(key.defaultValue)}\``;
  const bytes = key.name.endsWith('Bytes') ? Number(key.defaultValue) : 0;
  return bytes >= MIB ? `${text} (${bytes / MIB} MiB)` : text;
}

function keyRow(key: ConfigKey): string {
  const cells = [
    `\`${key.name}\``,
    `\`${key.env}\``,
    key.expects,
    unitOf(key.name),
    defaultOf(key),
    key.description,
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function sectionOf(key: ConfigKey): string {
  return key.name.includes('.') ? (key.name.split('.')[0] ?? '') : 'general';
}

function configPage(): string {
  const shown = CONFIG_KEYS.filter((key) => !key.isHidden);
  const sections = [...new Set(shown.map(sectionOf))].map((section) => {
    const rows = shown.filter((key) => sectionOf(key) === section).map(keyRow);
    return [
      `## ${section}`,
      '',
      '| key | variable | value | unit | default | what it does |',
      '|---|---|---|---|---|---|',
      ...rows,
    ].join('\n');
  });
  return `# Configuration\n\n${MADE}\n\n${CONFIG_INTRODUCTION}\n\n${sections.join('\n\n')}\n`;
}

const CONFIG_INTRODUCTION = `One YAML file, \`podwitness.yaml\` in the working directory or the one that \`--config\` names.
Each key can also be given as an environment variable; lists are then separated by commas, and a
variable that is set to nothing counts as not set. A command's option beats a variable, a variable
beats the file, the file beats the default. Relative paths start at the working directory.

Keys that end in \`File\` name a file whose content is read at start: that is how passwords, keys and
certificates are given, and the only way. Their contents are never printed.

A key or variable that does not exist is an error, with its line and the nearest one that does.
All errors are reported at once; the exit code is 78. \`podwitness check\` reads the configuration and
reports without starting anything.`;

function errorRow([code, entry]: readonly [string, ErrorEntry]): string {
  const cells = [`\`${code}\``, entry.class, entry.text, entry.action, String(entry.exit ?? '')];
  return `| ${cells.map(cell).join(' | ')} |`;
}

const ERROR_INTRODUCTION = `These codes are in log lines (\`code\`), in dead letters, and the only label that errors have in
metrics.

- **fault**: a bad record. It becomes a dead letter with its bytes, and is never retried.
- **transient**: a neighbour can not serve now. It is retried, longer each time; nothing is dropped.
- **fatal**: a person has to change something. It is logged once and the process ends.

Whatever else goes wrong is a bug: the process ends with exit code 70, and what was not committed
is done again after the restart.`;

function errorPage(): string {
  const rows = Object.entries(ERROR_CODES).map(errorRow);
  const table = [
    '| code | class | what it means | what to do | exit code |',
    '|---|---|---|---|---|',
  ];
  return `# Error codes\n\n${MADE}\n\n${ERROR_INTRODUCTION}\n\n${[...table, ...rows].join('\n')}\n`;
}

interface CruiseModules {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string }[];
  }[];
}

/** `services/indexer`, `shared/ports`, `schemas`; undefined for what is not the product. */
function folderOf(path: string): string | undefined {
  if (path.startsWith('schemas/')) return 'schemas';
  return /^(services|shared)\/[^/]+(?=\/)/.exec(path)?.[0];
}

function importsBetweenFolders({ modules }: CruiseModules): readonly string[] {
  const arrows = modules.flatMap((module) =>
    module.dependencies.map(({ resolved }) => [folderOf(module.source), folderOf(resolved)]),
  );
  const known = arrows.filter(([from, to]) => from !== undefined && to !== undefined);
  const between = known.filter(([from, to]) => from !== to);
  return [...new Set(between.map(([from, to]) => `${from} ${to}`))].toSorted();
}

async function importGraph(): Promise<string> {
  const folders = ['services', 'shared', 'schemas'];
  const run = await runTool('depcruise', boundaryArgs(folders, '--output-type', 'json'));
  const arrows = importsBetweenFolders(JSON.parse(run.stdout) as CruiseModules);
  const id = (folder: string): string => folder.replaceAll('/', '_').replaceAll('-', '_');
  const nodes = [...new Set(arrows.flatMap((arrow) => arrow.split(' ')))].toSorted();
  const lines = [
    'flowchart LR',
    ...nodes.map((folder) => `  ${id(folder)}["${folder}"]`),
    ...arrows.map((arrow) => `  ${arrow.split(' ').map(id).join(' --> ')}`),
  ];
  return `\`\`\`mermaid\n${lines.join('\n')}\n\`\`\``;
}

const GRAPH = /(<!-- import-graph:begin[^\n]*-->\n)[\s\S]*?(<!-- import-graph:end -->)/;

function withGraph(page: string, graph: string): string {
  if (!GRAPH.test(page)) throw new Error('docs/architecture.md has lost its import-graph markers');
  return page.replace(GRAPH, (_all, begin: string, end: string) => `${begin}${graph}\n${end}`);
}

const isCheck = process.argv.includes('--check');
const folder =
  process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? join(ROOT, 'docs');

function readIfThere(page: string): string {
  const path = join(folder, page);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

const RULES_README = '../services/detector/bundled-rules/README.md';
const rules = await bundledRules();
const pages: Readonly<Record<string, string>> = {
  'reference/config.md': configPage(),
  'reference/errors.md': errorPage(),
  'reference/topics.md': topicsPage(MADE),
  'reference/fields.md': fieldsPage(MADE),
  'rules-bundled.md': rulesPage(rules, MADE),
  [RULES_README]: withRules(readIfThere(RULES_README), rules),
  'architecture.md': withGraph(readIfThere('architecture.md'), await importGraph()),
};
const stale = Object.entries(pages).filter(([page, text]) => readIfThere(page) !== text);
for (const [page, text] of stale) {
  if (isCheck) {
    console.error(`docs/${page} is out of date: run \`npm run docs\``);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(join(folder, page)), { recursive: true });
    writeFileSync(join(folder, page), text);
    console.log(`Wrote docs/${page}`);
  }
}
for (const problem of fieldProblems(mappedFields(), readDescriptions())) {
  console.error(problem);
  process.exitCode = 1;
}
