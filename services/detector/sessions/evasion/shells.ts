/**
 * Owns: which command is a shell that waits for what is typed into it, and which program is a
 * container runtime's. From texts that have lost the boundaries of arguments: an argument may end
 * anywhere, so what is not certain is not said.
 */
import type { AlertFact, LineFact } from '../facts/model.ts';

/** A command that is longer has a script in it; and nothing takes longer than this to look at. */
const MAX_CHARS = 8192;

const SHELLS: ReadonlySet<string> = new Set([
  ...['sh', 'bash', 'rbash', 'ash', 'dash', 'zsh', 'ksh', 'ksh93', 'mksh', 'pdksh', 'yash', 'fish'],
  ...['csh', 'tcsh', 'pwsh', 'xonsh', 'nu', 'elvish', 'hush', 'lash', 'msh'],
]);
/** One program of many names; the name is the first argument. */
const BOXES: ReadonlySet<string> = new Set(['busybox', 'toybox', 'busybox-static']);
/** Options after which a shell still waits: of letters, and in words. */
const WAITING_LETTERS = /^[-+][abefhiklmnpqrstuvxBCDEHPTV]*$/;
const WAITING_WORDS: ReadonlySet<string> = new Set([
  ...['--login', '--norc', '--noprofile', '--posix', '--restricted', '--verbose', '--noediting'],
  ...['--', '--interactive', '--no-config', '--private', '--debugger', '--globalrcs', '--no-rcs'],
]);
/** Options whose value is the next word. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  ...['--rcfile', '--init-file', '-o', '+o', '-O', '+O'],
]);
/** Before a command, without being one; `exec` and its like take its place. */
const BEFORE: ReadonlySet<string> = new Set(['env', 'exec', 'nohup', 'setsid', 'sudo', 'command']);
const ASSIGNMENT = /^[A-Za-z_]\w*=/;
/** Between commands of a script; kept, since a shell behind a pipe reads its script there. */
const BETWEEN = /([;&|(){}\s]*[;&|(){}][;&|(){}\s]*)/;
const MAX_SCRIPTS = 4;

const RUNTIMES: ReadonlySet<string> = new Set([
  ...['runc', 'docker-runc', 'nvidia-container-runtime', 'crun', 'youki', 'runsc', 'runsc-sandbox'],
  ...[
    'kata-runtime',
    'kata-agent',
    'conmon',
    'conmonrs',
    'crio',
    'containerd',
    'dockerd',
    'kubelet',
  ],
  ...['docker-containerd', 'docker-containerd-shim', 'dockershim', 'cri-dockerd', 'crio-conmon'],
]);
/** runc runs from a copy of itself in memory: `/memfd:runc_cloned:/proc/self/exe (deleted)`. */
const MEMORY_RUNC = '/memfd:runc_cloned:';
/** libcontainer names its steps: `runc:[2:INIT]`. */
const STEP = /^runc:\[/;
const DELETED = ' (deleted)';

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A login shell has a dash before its name: `-bash`. */
function isShellName(word: string): boolean {
  const name = baseName(word);
  return SHELLS.has(name.startsWith('-') ? name.slice(1) : name);
}

function wordsOf(text: string): readonly string[] {
  return text.split(/[\s"'`]+/).filter((word) => word !== '');
}

/** The words from the shell's own options on; undefined where it is another program. */
function afterShell(words: readonly string[]): readonly string[] | undefined {
  let at = 0;
  while (isBefore(words[at] ?? '') || (at > 0 && words[at]?.startsWith('-'))) at += 1;
  const name = words[at] ?? '';
  if (BOXES.has(baseName(name))) at += 1;
  return isShellName(words[at] ?? '') ? words.slice(at + 1) : undefined;
}

function isBefore(word: string): boolean {
  return BEFORE.has(baseName(word)) || ASSIGNMENT.test(word);
}

/** How many of its words are options after which a shell still waits. */
function waitingOptions(words: readonly string[]): number {
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (WITH_VALUE.has(word)) at += 1;
    else if (!WAITING_WORDS.has(word) && !WAITING_LETTERS.test(word)) break;
  }
  return Math.min(at, words.length);
}

/** `-c`, alone or with others: `-lc`. */
function isScriptOption(word: string): boolean {
  return /^-[a-zA-Z]*c$/.test(word) || word === '--command';
}

/**
 * Whether it waits for input. A script counts where a shell is the last thing in it, as what people
 * click in a browser starts one: `sh -c "clear; (bash || ash || sh)"`.
 */
function waits(text: string, depth: number): boolean {
  const options = afterShell(wordsOf(text));
  if (options === undefined) return false;
  const rest = options.slice(waitingOptions(options));
  const [option = '', ...script] = rest;
  if (option === '') return true;
  if (!isScriptOption(option) || depth >= MAX_SCRIPTS) return false;
  const last = lastCommand(script.join(' '));
  return last !== undefined && waits(last, depth + 1);
}

/** Undefined where it reads what the one before it writes. */
function lastCommand(script: string): string | undefined {
  const parts = script.split(BETWEEN);
  const at = parts.findLastIndex((part, i) => i % 2 === 0 && part.trim() !== '');
  const isPiped = (parts[at - 1] ?? '').replaceAll('||', '').includes('|');
  return isPiped ? undefined : parts[at];
}

/**
 * A bare shell: no script, no command. `commandLine` is as a node tells it, with or without the
 * runtime's wrapper. Where there is none, nothing is said: the executable is that of the caller.
 */
export function isInteractiveShell({ commandLine }: Pick<LineFact, 'commandLine'>): boolean {
  if (commandLine === undefined || commandLine.length > MAX_CHARS) return false;
  return waits(commandLine, 0);
}

/** `program`: a path or a bare name. */
export function isShell(program: string): boolean {
  return isShellName(program) || BOXES.has(baseName(program));
}

/** A container runtime, or what it starts containers with; a path or a bare name. */
export function isRuntime(program: string): boolean {
  if (program.startsWith(MEMORY_RUNC)) return true;
  const path = program.endsWith(DELETED) ? program.slice(0, -DELETED.length) : program;
  const name = baseName(path);
  return RUNTIMES.has(name) || name.startsWith('containerd-shim') || STEP.test(name);
}

/** The node tells the program that called: what the runtime started itself has it there. */
export function startedByRuntime({ executable }: Pick<LineFact, 'executable'>): boolean {
  return executable !== undefined && isRuntime(executable);
}

/** Falco's own rule for it; its output need not say that there is a terminal. */
const TERMINAL_SHELL_RULE = 'Terminal shell in container';

type Told = Pick<AlertFact, 'rule' | 'hasTerminal' | 'processName' | 'commandLine' | 'executable'>;

/** An alert of Falco on a shell with a terminal, with nothing to run but what is typed. */
export function isTerminalShell(alert: Told): boolean {
  const { commandLine, executable, hasTerminal, processName, rule } = alert;
  if (hasTerminal !== true && rule !== TERMINAL_SHELL_RULE) return false;
  if (commandLine !== undefined && commandLine !== '') return isInteractiveShell({ commandLine });
  const program = processName ?? executable;
  return program !== undefined && isShellName(program);
}
