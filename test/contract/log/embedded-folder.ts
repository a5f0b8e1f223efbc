/**
 * Owns: a folder of its own for each test of the embedded log, closed and removed behind it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import {
  type EmbeddedLogOptions,
  openEmbeddedLog,
} from '../../../shared/adapters/embedded-log/open.ts';
import type { Log, TopicSpec } from '../../../shared/ports/log.ts';
import { CHILD } from './embedded-child.ts';

export const SPEC: TopicSpec = {
  name: 't',
  partitions: 1,
  cleanup: 'delete',
  retentionMs: 1000,
  maxMessageBytes: 10_000_000,
};

export interface Folder {
  /** Of the running test. */
  path(): string;
  /** Opens the log there, with the topic of SPEC. */
  open(rest?: Partial<EmbeddedLogOptions>): Promise<Log>;
}

/** Registers the hooks of the calling file. */
export function folderPerTest(): Folder {
  let directory = '';
  let opened: Log[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'podwitness-embedded-'));
  });
  afterEach(async () => {
    await Promise.all(opened.map((log) => log.close()));
    opened = [];
    await rm(directory, { recursive: true, force: true });
  });
  return {
    path: () => directory,
    async open(rest = {}) {
      const log = await openEmbeddedLog({ directory, ...rest });
      opened.push(log);
      await log.ensureTopics([SPEC]);
      return log;
    },
  };
}

/** Runs a mode of embedded-child.ts to its end; `before` are shell commands. */
export function inOtherProcess(before: string, ...args: readonly string[]) {
  const command = `${before} exec "$0" --import tsx "$@"`;
  return spawnSync('bash', ['-c', command, process.execPath, CHILD, ...args], {
    encoding: 'utf8',
    timeout: 30_000,
  });
}
