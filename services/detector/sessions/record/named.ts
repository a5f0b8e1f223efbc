/**
 * Owns: files and hosts that the commands of a session name, each once, in the order of the commands.
 */
import type { Command } from '../model.ts';
import { filesIn } from './named-files.ts';
import { hostsIn } from './named-hosts.ts';

/** The document lists no more; who needs all searches the command lines. */
const MAX_NAMED = 200;

export interface Named {
  readonly files: readonly string[];
  readonly hosts: readonly string[];
}

export function namedIn(commands: readonly Command[]): Named {
  const [files, hosts] = [new Set<string>(), new Set<string>()];
  const read = new Set<string>();
  for (const { commandLine } of commands) {
    if (commandLine === undefined || read.has(commandLine)) continue;
    if (files.size >= MAX_NAMED && hosts.size >= MAX_NAMED) break;
    read.add(commandLine);
    for (const file of filesIn(commandLine)) files.add(file);
    for (const host of hostsIn(commandLine)) hosts.add(host);
  }
  return { files: [...files].slice(0, MAX_NAMED), hosts: [...hosts].slice(0, MAX_NAMED) };
}
