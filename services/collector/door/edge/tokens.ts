/**
 * Owns: senders' tokens as they stand in their files now: hashes of them, nothing else is kept.
 */
import { FatalError } from '../../../../shared/errors/fault.ts';
import type { DoorTelemetry, Logger } from '../../../../shared/ports/telemetry.ts';
import {
  type Contents,
  readAll,
  watchFiles,
} from '../../../../shared/adapters/http/watched-files.ts';
import { hashToken, type TokenHash, tokensIn } from '../senders.ts';

export interface TokenFiles {
  readonly name: string;
  readonly tokenFiles?: readonly string[] | undefined;
}

export interface Tokens {
  now(): readonly TokenHash[];
  /** Reads the files at once. */
  check(): Promise<void>;
  stop(): void;
}

function unusable(path: string, why: string): FatalError {
  const message = `collector.senders: tokenFiles names ${path}, which ${why}: write one token per line`;
  return new FatalError(message, { code: 'invalid_config' });
}

/** An empty file is a file in the middle of being written, or a mistake, and no way to shut a door. */
function parse(senders: readonly TokenFiles[], contents: Contents): readonly TokenHash[] {
  return senders.flatMap(({ name: sender, tokenFiles = [] }) =>
    tokenFiles.flatMap((path) => {
      const tokens = tokensIn(contents.get(path) ?? '');
      if (tokens.length === 0) throw unusable(path, 'has no token in it');
      return tokens.map((token) => ({ sender, hash: hashToken(token) }));
    }),
  );
}

async function readFirst(paths: readonly string[]): Promise<Contents> {
  try {
    return await readAll(paths);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    throw unusable(path ?? 'a file', `can not be read (${code ?? 'unknown'})`);
  }
}

/** Reads them now, and again when they change. Throws FatalError where one can't be used at first. */
export async function openTokens(
  senders: readonly TokenFiles[],
  { door, logger }: { readonly door: DoorTelemetry; readonly logger: Logger },
): Promise<Tokens> {
  const paths = [...new Set(senders.flatMap(({ tokenFiles = [] }) => tokenFiles))];
  const first = await readFirst(paths);
  let hashes = parse(senders, first);
  if (paths.length === 0) return { now: () => hashes, check: async () => {}, stop: () => {} };
  door.reloaded('tokens', true);
  const watched = watchFiles(first, {
    paths,
    parse: (contents) => parse(senders, contents),
    changed(value) {
      hashes = value;
      logger.info({ tokens: value.length }, 'Tokens of senders read again');
    },
    judged(isGood, error) {
      door.reloaded('tokens', isGood);
      if (isGood) logger.info({}, 'The files of tokens can be used again');
      else {
        logger.error(
          { error: error instanceof Error ? error.message : String(error) },
          'The files of tokens can not be used as they are now: those from before go on',
        );
      }
    },
  });
  return { now: () => hashes, ...watched };
}
