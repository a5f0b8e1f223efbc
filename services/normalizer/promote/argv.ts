/**
 * Owns: the command of an exec as ECS has it: `process.args` and `process.command_line`.
 */
import { beginning } from '../map/ingest.ts';
import type { JsonObject } from '../../../shared/domain/json.ts';

// Larger than other lists: what is hidden behind many or long arguments is to be found.
const MAX_ARGS = 256;
const MAX_ARG_CHARS = 8191;
const MAX_LINE_CHARS = 32_768;

const PLAIN = /^[\w@%+=:,./~^-]+$/;

/** For a POSIX shell, so that arguments with blanks are clear. */
function quote(arg: string): string {
  return PLAIN.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`;
}

export function processOf(argv: readonly string[]): JsonObject | undefined {
  if (argv.length === 0) return undefined;
  return {
    args: argv.slice(0, MAX_ARGS).map((arg) => beginning(arg, MAX_ARG_CHARS)),
    command_line: beginning(argv.map(quote).join(' '), MAX_LINE_CHARS),
  };
}

/** `kubectl cp` is an exec of tar: it packs to stdout, or unpacks from stdin. */
export function copyOf(argv: readonly string[]): string | undefined {
  const [program = '', flags = ''] = argv;
  if (program !== 'tar' && !program.endsWith('/tar')) return undefined;
  if (!flags.includes('f') || argv[2] !== '-') return undefined;
  if (flags.includes('x')) return 'to_container';
  return flags.includes('c') ? 'from_container' : undefined;
}
