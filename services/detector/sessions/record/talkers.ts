/**
 * Owns: programs that talk to hosts, and which of their arguments are hosts.
 * Does not own: whether such an argument can be a host at all (named-hosts.ts).
 */
import { baseName } from './command-words.ts';

/**
 * `any`: a name of whatever form; `full`: one with a dot, since other words stand there as well;
 * `remote`: the part before a colon, as in `host:/path`.
 */
export type Form = 'any' | 'full' | 'remote';

export interface Argument {
  readonly text: string;
  readonly form: Form;
}

interface Talker {
  readonly form: Form;
  /** Behind the first comes what is run or sent there. */
  readonly isFirstOnly?: boolean;
  /** Letters of options whose value is the next word. */
  readonly values?: string;
  /** `-h` names a host, and no other argument does. */
  readonly isByOption?: boolean;
}

const PING: Talker = { form: 'any', values: 'cIiQsStTwWMmlpFfq' };
const LOOKUP: Talker = { form: 'full', values: 'btpkyqxc' };
const SSH: Talker = { form: 'any', isFirstOnly: true, values: 'bBcDEeFIiJLlmOopPQRSWw' };
const NETCAT: Talker = { form: 'any', isFirstOnly: true, values: 'eIioPpqsTVWwXxgGcd' };
const COPY: Talker = { form: 'remote', values: 'cFiJloPSe' };
const FETCH: Talker = { form: 'full', values: 'AbcCdDeEFHKmoPQrtTuUwXyYzaiOBIl' };
const DATABASE: Talker = { form: 'any', isByOption: true };

const TALKERS: ReadonlyMap<string, Talker> = new Map([
  ...(['ping', 'ping6', 'fping', 'arping', 'traceroute', 'tracepath', 'mtr'] as const).map(
    (name) => [name, PING] as const,
  ),
  ...(['dig', 'host', 'nslookup', 'drill', 'kdig', 'whois', 'getent'] as const).map(
    (name) => [name, LOOKUP] as const,
  ),
  ...(['ssh', 'sftp', 'mosh', 'ftp', 'tftp', 'autossh'] as const).map(
    (name) => [name, SSH] as const,
  ),
  ...(['nc', 'ncat', 'netcat', 'nc.openbsd', 'nc.traditional', 'telnet'] as const).map(
    (name) => [name, NETCAT] as const,
  ),
  ...(['scp', 'rsync'] as const).map((name) => [name, COPY] as const),
  ...(['curl', 'wget', 'http', 'https', 'aria2c', 'lynx', 'axel', 'fetch'] as const).map(
    (name) => [name, FETCH] as const,
  ),
  ...(['psql', 'pg_dump', 'mysql', 'mysqldump', 'mariadb', 'redis-cli', 'mongo'] as const).map(
    (name) => [name, DATABASE] as const,
  ),
  ['nmap', { form: 'any', values: 'pgSDeiT' }],
]);

/** What stands before a program without being it. */
const BEFORE: ReadonlySet<string> = new Set([
  ...['sudo', 'env', 'exec', 'nohup', 'setsid', 'time', 'timeout', 'watch', 'xargs', 'nice'],
  ...['sh', 'bash', 'ash', 'dash', 'zsh', 'busybox', 'toybox', 'stdbuf', 'command', 'torsocks'],
  ...['proxychains', 'proxychains4', 'then', 'do', 'if', 'while', 'until', 'else', '!', '$', '{'],
]);
const PREFIX_WORD = /^(?:-|[A-Za-z_]\w*=|[\d.]+[smhd]?$)/;

/** Long options of those that fetch, with the value in the next word. */
const LONG_VALUES: ReadonlySet<string> = new Set([
  ...['--output', '--header', '--data', '--data-binary', '--data-raw', '--data-urlencode'],
  ...['--user-agent', '--cookie', '--cookie-jar', '--form', '--upload-file', '--request', '--user'],
  ...['--output-document', '--directory-prefix', '--post-file', '--post-data', '--config'],
  ...['--cacert', '--cert', '--key', '--write-out', '--connect-timeout', '--max-time', '--retry'],
]);

function takesValue(option: string, { values = '' }: Talker): boolean {
  if (option.startsWith('--')) return LONG_VALUES.has(option);
  return option.length > 1 && values.includes(option.slice(-1));
}

function plainArguments(words: readonly string[], talker: Talker): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word.startsWith('-')) at += takesValue(word, talker) ? 1 : 0;
    else found.push(word);
  }
  return talker.isFirstOnly === true ? found.slice(0, 1) : found;
}

/** `-h db`, `-hdb`, `--host db`, `--host=db`. */
function byOption(words: readonly string[], isShort: boolean): readonly string[] {
  return words.flatMap((word, i) => {
    const next = words[i + 1] ?? '';
    if (word === '--host' || (isShort && word === '-h')) return [next];
    if (word.startsWith('--host=')) return [word.slice('--host='.length)];
    return isShort && /^-h\w/.test(word) ? [word.slice(2)] : [];
  });
}

/** Arguments of a command that stand where a host stands. `words`: the program comes first. */
export function hostArguments(words: readonly string[]): readonly Argument[] {
  const start = words.findIndex((word) => !BEFORE.has(baseName(word)) && !PREFIX_WORD.test(word));
  const talker = start < 0 ? undefined : TALKERS.get(baseName(words[start] ?? ''));
  const rest = words.slice(start + 1);
  const optional = byOption(rest, talker?.isByOption === true);
  const plain =
    talker === undefined || talker.isByOption === true ? [] : plainArguments(rest, talker);
  const form = talker?.form ?? 'any';
  return [
    ...plain.map((text) => ({ text, form })),
    ...optional.map((text) => ({ text, form: 'any' as const })),
  ];
}
