/**
 * Owns: the files that the configuration names, what each is read as, and where what they say goes.
 * Does not own: watching them (watch.ts), what is made of it all (load.ts).
 */
import { createHash } from 'node:crypto';
import { type InventoryReading, readInventory } from '../../../../shared/config/inventory.ts';
import type { Config } from '../../../../shared/config/load.ts';
import type { NamedSet } from '../address.ts';
import { readAddressList } from '../address-list.ts';
import type { AddressSet } from '../address-set.ts';
import { type Directory, readDirectory } from '../directory.ts';
import { type Lookup, readDatabase } from '../geo.ts';
import { createInventory, type Inventory } from '../inventory.ts';
import type { LocalData } from '../local.ts';
import type { Parsed } from '../parsed.ts';

/** What one file gave. */
export type Part =
  | { readonly kind: 'inventory'; readonly value: Inventory }
  | {
      readonly kind: 'list';
      readonly of: 'networks' | 'threats';
      readonly name: string;
      readonly value: AddressSet;
    }
  | { readonly kind: 'geo' | 'asn'; readonly value: Lookup }
  | { readonly kind: 'users'; readonly value: Directory };

export interface Source {
  /** In logs and metrics: `inventory`, `networks/office`. */
  readonly label: string;
  readonly path: string;
  read(bytes: Buffer): Parsed<Part>;
}

/** What one file gave, and what stands for its content. */
export interface Loaded {
  readonly part: Part;
  readonly entries: number;
  readonly hash: string;
}

function as<T>(parsed: Parsed<T>, part: (value: T) => Part): Parsed<Part> {
  return parsed.ok ? { ...parsed, value: part(parsed.value) } : parsed;
}

function fromInventory(reading: InventoryReading): Parsed<Inventory> {
  if (!reading.ok) return reading;
  const { clusters } = reading;
  return { ok: true, value: createInventory(clusters), entries: clusters.length };
}

/** UTF-8 without its byte order mark; undefined: it is something else. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function fromText(read: (text: string) => Parsed<Part>): Source['read'] {
  return (bytes) => {
    const text = decode(bytes);
    if (text !== undefined) return read(text);
    return { ok: false, problems: [{ message: 'no text in UTF-8: is it the right file?' }] };
  };
}

/** A file that has nothing in it was not written to its end; a list may be empty but for a comment. */
function unlessEmpty(source: Source): Source {
  const message = 'the file is empty: for a list without entries leave a comment in it';
  return {
    ...source,
    read: (bytes) =>
      bytes.length === 0 ? { ok: false, problems: [{ message }] } : source.read(bytes),
  };
}

function single(label: string, path: string | undefined, read: Source['read']): readonly Source[] {
  return path === undefined ? [] : [{ label, path, read }];
}

function lists(
  of: 'networks' | 'threats',
  entries: readonly { readonly name: string; readonly path: string }[],
): readonly Source[] {
  return entries.map(({ name, path }) => ({
    label: `${of}/${name}`,
    path,
    read: fromText((text) =>
      as(readAddressList(text), (value) => ({ kind: 'list', of, name, value })),
    ),
  }));
}

/** In the order in which the lists' names stand in documents: that of the configuration. */
export function sourcesOf({ enrichment }: Config['normalizer']): readonly Source[] {
  const { asnPath, geoPath, inventoryPath, networks, threats, usersPath } = enrichment;
  const inventory = fromText((text) =>
    as(fromInventory(readInventory(text)), (value) => ({ kind: 'inventory', value })),
  );
  const users = fromText((text) => as(readDirectory(text), (value) => ({ kind: 'users', value })));
  const database = (kind: 'geo' | 'asn') => (bytes: Buffer) =>
    as(readDatabase(bytes, kind), (value) => ({ kind, value }));
  return [
    ...single('inventory', inventoryPath, inventory),
    ...lists('networks', networks),
    ...lists('threats', threats),
    ...single('geo', geoPath, database('geo')),
    ...single('asn', asnPath, database('asn')),
    ...single('users', usersPath, users),
  ].map(unlessEmpty);
}

const VERSION_CHARS = 12;

export function hashOf(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** All files together. `loaded` is in the order of the sources. */
export function dataOf(loaded: readonly Loaded[]): LocalData {
  const networks: NamedSet[] = [];
  const threats: NamedSet[] = [];
  const data: { -readonly [Name in keyof LocalData]: LocalData[Name] } = {
    networks,
    threats,
    version: hashOf(loaded.map(({ hash }) => hash).join()).slice(0, VERSION_CHARS),
  };
  for (const { part } of loaded) {
    if (part.kind === 'list') {
      const sets = part.of === 'networks' ? networks : threats;
      sets.push({ name: part.name, set: part.value });
    } else if (part.kind === 'inventory') data.inventory = part.value;
    else if (part.kind === 'users') data.directory = part.value;
    else data[part.kind] = part.value;
  }
  return data;
}
