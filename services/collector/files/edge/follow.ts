/**
 * Owns: following one pattern of the configuration: looking for files again and again, reading what
 * they have, remembering how far.
 * Does not own: one look at one path (survey.ts), reading (drain.ts).
 */
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
import { closeIdle } from './idle.ts';
import { createRealPath, type RealPath } from './real-path.ts';
import { survey, type SurveyParts } from './survey.ts';
import { createTroubles, type Troubles } from './troubles.ts';
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

class Follower {
  readonly #parts: FollowParts;
  readonly #checkpoints: Checkpoints;
  readonly #stopped = new AbortController();
  readonly #folders: Folders;
  readonly #wake: Wake = createWake();
  readonly #families = new Map<string, Family>();
  readonly #realPath: RealPath;
  readonly #draining = new Set<Promise<void>>();
  readonly #surveyors = pLimit(SURVEYORS);
  readonly #troubles: Troubles;
  #isFirstLook = true;
  #failure: Error | undefined;

  constructor(parts: FollowParts, checkpoints: Checkpoints) {
    this.#parts = parts;
    this.#checkpoints = checkpoints;
    this.#troubles = createTroubles(parts);
    this.#realPath = createRealPath(this.#troubles.refused);
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
    this.#troubles.clear();
    await this.#discover();
    const families = [...this.#families.values()];
    await Promise.all(families.map((family) => this.#surveyors(() => this.#survey(family))));
    this.#isFirstLook = false;
    for (const family of families) this.#follow(family);
    this.#troubles.tell();
    await closeIdle([...this.#families.values()], this.#parts.clock.now());
    this.#parts.telemetry.lagBytes(this.#allFiles().reduce((sum, file) => sum + lagOf(file), 0));
    this.#wake.watch(new Set([...this.#families.keys()].map((path) => dirname(path))));
  }

  /** Families for all paths that match now. */
  async #discover(): Promise<void> {
    const { glob } = this.#parts;
    const matched = await this.#folders.match(glob, this.#troubles.refused);
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

  async #survey(family: Family): Promise<void> {
    const { clock, delivery } = this.#parts;
    const parts: SurveyParts = {
      folders: this.#folders,
      now: () => clock.now(),
      refused: this.#troubles.refused,
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
      this.#troubles.refused(dirname(family.path), error as NodeJS.ErrnoException);
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
      refused: this.#troubles.refused,
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
        this.#troubles.refused(family.path, error as NodeJS.ErrnoException);
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
