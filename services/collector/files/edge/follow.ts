/**
 * Owns: following one pattern of the configuration: looking for files again and again, reading what
 * they have, remembering how far.
 * Does not own: one look at one path (survey.ts), reading (drain.ts).
 */
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pLimit, { type LimitFunction } from 'p-limit';
import { LaneLostError } from '../../../../shared/errors/fault.ts';
import type { RunningWorker } from '../../../../shared/pipeline/runner.ts';
import type { Clock, Health, InputTelemetry, Logger } from '../../../../shared/ports/telemetry.ts';
import type { Delivery } from '../../inputs/edge/deliver.ts';
import type { Glob } from '../glob.ts';
import { parseRotated } from '../rotation.ts';
import { type Checkpoints, openCheckpoints } from './checkpoints.ts';
import { drain, type DrainLimits, type DrainParts, hasWork } from './drain.ts';
import {
  checkpointOf,
  createFamily,
  type Family,
  type FirstSight,
  lagOf,
  release,
} from './family.ts';
import { createFolders, type Folders } from './folders.ts';
import { survey, type SurveyParts } from './survey.ts';
import { createWake, type Wake } from './wake.ts';

/** What all inputs of a process share, so that memory does not grow with their number. */
export interface Shared {
  readonly slots: LimitFunction;
  readonly large: LimitFunction;
}

export interface FollowParts {
  readonly glob: Glob;
  readonly senderId: string;
  readonly from: 'beginning' | 'end';
  /** Of this input alone. */
  readonly checkpointFolder: string;
  readonly limits: DrainLimits;
  readonly delivery: Delivery;
  readonly shared: Shared;
  readonly telemetry: InputTelemetry;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health: Health;
}

/** How many files are read at a time, and surveyed. */
export const READERS = 4;
const SURVEYORS = 8;
/** The API server may rotate every second, and keep few files. */
const POLL_MS = 250;
const LEAST_POLL_MS = 25;
/** Looking takes a small part of the time, however many files there are. */
const REST_PER_LOOK = 4;
/** Open without need: more are closed, oldest first. */
const MAX_IDLE_OPEN = 256;

class Follower {
  readonly #parts: FollowParts;
  readonly #checkpoints: Checkpoints;
  readonly #stopped = new AbortController();
  readonly #folders: Folders;
  readonly #wake: Wake = createWake();
  readonly #families = new Map<string, Family>();
  readonly #realPaths = new Map<string, { readonly id: string; readonly path: string }>();
  readonly #draining = new Set<Promise<void>>();
  readonly #surveyors = pLimit(SURVEYORS);
  /** What could not be read at the last look, and why. */
  #troubles = new Map<string, string>();
  #told = '';
  #isFirstLook = true;
  #failure: Error | undefined;

  constructor(parts: FollowParts, checkpoints: Checkpoints) {
    this.#parts = parts;
    this.#checkpoints = checkpoints;
    this.#folders = createFolders(() => parts.clock.now());
    for (const { files, path } of checkpoints.found.values()) {
      this.#families.set(path, createFamily(path, 'read', files));
    }
  }

  async run(): Promise<void> {
    try {
      // Before the first look: whoever is killed in it reads too much at the next start, not too little.
      await this.#checkpoints.begin();
      while (!this.#stopped.signal.aborted) {
        const startMs = this.#parts.clock.now();
        await this.#look();
        const tookMs = this.#parts.clock.now() - startMs;
        const restMs = tookMs * REST_PER_LOOK;
        await this.#wake.wait(Math.max(LEAST_POLL_MS, restMs), Math.max(POLL_MS, restMs));
      }
      await Promise.all(this.#draining);
      if (this.#failure !== undefined) throw this.#failure;
    } finally {
      this.#wake.close();
      await this.#checkpoints.close();
      for (const file of this.#allFiles()) await release(file);
    }
  }

  stop(): void {
    this.#stopped.abort();
    this.#wake.close();
  }

  #allFiles() {
    return [...this.#families.values()].flatMap(({ files }) => files);
  }

  async #look(): Promise<void> {
    this.#troubles = new Map();
    await this.#discover();
    const families = [...this.#families.values()];
    await Promise.all(families.map((family) => this.#surveyors(() => this.#survey(family))));
    this.#isFirstLook = false;
    for (const family of families) this.#follow(family);
    this.#tellTroubles();
    await this.#closeIdle();
    this.#parts.telemetry.lagBytes(this.#allFiles().reduce((sum, file) => sum + lagOf(file), 0));
    this.#wake.watch(new Set([...this.#families.keys()].map((path) => dirname(path))));
  }

  /** Families for all paths that match now. */
  async #discover(): Promise<void> {
    const { glob } = this.#parts;
    const refused = (folder: string, error: NodeJS.ErrnoException) => this.#refused(folder, error);
    const matched = await this.#folders.match(glob, refused);
    const paths = new Set<string>();
    for (const path of matched) paths.add((await this.#realPath(path)) ?? path);
    for (const path of paths) {
      const live = parseRotated(basename(path))?.live;
      const owner = live === undefined ? undefined : join(dirname(path), live);
      const isOwned = owner !== undefined && (paths.has(owner) || this.#families.has(owner));
      this.#family(isOwned ? owner : path).wanted.add(path);
    }
  }

  #family(path: string): Family {
    const known = this.#families.get(path);
    if (known !== undefined) return known;
    const family = createFamily(path, this.#firstSight(path));
    this.#families.set(path, family);
    return family;
  }

  /** A file that comes later is new altogether: to skip any of it would lose lines. */
  #firstSight(path: string): FirstSight {
    const { damaged, isFirst, nameOf } = this.#checkpoints;
    if (!isFirst || !this.#isFirstLook || damaged.has(nameOf(path))) return 'read';
    return this.#parts.from === 'end' ? 'skipAll' : 'skipRotated';
  }

  /** Undefined: it is gone, or no file. Links are followed, also those on the way. */
  async #realPath(path: string): Promise<string | undefined> {
    try {
      const { dev, ino } = await stat(path, { bigint: true });
      const id = `${dev}:${ino}`;
      const known = this.#realPaths.get(path);
      if (known?.id === id) return known.path;
      const real = await realpath(path);
      this.#realPaths.set(path, { id, path: real });
      return real;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      if (code !== 'ENOENT') this.#refused(path, error as NodeJS.ErrnoException);
      return undefined;
    }
  }

  async #survey(family: Family): Promise<void> {
    const { clock, delivery } = this.#parts;
    const parts: SurveyParts = {
      folders: this.#folders,
      now: () => clock.now(),
      refused: (path, error) => this.#refused(path, error),
      lost: (path, bytes) => {
        const known = bytes === 0 ? {} : { bytes };
        const loss = { reason: 'rotated_away', known, where: { path } } as const;
        return this.#unlessStopped(() => delivery.lost(loss, this.#stopped.signal));
      },
    };
    const before = family.files;
    try {
      await survey(family, parts);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      this.#refused(dirname(family.path), error as NodeJS.ErrnoException);
      return;
    }
    if (before.length !== family.files.length || before.some((f, i) => f !== family.files[i])) {
      this.#save(family);
    }
  }

  #save(family: Family): void {
    this.#checkpoints.saveSoon(family.path, () =>
      this.#families.has(family.path) ? checkpointOf(family) : undefined,
    );
  }

  /** Reads it in the background, if there is anything; forgets it, if there is nothing any more. */
  #follow(family: Family): void {
    if (family.isDraining) return;
    const nowMs = this.#parts.clock.now();
    if (family.files.some((file) => hasWork(file, nowMs))) {
      family.isDraining = true;
      const draining = this.#parts.shared.slots(() => this.#drain(family));
      this.#draining.add(draining);
      void draining.finally(() => this.#draining.delete(draining));
    } else if (family.files.length === 0 && family.slipped.size === 0) {
      this.#families.delete(family.path);
      this.#save(family);
    }
  }

  async #drain(family: Family): Promise<void> {
    const { clock, delivery, limits, shared } = this.#parts;
    const parts: DrainParts = {
      delivery,
      limits,
      signal: this.#stopped.signal,
      large: (action) => shared.large(action),
      now: () => clock.now(),
      refused: (path, error) => this.#refused(path, error),
      legacy: (path) => this.#legacy(path),
      moved: () => this.#save(family),
    };
    let hasMore = false;
    try {
      await this.#unlessStopped(async () => {
        hasMore = await drain(family, parts);
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Reading can fail as well: a disk that is broken, a share that is away.
      if (code !== undefined && /^E[A-Z]+$/.test(code)) {
        this.#refused(family.path, error as NodeJS.ErrnoException);
      } else this.#fail(error);
    } finally {
      family.isDraining = false;
    }
    if (hasMore) this.#wake.hint();
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error('Not read', { cause: error });
    this.stop();
  }

  async #unlessStopped(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof LaneLostError)) throw error; // Stopped: it is done after the next start.
    }
  }

  #legacy(path: string): void {
    this.#parts.telemetry.legacyFile();
    this.#parts.logger.error(
      { input: this.#parts.senderId, path },
      'File is in the legacy text format, which leaves out most of an event: set --audit-log-format=json on the API server; its lines become dead letters',
    );
  }

  #refused(path: string, error: NodeJS.ErrnoException): void {
    this.#troubles.set(path, error.code ?? error.message);
  }

  #tellTroubles(): void {
    const { health, logger, senderId } = this.#parts;
    const all = [...this.#troubles].map(([path, code]) => `${path} (${code})`).sort();
    const told = all.slice(0, 5).join(', ');
    if (told === this.#told) return;
    this.#told = told;
    if (told === '') {
      health.set(`${senderId} reading`, undefined);
      logger.info({ input: senderId }, 'Can be read again');
      return;
    }
    health.set(`${senderId} reading`, `can't read ${told}: ${remedyOf(this.#troubles)}`);
    const fields = { input: senderId, paths: all.slice(0, 5), count: all.length };
    logger.error({ ...fields, remedy: remedyOf(this.#troubles) }, 'Input can not be read');
  }

  /** Descriptors are worth holding while a file may be taken away unread, which quiet ones are not. */
  async #closeIdle(): Promise<void> {
    const nowMs = this.#parts.clock.now();
    const open = this.#allFiles().filter(({ source }) => source !== undefined);
    if (open.length <= MAX_IDLE_OPEN) return;
    const busy = [...this.#families.values()].filter(({ isDraining }) => isDraining);
    const idle = open
      .filter((file) => !hasWork(file, nowMs) && !busy.some(({ files }) => files.includes(file)))
      .sort((a, b) => a.position.modifiedMs - b.position.modifiedMs);
    for (const file of idle.slice(0, open.length - MAX_IDLE_OPEN)) await release(file);
  }
}

function remedyOf(troubles: ReadonlyMap<string, string>): string {
  const codes = new Set(troubles.values());
  if (codes.has('EACCES') || codes.has('EPERM')) {
    return 'the API server writes its log for root alone; run the collector as root, or give its user the right to read (setfacl), also on the folders above';
  }
  if (codes.has('EMFILE') || codes.has('ENFILE'))
    return 'raise the limit of open files (ulimit -n)';
  return 'look at the disk or share that it is on';
}

/** Follows until it is stopped. Resolves when what it did before is read. */
export async function startFollowing(parts: FollowParts): Promise<RunningWorker> {
  const { checkpointFolder: folder, clock, logger } = parts;
  const checkpoints = await openCheckpoints({ folder, clock, logger });
  const follower = new Follower(parts, checkpoints);
  const done = follower.run();
  // Who awaits it later still gets the rejection.
  done.catch(() => undefined);
  return {
    done,
    async stop() {
      follower.stop();
      await done;
    },
  };
}
