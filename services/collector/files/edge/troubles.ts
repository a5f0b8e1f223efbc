/**
 * Owns: what of an input can't be read, and telling it once for as long as it is so.
 */
import type { Health, Logger } from '../../../../shared/ports/telemetry.ts';

export interface Troubles {
  /** A new look: what was refused before may be well now. */
  clear(): void;
  refused(path: string, error: NodeJS.ErrnoException): void;
  tell(): void;
}

interface TroublesParts {
  readonly senderId: string;
  readonly health: Health;
  readonly logger: Logger;
}

const MAX_TOLD = 5;

export function createTroubles({ health, logger, senderId }: TroublesParts): Troubles {
  const codes = new Map<string, string>();
  let last = '';
  return {
    clear: () => codes.clear(),
    refused(path, error) {
      codes.set(path, error.code ?? error.message);
    },
    tell() {
      const all = [...codes].map(([path, code]) => `${path} (${code})`).sort();
      const paths = all.slice(0, MAX_TOLD);
      const told = paths.join(', ');
      if (told === last) return;
      last = told;
      if (told === '') {
        health.set(`${senderId} reading`, undefined);
        logger.info({ input: senderId }, 'Can be read again');
        return;
      }
      const remedy = remedyOf(new Set(codes.values()));
      health.set(`${senderId} reading`, `can't read ${told}: ${remedy}`);
      logger.error({ input: senderId, paths, count: all.length, remedy }, 'Input can not be read');
    },
  };
}

function remedyOf(codes: ReadonlySet<string>): string {
  if (codes.has('EACCES') || codes.has('EPERM')) {
    return 'the API server writes its log for root alone; run the collector as root, or give its user the right to read (setfacl), also on the folders above';
  }
  if (codes.has('EMFILE') || codes.has('ENFILE'))
    return 'raise the limit of open files (ulimit -n)';
  return 'look at the disk or share that it is on';
}
