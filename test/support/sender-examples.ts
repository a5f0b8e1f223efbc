/**
 * Owns: reading the examples in infra/senders, whatever they are written in.
 * Does not own: what is sent by them (test/e2e/senders*.test.ts).
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const FOLDER = fileURLToPath(new URL('../../infra/senders/', import.meta.url));

export type Settings = Readonly<Record<string, unknown>>;

export function exampleText(path: string): string {
  return readFileSync(`${FOLDER}${path}`, 'utf8');
}

/** YAML, or JSON. */
export function exampleYaml(path: string): Settings {
  return parse(exampleText(path)) as Settings;
}

/** What stands at the dotted `path`; a missing one fails the test. */
export function at(settings: unknown, path: string): unknown {
  let found: unknown = settings;
  for (const name of path.split('.')) {
    found = (found as Record<string, unknown> | undefined)?.[name];
    if (found === undefined) throw new Error(`The example has no ${path} (${name})`);
  }
  return found;
}

export function textAt(settings: unknown, path: string): string {
  const found = at(settings, path);
  if (typeof found !== 'string') throw new Error(`${path} is no text: ${JSON.stringify(found)}`);
  return found;
}

/** `${NAME}` and Fluentd's `#{ENV['NAME']}`, as the programs replace them from their environment. */
export function withEnvironment(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$\{(\w+)\}|#\{ENV\['(\w+)'\]\}/g,
    (_whole, plain: string | undefined, ruby: string | undefined) => {
      const name = plain ?? ruby ?? '';
      const value = env[name];
      if (value === undefined) throw new Error(`The example asks for ${name}`);
      return value;
    },
  );
}

/** One directive of a Fluentd configuration: its parameters, and the directives in it by name. */
export interface Directive {
  readonly parameters: ReadonlyMap<string, string>;
  readonly sections: ReadonlyMap<string, Directive>;
}

/** Fluentd's format, as far as the example uses it: `<name args>`, `parameter value`, `</name>`. */
export function parseFluentd(text: string): Directive {
  interface Open extends Directive {
    readonly parameters: Map<string, string>;
    readonly sections: Map<string, Directive>;
  }
  const directive = (): Open => ({ parameters: new Map(), sections: new Map() });
  const root = directive();
  const open: Open[] = [root];
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name] = /^<([a-z]+).*>$/.exec(line) ?? [];
    if (name !== undefined) {
      const inner = directive();
      open.at(-1)?.sections.set(name, inner);
      open.push(inner);
    } else if (line.startsWith('</')) open.pop();
    else {
      const [parameter = '', ...value] = line.split(' ');
      open.at(-1)?.parameters.set(parameter, value.join(' '));
    }
  }
  if (open.length !== 1) throw new Error('A directive is not closed');
  return root;
}

/** The settings `name => value` of one plugin in a Logstash pipeline, as their texts. */
export function logstashSettings(text: string, plugin: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').map((line) => line.trim());
  const start = lines.indexOf(`${plugin} {`);
  if (start < 0) throw new Error(`The pipeline has no ${plugin}`);
  const block = lines.slice(start + 1, lines.indexOf('}', start));
  const pairs = block.flatMap((line): [string, string][] => {
    const [, name, value] = /^(\w+) => (.+)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  return new Map(pairs);
}
