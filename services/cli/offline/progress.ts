/**
 * Owns: what a long run says on the way: on a terminal one line that is written over, elsewhere a
 * line every few seconds; nothing where it is quickly done.
 */
export interface ProgressState {
  readonly file: string;
  readonly readBytes: number;
  /** Undefined: not known. */
  readonly totalBytes: number | undefined;
  readonly events: number;
}

export interface Progress {
  tell(state: ProgressState): void;
  /** Takes away what stands on the terminal. */
  clear(): void;
}

export interface ProgressParts {
  readonly isTerminal: boolean;
  nowMs(): number;
  write(text: string): void;
}

const QUICK_MS = 1_500;
const TERMINAL_EVERY_MS = 250;
const ELSEWHERE_EVERY_MS = 5_000;
const ERASE_LINE = '\r\u001b[K';
const MIB = 1024 * 1024;

function textOf({ events, file, readBytes, totalBytes }: ProgressState, ms: number): string {
  const read = `${(readBytes / MIB).toFixed(1)} MiB`;
  const percent = totalBytes ? ` (${Math.floor((100 * readBytes) / totalBytes)} %)` : '';
  const rate = Math.round(events / Math.max(ms / 1000, 0.001));
  return `${file}: ${read}${percent}, ${events} events, ${rate} events/s`;
}

export function createProgress({ isTerminal, nowMs, write }: ProgressParts): Progress {
  const startMs = nowMs();
  const everyMs = isTerminal ? TERMINAL_EVERY_MS : ELSEWHERE_EVERY_MS;
  let toldMs = startMs + QUICK_MS - everyMs;
  let isShown = false;
  return {
    tell(state) {
      const now = nowMs();
      if (now - toldMs < everyMs) return;
      toldMs = now;
      isShown = isTerminal;
      const text = textOf(state, now - startMs);
      write(isTerminal ? `${ERASE_LINE}${text}` : `${text}\n`);
    },
    clear() {
      if (isShown) write(ERASE_LINE);
      isShown = false;
    },
  };
}
