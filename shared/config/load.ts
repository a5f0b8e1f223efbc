/**
 * Owns: reading the configuration: the file, the environment. Nothing else in the product reads
 * process.env.
 * Does not own: the keys (schema.ts), what holds between them (checks.ts), the files with secrets
 * (secret-files.ts).
 *
 * A command's option beats a variable, a variable beats the file, the file beats the default.
 * All problems are reported at once.
 */
import { readFile } from 'node:fs/promises';
import { FatalError } from '../errors/fault.ts';
import { findConflicts } from './checks.ts';
import {
  type ConfigProblem,
  type GivenValue,
  nest,
  showValue,
  type SourceReading,
} from './draft.ts';
import { type Environment, readEnvironment } from './env-source.ts';
import { findKey } from './keys.ts';
import { type ConfigValues, configSchema } from './schema.ts';
import { readSecrets, systemCode } from './secret-files.ts';
import type { Secrets } from './secret.ts';
import { readYaml } from './yaml-source.ts';

/** Values of all keys, and the contents of the files that some of them name. */
export type Config = ConfigValues & { readonly secrets: Secrets };

export interface LoadOptions {
  /** The file that `--config` names: it must exist. Absent: `defaultFile`, if there is one. */
  readonly file?: string | undefined;
  /** Absent: the environment of this process. */
  readonly env?: Environment | undefined;
  /** From the command line; `where` is the option, such as `--data`. */
  readonly overrides?: readonly GivenValue[] | undefined;
  /** Read when it exists and no file was named. Default: podwitness.yaml. */
  readonly defaultFile?: string | undefined;
}

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const DEFAULT_FILE = 'podwitness.yaml';

async function readConfigFile(options: LoadOptions): Promise<SourceReading> {
  const file = options.file ?? options.defaultFile ?? DEFAULT_FILE;
  try {
    return readYaml(await readFile(file, 'utf8'), file);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT' && options.file === undefined) return { given: [], problems: [] };
    const message = `this file can not be read (${code}): check the path and its permissions`;
    return { given: [], problems: [{ where: file, message }] };
  }
}

/** `kafka.brokers` of an issue at `['kafka', 'brokers', 0]`. */
function keyOfPath(path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length -= 1) {
    const name = path.slice(0, length).join('.');
    if (findKey(name) !== undefined) return name;
  }
  return path.join('.');
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What is wrong inside of an entry: `collector.senders[0].clusters: …`. */
function entryProblem(name: string, issue: Issue): string {
  const [index, ...rest] = issue.path.slice(name.split('.').length);
  const place = [`${name}[${String(index)}]`, ...rest.map(String)].join('.');
  return `${place}: ${issue.message}`;
}

/** One problem for each key whose value the schema refuses, and for each part of an entry. */
function refusals(
  issues: readonly Issue[],
  given: ReadonlyMap<string, GivenValue>,
): readonly ConfigProblem[] {
  const messages = new Map<string, ConfigProblem>();
  for (const issue of issues) {
    const name = keyOfPath(issue.path);
    const value = given.get(name);
    const shown = value === undefined ? 'nothing' : showValue(value.value);
    const isInEntry =
      findKey(name)?.kind === 'entries' && issue.path.length > name.split('.').length;
    const message = isInEntry
      ? entryProblem(name, issue)
      : `${name} is ${shown}: expected ${findKey(name)?.expects ?? 'another value'}`;
    messages.set(message, { where: value?.where ?? name, message });
  }
  return [...messages.values()];
}

/** Reads everything and says all that is wrong. Throws only for bugs. */
export async function readConfig(options: LoadOptions): Promise<ConfigReading> {
  const sources = [
    await readConfigFile(options),
    readEnvironment(options.env ?? process.env),
    { given: options.overrides ?? [], problems: [] },
  ];
  const given = new Map(sources.flatMap((s) => s.given.map((value) => [value.name, value])));
  const read = await readSecrets(given);
  const problems = [...sources.flatMap((source) => source.problems), ...read.problems];
  const parsed = configSchema.safeParse(nest(given.values()));
  if (!parsed.success) {
    return { ok: false, problems: [...problems, ...refusals(parsed.error.issues, given)] };
  }
  const conflicts = findConflicts(parsed.data).map(({ name, message }) => ({
    where: given.get(name)?.where ?? 'default',
    message: `${name}: ${message}`,
  }));
  const all = [...problems, ...conflicts];
  if (all.length > 0) return { ok: false, problems: all };
  return { ok: true, config: { ...parsed.data, secrets: read.secrets } };
}

/** Throws FatalError('invalid_config') that names every problem, one per line. */
export async function loadConfig(options: LoadOptions = {}): Promise<Config> {
  const reading = await readConfig(options);
  if (reading.ok) return reading.config;
  const lines = reading.problems.map((problem) => `  ${problem.where}: ${problem.message}`);
  const count = lines.length === 1 ? '1 problem' : `${lines.length} problems`;
  throw new FatalError(`The configuration has ${count}:\n${lines.join('\n')}`, {
    code: 'invalid_config',
  });
}
