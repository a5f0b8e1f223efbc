/**
 * Owns: files and folders that a command line names: paths, and what is read from or written to with
 * `<` and `>`. A guess at a text that has lost its arguments: it shows what to look at, no more.
 */
import { baseName, type Command, commandsIn, type Word } from './command-words.ts';

const MAX_FILES = 50;
const MAX_PATH_CHARS = 1024;

/** Up to a path: `--file=/etc/x`, `of=/dev/sda`, `-I/usr/include`, `@/tmp/body`. */
const PREFIX = /^(?:-{0,2}[\w.-]{1,64}=|-[A-Za-z]{1,3}(?=[/~])|@)/;
const START = /^(?:\/|~|\.\.?\/)/;
const TRAILING: ReadonlySet<string> = new Set([',', ':', ';', ')', ']', '}']);
/** A path without a start: folders, and a file with an extension that begins with a letter. */
const RELATIVE = /^[\w@+-][\w.@+-]*(?:\/[\w.@+-]+){0,32}\/[\w@+-][\w.@+-]*\.[a-z]\w{0,9}$/i;
/** `application/vnd.x` is a type of content, `github.com/x/y.git` an address. */
const MEDIA = /^(?:application|audio|font|image|message|model|multipart|text|video)\//i;
const HOST = /^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\//i;

/** Programs whose arguments begin with a slash and are no paths. */
const EDITORS: ReadonlySet<string> = new Set(['awk', 'gawk', 'mawk', 'nawk', 'sed', 'perl']);
/** `/from/,/to/p`, `/pattern/{print}`, `/pattern/d`. */
const ADDRESS = /^\/[^/]*\/(?:$|[,{!]|[a-zA-Z]{0,2}$)/;

function isPath(text: string): boolean {
  if (START.test(text)) return !text.startsWith('//');
  return RELATIVE.test(text) && !MEDIA.test(text) && !HOST.test(text);
}

/** Without what ends a sentence or a bracket. A pattern would look from each place anew. */
function withoutTrailing(text: string): string {
  let end = text.length;
  while (end > 0 && TRAILING.has(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** `PATH=/bin:/usr/bin`, `-v /etc:/host/etc:ro`; anything else is one. */
function parts(text: string): readonly string[] {
  return START.test(text) ? text.split(':') : [text];
}

function pathsOf(text: string, isRedirected: boolean): readonly string[] {
  if (text.startsWith('file:///')) return [text.slice('file://'.length)];
  const bare = text.replace(PREFIX, '');
  const found = parts(bare).map(withoutTrailing);
  if (isRedirected) return found.slice(0, 1);
  return found.filter(isPath);
}

function programOf(command: Command): string {
  return baseName(command[0]?.text ?? '');
}

function filesOf(command: Command): readonly string[] {
  const isEditor = EDITORS.has(programOf(command));
  const ofWord = ({ isRedirected, text }: Word) =>
    isEditor && ADDRESS.test(text) ? [] : pathsOf(text, isRedirected);
  return command.flatMap(ofWord);
}

function isFit(path: string): boolean {
  return path !== '' && path.length <= MAX_PATH_CHARS;
}

/** Each once, in the order in which they are named; the first fifty. */
export function filesIn(commandLine: string): readonly string[] {
  const files = new Set<string>();
  for (const path of commandsIn(commandLine).flatMap(filesOf)) {
    if (files.size >= MAX_FILES) break;
    if (isFit(path)) files.add(path);
  }
  return [...files];
}
