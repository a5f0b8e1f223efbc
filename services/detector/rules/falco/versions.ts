/**
 * Owns: what a rule file requires of Falco and its plugins, and whether we are that.
 */
import { isSeq } from 'yaml';
import type { Node, Source } from '../source.ts';
import { has, type Item, ItemError, itemOf, placeOfKey, textAt } from './yaml.ts';

type Version = readonly [major: number, minor: number, patch: number];

/** The language is read as of Falco's engine of this version (August 2026, with oneof, anyof, allof). */
const ENGINE: Version = [0, 70, 0];
/** Plugins whose fields we have, and of which version they are known. */
const PLUGINS: Readonly<Record<string, Version>> = {
  k8saudit: [0, 18, 0],
  'k8saudit-aks': [0, 6, 0],
  'k8saudit-eks': [0, 12, 0],
  'k8saudit-gke': [0, 9, 0],
  'k8saudit-ovh': [0, 6, 0],
  json: [0, 7, 4],
};

function versionOf(text: string): Version | undefined {
  const [, major, minor, patch] = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:[-+].*)?$/.exec(text) ?? [];
  return patch === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** Of one major version, and no newer. */
function isMet(required: Version, own: Version): boolean {
  if (required[0] !== own[0]) return false;
  return required[1] === own[1] ? required[2] <= own[2] : required[1] < own[1];
}

/** A number alone is a minor version: 15 is 0.15.0. */
export function checkEngineVersion(item: Item): void {
  const key = 'required_engine_version';
  const text = textAt(item, key);
  const at = placeOfKey(item, key);
  const required = versionOf(/^\d{1,9}$/.test(text) ? `0.${text}.0` : text);
  if (required === undefined) {
    throw new ItemError(
      `Unable to parse engine version '${text}' as a semver string. Expected "x.y.z" semver format.`,
      at,
    );
  }
  if (isMet(required, ENGINE)) return;
  throw new ItemError(
    `Rules require engine version ${required.join('.')}, but engine version is ${ENGINE.join('.')}`,
    at,
    'Try the rules without this requirement, and heed what is said of each.',
  );
}

/** What is not met is a warning: rules that need what is missing say so themselves. */
export function checkPluginVersions(item: Item): void {
  const key = 'required_plugin_versions';
  const node = item.entries.get(key)?.value ?? null;
  if (!isSeq(node)) {
    const reason = 'Value of required_plugin_versions must be a sequence';
    throw new ItemError(reason, placeOfKey(item, key));
  }
  for (const each of node.items) checkPlugin(item.source, each);
}

interface Requirement {
  readonly name: string;
  readonly version: Version;
}

function checkPlugin(source: Source, node: Node): void {
  const plugin = itemOf(source, node, 'a plugin version');
  if (plugin === undefined)
    throw new ItemError('Plugin version must be a mapping', source.at(node));
  const requirements = [requirementOf(plugin), ...alternativesOf(plugin)];
  const names = new Set<string>();
  for (const { name } of requirements) {
    if (names.has(name)) {
      throw new ItemError(
        `Defined multiple alternative version requirements for plugin '${name}'`,
        plugin.at,
      );
    }
    names.add(name);
  }
  const isKnown = requirements.some(({ name, version }) => {
    const own = Object.hasOwn(PLUGINS, name) ? PLUGINS[name] : undefined;
    return own !== undefined && isMet(version, own);
  });
  if (isKnown) return;
  const wanted = requirements.map(({ name, version }) => `${name} ${version.join('.')}`);
  const reason = `the file requires a plugin that is not known here: ${wanted.join(' or ')}`;
  source.report(plugin.at, 'warning', reason, 'Rules that use fields of it are rejected.');
}

function requirementOf(plugin: Item): Requirement {
  const name = textAt(plugin, 'name');
  const text = textAt(plugin, 'version');
  const version = versionOf(text);
  if (version !== undefined) return { name, version };
  throw new ItemError(
    `Invalid required version '${text}' for plugin '${name}'`,
    placeOfKey(plugin, 'version'),
  );
}

function alternativesOf(plugin: Item): readonly Requirement[] {
  if (!has(plugin, 'alternatives')) return [];
  const node = plugin.entries.get('alternatives')?.value ?? null;
  if (!isSeq(node)) {
    throw new ItemError(
      'Value of plugin version alternatives must be a sequence',
      placeOfKey(plugin, 'alternatives'),
    );
  }
  return node.items.map((each) => {
    const alternative = itemOf(plugin.source, each, 'a plugin version alternative');
    if (alternative !== undefined) return requirementOf(alternative);
    throw new ItemError('Plugin version alternative must be a mapping', plugin.at);
  });
}
