/**
 * Owns: reading the YAML file's text into values with line and column, and finding keys that do
 * not exist. Does not own: reading the file (load.ts), types and limits (schema.ts).
 */
import {
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Document,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import type { ConfigProblem, GivenValue, SourceReading } from './draft.ts';
import { findKey, isSection } from './keys.ts';
import { unknownKeyMessage } from './unknown-key.ts';

interface Reader {
  readonly document: Document;
  readonly given: GivenValue[];
  readonly problems: ConfigProblem[];
  at(node: Node): string;
}

function readPair(reader: Reader, pair: Pair<Node, Node | null>, prefix: string): void {
  const name = `${prefix}${isScalar(pair.key) ? String(pair.key.value) : '?'}`;
  const where = reader.at(pair.key);
  const value = isAlias(pair.value) ? (pair.value.resolve(reader.document) ?? null) : pair.value;
  if (isSection(name)) {
    readSection(reader, name, value);
    return;
  }
  if (findKey(name) === undefined) {
    reader.problems.push({ where, message: unknownKeyMessage(name, isMap(value)) });
    return;
  }
  const plain: unknown = value?.toJS(reader.document) ?? null;
  if (plain === null || value === null) {
    reader.problems.push({ where, message: `${name} has no value: give it one, or take it out` });
    return;
  }
  reader.given.push({ name, value: plain, where: reader.at(value) });
}

/** An empty section is as good as none. */
function readSection(reader: Reader, name: string, value: Node | null): void {
  if (isMap(value)) {
    readMap(reader, value, `${name}.`);
  } else if (value !== null && !(isScalar(value) && value.value === null)) {
    reader.problems.push({
      where: reader.at(value),
      message: `${name} holds keys of its own: write them below it, two spaces further in`,
    });
  }
}

function readMap(reader: Reader, map: YAMLMap, prefix: string): void {
  for (const pair of map.items) readPair(reader, pair as Pair<Node, Node | null>, prefix);
}

/** `file` is the name that problems are shown with. Never throws: what is wrong is a problem. */
export function readYaml(text: string, file: string): SourceReading {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const atOffset = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const reader: Reader = {
    document,
    given: [],
    problems: [...document.errors, ...document.warnings].map((error) => ({
      where: atOffset(error.pos[0]),
      message: `not valid YAML: ${error.message}`,
    })),
    at: (node) => atOffset(node.range?.[0] ?? 0),
  };
  if (document.errors.length > 0) return reader;
  const { contents } = document;
  if (isMap(contents)) readMap(reader, contents, '');
  else if (contents !== null && !(isScalar(contents) && contents.value === null)) {
    reader.problems.push({ where: reader.at(contents), message: 'expected keys and values' });
  }
  return reader;
}
