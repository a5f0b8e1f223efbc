/**
 * Owns: options of programs that take a password under a name which does not say so.
 * Does not own: options whose name does (names.ts), the walk over a command (arguments.ts).
 * Source: each program's own manual page.
 */

/**
 * Which part of an argument is secret. `user:password` and `user%password` keep the user, `key=value`
 * the key, `pass:x` (OpenSSL) the word before it.
 */
export type Part = 'whole' | 'after-colon' | 'after-percent' | 'after-equals' | 'after-pass';

interface Program {
  /** Options with their argument as the next word; behind `=`, too. */
  readonly next: Readonly<Record<string, Part>>;
  /** Options with their argument in the same word. */
  readonly attached: Readonly<Record<string, Part>>;
}

function program(next: Program['next'], attached: Program['attached'] = {}): Program {
  return { next, attached };
}

const P: Part = 'whole';
const MYSQL = program({}, { '-p': P });
const MONGO = program({ '-p': P }, { '-p': P });
const REDIS = program({ '-a': P, '--pass': P, auth: P, AUTH: P }, { '-a': P });
const LDAP = program({ '-w': P }, { '-w': P });
const REGISTRY = program({ '-p': P, '--creds': 'after-colon' });
const SQL = program({ '-P': P }, { '-P': P });
const ZIP = program({ '-P': P, '-p': P }, { '-P': P, '-p': P });
const OPENSSL = program({
  '-passin': 'after-pass',
  '-passout': 'after-pass',
  '-pass': 'after-pass',
  '-k': P,
  '-K': P,
});
const CURL = program(
  {
    ...{ '-u': 'after-colon', '--user': 'after-colon', '-U': 'after-colon' },
    ...{ '--proxy-user': 'after-colon' },
  },
  { '-u': 'after-colon', '-U': 'after-colon' },
);
const SMB = program(
  { '-U': 'after-percent', '--user': 'after-percent' },
  { '-U': 'after-percent' },
);

const PROGRAMS: ReadonlyMap<string, Program> = new Map([
  ...['mysql', 'mysqldump', 'mysqladmin', 'mysqlimport', 'mysqlcheck', 'mysqlsh', 'mariadb'].map(
    (name) => [name, MYSQL] as const,
  ),
  ...['mariadb-dump', 'mariadb-admin', 'xtrabackup', 'mydumper'].map((n) => [n, MYSQL] as const),
  ...['mongo', 'mongosh', 'mongodump', 'mongorestore', 'mongoexport', 'mongoimport'].map(
    (name) => [name, MONGO] as const,
  ),
  ...['redis-cli', 'valkey-cli', 'keydb-cli'].map((name) => [name, REDIS] as const),
  ...['ldapsearch', 'ldapadd', 'ldapmodify', 'ldapdelete', 'ldapwhoami', 'ldappasswd'].map(
    (name) => [name, LDAP] as const,
  ),
  ...['docker', 'podman', 'nerdctl', 'buildah', 'skopeo', 'helm', 'crane', 'oras', 'az'].map(
    (name) => [name, REGISTRY] as const,
  ),
  ...['sqlcmd', 'bcp', 'isql'].map((name) => [name, SQL] as const),
  ...['zip', 'unzip', '7z', '7za', 'rar', 'unrar', 'useradd', 'usermod'].map(
    (n) => [n, ZIP] as const,
  ),
  ...['smbclient', 'rpcclient', 'smbmap'].map((name) => [name, SMB] as const),
  ['openssl', OPENSSL],
  ['curl', CURL],
  ['sshpass', program({ '-p': P }, { '-p': P })],
  ['plink', program({ '-pw': P })],
  ['etcdctl', program({ '--user': 'after-colon' })],
]);

/** What they do with what the command before them writes. */
const READS_PASSWORD: ReadonlySet<string> = new Set([
  'passwd',
  'chpasswd',
  'cryptsetup',
  'su',
  'sudo',
]);
const READS_BY_OPTION: ReadonlySet<string> = new Set([
  '--password-stdin',
  '--stdin',
  '--pass-stdin',
]);

function baseName(word: string): string {
  const bare = word.replace(/^[$(`]+/, '');
  return bare.slice(bare.lastIndexOf('/') + 1);
}

/** The program that a word starts, or undefined. Sensors write `command=mysql`. */
export function programOf(word: string): Program | undefined {
  if (word.length > 256) return undefined;
  return PROGRAMS.get(baseName(word.slice(word.indexOf('=') + 1)));
}

export function readsPassword(words: readonly string[]): boolean {
  return words.some((word) => READS_PASSWORD.has(baseName(word)) || READS_BY_OPTION.has(word));
}

export type { Program };

/** Options of any program, with their argument as the next word or behind `=`. */
export const COMMON: Program['next'] = {
  '--from-literal': 'after-equals',
  '--docker-password': 'whole',
  '--creds': 'after-colon',
  '--src-creds': 'after-colon',
  '--dest-creds': 'after-colon',
};
