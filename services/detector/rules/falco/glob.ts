/**
 * Owns: Falco's `glob`, `iglob` and `pmatch`: fnmatch(3) without flags, so that `*` takes slashes, too,
 * and path prefixes by component (libs, prefix_search.h). Time is text times pattern at worst.
 */
import { foldCase, type Pattern } from '../pattern.ts';

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'class'; has(character: string): boolean };

type Matcher = (text: string) => boolean;

/** The same as a pattern without classes; undefined where it has one. */
export function globPattern(glob: string): Pattern | undefined {
  const parts = parseGlob(glob);
  const plain = parts.flatMap((part) => (part.kind === 'class' ? [] : [part]));
  return plain.length === parts.length ? plain : undefined;
}

export function compileGlob(glob: string, cased: boolean): Matcher {
  const parts = parseGlob(cased ? glob : foldCase(glob)).flatMap(charactersOf);
  return (text) => matches(parts, [...(cased ? text : foldCase(text))]);
}

/** Character by character, so that every part but `any` takes one. */
function charactersOf(part: Part): readonly Part[] {
  return part.kind === 'text' ? [...part.text].map((text) => ({ kind: 'text', text })) : [part];
}

function parseGlob(glob: string): readonly Part[] {
  const parts: Part[] = [];
  let text = '';
  const flush = (part?: Part): void => {
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    if (part !== undefined) parts.push(part);
  };
  for (let i = 0; i < glob.length; i++) {
    const character = glob.charAt(i);
    const end = character === '[' ? classEnd(glob, i) : -1;
    if (end !== -1) {
      flush({ kind: 'class', has: compileClass(glob.slice(i + 1, end)) });
      i = end;
    } else if (character === '*') flush({ kind: 'any' });
    else if (character === '?') flush({ kind: 'one' });
    else if (character === '\\' && i + 1 < glob.length) text += glob.charAt(++i);
    else text += character;
  }
  flush();
  return parts;
}

/** Where the class that opens at `start` closes, or -1: a bracket right at its beginning is its own. */
function classEnd(glob: string, start: number): number {
  const isNegated = glob.charAt(start + 1) === '!' || glob.charAt(start + 1) === '^';
  return glob.indexOf(']', start + (isNegated ? 3 : 2));
}

function compileClass(inside: string): (character: string) => boolean {
  const isNegated = inside.startsWith('!') || inside.startsWith('^');
  const characters = [...(isNegated ? inside.slice(1) : inside)];
  const ranges: (readonly [low: string, high: string])[] = [];
  for (let i = 0; i < characters.length; i++) {
    const low = characters[i] ?? '';
    const high = characters[i + 1] === '-' ? characters[i + 2] : undefined;
    if (high !== undefined) i += 2;
    ranges.push([low, high ?? low]);
  }
  return (character) =>
    ranges.some(([low, high]) => character >= low && character <= high) !== isNegated;
}

/** Where it fails, the last `any` takes one character more; those before it need not. */
function matches(parts: readonly Part[], text: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  let lastAny = -1;
  let lastAt = 0;
  while (at < text.length) {
    const here = parts[part];
    if (here?.kind === 'any') {
      lastAny = part++;
      lastAt = at;
    } else if (here !== undefined && takes(here, text[at] ?? '')) {
      part++;
      at++;
    } else if (lastAny !== -1) {
      part = lastAny + 1;
      at = ++lastAt;
    } else return false;
  }
  return parts.slice(part).every(({ kind }) => kind === 'any');
}

function takes(part: Exclude<Part, { kind: 'any' }>, character: string): boolean {
  if (part.kind === 'text') return part.text === character;
  return part.kind === 'one' || part.has(character);
}

/** Paths by their components: plain ones by name, patterns one by one. */
interface Folder {
  isEnd: boolean;
  readonly plain: Map<string, Folder>;
  readonly patterns: (readonly [Matcher, Folder])[];
}

const newFolder = (): Folder => ({ isEnd: false, plain: new Map(), patterns: [] });
const componentsOf = (path: string): readonly string[] =>
  path.split('/').filter((component) => component !== '');

/** Whether any of the paths is a text's path, or lies above it. */
export function compilePathPrefixes(paths: readonly string[]): Matcher {
  const root = newFolder();
  for (const path of paths) addPath(root, componentsOf(path));
  return (text) => {
    let folders: readonly Folder[] = [root];
    for (const component of componentsOf(text)) {
      if (folders.some(({ isEnd }) => isEnd)) return true;
      folders = folders.flatMap((folder) => below(folder, component));
    }
    return folders.some(({ isEnd }) => isEnd);
  };
}

function addPath(root: Folder, components: readonly string[]): void {
  let folder = root;
  for (const component of components) {
    const next = folder.plain.get(component) ?? newFolder();
    if (/[?*[]/.test(component)) folder.patterns.push([compileGlob(component, true), next]);
    else folder.plain.set(component, next);
    folder = next;
  }
  folder.isEnd = true;
}

function below({ patterns, plain }: Folder, component: string): readonly Folder[] {
  const named = plain.get(component);
  const fitting = patterns.filter(([fits]) => fits(component)).map(([, folder]) => folder);
  return named === undefined ? fitting : [named, ...fitting];
}
