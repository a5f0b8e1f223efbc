/**
 * Owns: what the engine does, done plainly: everything in maps, timers found by looking at all. What
 * the engine is held against; it shares no code with it but the stage's keys.
 */
import { cellKey } from '../../../../../shared/pipeline/keyed/cell-key.ts';
import type {
  Cell,
  CellKey,
  KeyedOptions,
  KeyedStage,
  Timer,
  Turn,
} from '../../../../../shared/pipeline/keyed/model.ts';
import type { Outcome } from '../../../../../shared/pipeline/outcome.ts';
import { type Envelope, isTick, type Tick } from '../../../../../shared/pipeline/stage.ts';

interface PlainCell {
  readonly parts: Map<string, string>;
  readonly timers: Map<string, number>;
}

interface PlainSource {
  readonly timeMs: number;
  readonly seenMs: number;
}

export class PlainEngine<In, Out> {
  readonly cells = new Map<CellKey, PlainCell>();
  readonly #stage: KeyedStage<In, Out>;
  readonly #options: KeyedOptions;
  readonly #sources = new Map<string, Map<string, PlainSource>>();
  readonly #latest = new Map<string, number>();
  #nowMs = 0;
  #tickMs: number | undefined;

  constructor(stage: KeyedStage<In, Out>, options: KeyedOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  decide({ value, origin }: Envelope<In | Tick>): Outcome<Out> {
    if (isTick(value)) return this.#tick(value.timeMs);
    const { timestampMs } = origin;
    const limit = this.#tickMs === undefined ? Infinity : this.#tickMs + this.#options.maxAheadMs;
    const isSound = Number.isFinite(timestampMs) && timestampMs >= 0;
    if (isSound && timestampMs <= limit) this.#nowMs = Math.max(this.#nowMs, timestampMs);
    return this.#stage.apply(this.#turn(), { value, origin });
  }

  #tick(timeMs: number): Outcome<Out> {
    const isFirst = this.#tickMs === undefined;
    this.#tickMs = Math.max(this.#tickMs ?? 0, timeMs);
    const isWrong = isFirst && this.#nowMs > this.#tickMs + this.#options.maxAheadMs;
    this.#nowMs = isWrong ? this.#tickMs : Math.max(this.#nowMs, this.#tickMs);
    const items: Out[] = [];
    const fired = new Set<string>();
    for (let n = 0; n < this.#options.maxTimersPerTick; n++) {
      const timer = this.#due(this.#tickMs).find((due) => !fired.has(`${due.cell} ${due.name}`));
      if (timer === undefined) break;
      fired.add(`${timer.cell} ${timer.name}`);
      this.#cell(timer.cell).timers.delete(timer.name);
      items.push(...this.#stage.fire(this.#turn(), timer));
    }
    return items.length > 0 ? { kind: 'emit', items } : { kind: 'drop', reason: 'tick' };
  }

  #due(untilMs: number): readonly Timer[] {
    const all = [...this.cells].flatMap(([cell, { timers }]) =>
      [...timers].map(([name, atMs]) => ({ cell, name, atMs })),
    );
    const order = ({ cell, name }: Timer) =>
      [cell, cellKey(name).startsWith('#') ? cellKey(name) : cellKey(name).slice(0, -1)] as const;
    return all
      .filter(({ atMs }) => atMs <= untilMs)
      .sort((a, b) => {
        const [aCell, aName] = order(a);
        const [bCell, bName] = order(b);
        if (a.atMs !== b.atMs) return a.atMs - b.atMs;
        if (aCell !== bCell) return aCell < bCell ? -1 : 1;
        return aName < bName ? -1 : 1;
      });
  }

  #cell(key: CellKey): PlainCell {
    const cell = this.cells.get(key) ?? { parts: new Map(), timers: new Map() };
    this.cells.set(key, cell);
    return cell;
  }

  #turn(): Turn {
    const { idleMs, maxAheadMs } = this.#options;
    const bound = (timeMs: number) => Math.min(timeMs, this.#nowMs + maxAheadMs);
    const isIdle = ({ seenMs }: PlainSource) =>
      seenMs > this.#nowMs || this.#nowMs - seenMs >= idleMs;
    return {
      nowMs: this.#nowMs,
      cell: (key) => this.#view(key),
      observe: (group, source, timeMs) => {
        if (!Number.isFinite(timeMs) || timeMs < 0) return;
        const sources = this.#sources.get(group) ?? new Map<string, PlainSource>();
        this.#sources.set(group, sources);
        const known = sources.get(source);
        const before = known === undefined || isIdle(known) ? 0 : known.timeMs;
        const keep = this.#nowMs === 0 ? (ms: number) => ms : bound;
        sources.set(source, { timeMs: keep(Math.max(before, timeMs)), seenMs: this.#nowMs });
        this.#latest.set(group, keep(Math.max(this.#latest.get(group) ?? 0, timeMs)));
      },
      watermark: (group) => {
        const awake = [...(this.#sources.get(group)?.values() ?? [])].filter((s) => !isIdle(s));
        if (awake.length === 0) return this.#nowMs;
        return Math.min(...awake.map(({ timeMs }) => bound(timeMs)));
      },
      latest: (group) => {
        const timeMs = this.#latest.get(group);
        return timeMs === undefined ? undefined : bound(timeMs);
      },
    };
  }

  #view(key: CellKey): Cell {
    const { parts, timers } = this.#cell(key);
    const read = <T>(text: string) => JSON.parse(text) as T;
    return {
      key,
      get: <T>(part: string) => {
        const text = parts.get(part);
        return text === undefined ? undefined : read<T>(text);
      },
      put: (part, value) => void parts.set(part, JSON.stringify(value)),
      delete: (part) => void parts.delete(part),
      entries: <T>(prefix: string) =>
        [...parts]
          .filter(([part]) => part.startsWith(prefix))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([part, text]) => [part, read<T>(text)] as const),
      setTimer: (name, atMs) => {
        const time = Number.isNaN(atMs) ? 0 : Math.ceil(atMs);
        timers.set(name, Math.min(Math.max(time, 0), 999_999_999_999_999));
      },
      clearTimer: (name) => void timers.delete(name),
      timer: (name) => timers.get(name),
    };
  }
}
