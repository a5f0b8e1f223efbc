/**
 * Owns: what can be chosen for a simulation, and what is taken where nothing is.
 */
export const DELIVERIES = ['arrival', 'random', 'grouped'] as const;
export type Delivery = (typeof DELIVERIES)[number];

export interface SimulationOptions {
  readonly days: number;
  readonly seed: string;
  readonly clusters: number;
  readonly users: number;
  readonly pods: number;
  readonly sessionsPerHour: number;
  readonly evasionsPerDay: number;
  /** Requests to the API server that are no sessions, per minute. */
  readonly noise: number;
  /** Share of lines that come minutes late. */
  readonly late: number;
  /** Share of lines and events that never come. */
  readonly loss: number;
  /** Share of lines that are sent again under another id; and of deliveries that are repeated. */
  readonly duplicates: number;
  /** Largest offset of a node's clock, ms. */
  readonly skewMs: number;
  readonly delivery: Delivery;
  /** ms since 1970. */
  readonly start: number;
}

export const DEFAULTS: SimulationOptions = {
  ...{ days: 1, seed: '1', clusters: 1, users: 10, pods: 24, sessionsPerHour: 12 },
  ...{ evasionsPerDay: 3, noise: 6, late: 0.02, loss: 0.002, duplicates: 0.004, skewMs: 100 },
  ...{ delivery: 'arrival', start: Date.UTC(2026, 2, 2) },
};

export const HELP = `npm run simulate -- --out DIR [options]
npm run simulate -- score DIR DOCUMENTS…

Makes up the life of Kubernetes clusters, and tells the truth about it: who was in which pod, which
line of a node is of which session, and who went around what would have seen them. The same options
give the same bytes.

  --out DIR              where to write; made if it is not there
  --days N               how long (default ${DEFAULTS.days}; fractions too)
  --seed TEXT            another world for each (default ${DEFAULTS.seed})
  --clusters N           each differs in runtime, audit policy and webhook (default ${DEFAULTS.clusters})
  --users N              people per cluster (default ${DEFAULTS.users})
  --pods N               about so many pods at a time (default ${DEFAULTS.pods})
  --sessions-per-hour N  ways into pods that people open (default ${DEFAULTS.sessionsPerHour})
  --evasions-per-day N   of each class (default ${DEFAULTS.evasionsPerDay})
  --noise N              other requests per minute (default ${DEFAULTS.noise})
  --late SHARE           lines that come minutes late (default ${DEFAULTS.late})
  --loss SHARE           lines and events that never come (default ${DEFAULTS.loss})
  --duplicates SHARE     lines and bodies that come twice (default ${DEFAULTS.duplicates})
  --skew-ms N            how far clocks of nodes are off (default ${DEFAULTS.skewMs})
  --delivery HOW         arrival: as senders deliver; random: any order; grouped: one source after
                         the other (default ${DEFAULTS.delivery})
  --start TIME           when it begins (default ${new Date(DEFAULTS.start).toISOString()})
  --url URL              posts it to a running podwitness, in the order of posts.jsonl
  --speed N              so many times faster than it happened (default 600; 0: as fast as it goes)
  --help

Written to DIR, or with several clusters to DIR/<cluster>:
  audit.jsonl  spo.jsonl  falco.jsonl   what the sources wrote, in their order
  feed.jsonl                            the same as it came, repeated where it was: for podwitness scan
and to DIR itself:
  truth.jsonl   sessions, lines, alerts and evasions as they were
  posts.jsonl   what came when, in which body: line numbers of the files above

score prints how right documents of sessions and findings are (one a line), and ends with 1 where
they are not as right as they have to be.

  npm run simulate -- --days 1 --seed 7 --out sim
  npx podwitness scan --cluster cluster-1 --emit sessions,findings --output ndjson sim/feed.jsonl > told.ndjson
  npm run simulate -- score sim told.ndjson
  npm run simulate -- --out sim --url http://127.0.0.1:8440 --speed 600
`;

export interface Chosen {
  readonly options: SimulationOptions;
  readonly out: string;
  readonly url?: string;
  readonly speed: number;
}

const NUMBERS: Readonly<Record<string, [keyof SimulationOptions, min: number, max: number]>> = {
  '--days': ['days', 0.01, 366],
  '--clusters': ['clusters', 1, 100],
  '--users': ['users', 1, 10_000],
  '--pods': ['pods', 4, 100_000],
  '--sessions-per-hour': ['sessionsPerHour', 0, 100_000],
  '--evasions-per-day': ['evasionsPerDay', 0, 1000],
  '--noise': ['noise', 0, 1_000_000],
  '--late': ['late', 0, 1],
  '--loss': ['loss', 0, 1],
  '--duplicates': ['duplicates', 0, 1],
  '--skew-ms': ['skewMs', 0, 3_600_000],
};

function numberOf(name: string, text: string, [min, max]: readonly [number, number]): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new Error(`${name} ${text}: a number from ${min} to ${max}`);
}

function deliveryOf(text: string): Delivery {
  const found = DELIVERIES.find((name) => name === text);
  if (found === undefined)
    throw new Error(`--delivery ${text}: choose from ${DELIVERIES.join(', ')}`);
  return found;
}

function startOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Error(`--start ${text}: no time, as 2026-03-02T00:00:00Z`);
  return at;
}

function pairsOf(args: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < args.length; i++) {
    const [name = '', inline] = (args[i] ?? '').split(/=(.*)/s, 2);
    const value = inline ?? args[++i];
    if (value === undefined) throw new Error(`${name}: a value is missing`);
    pairs.push([name, value]);
  }
  return pairs;
}

/** Throws with a sentence for whoever typed it. */
export function parseOptions(args: readonly string[]): Chosen {
  let options = DEFAULTS;
  let out: string | undefined;
  let url: string | undefined;
  let speed = 600;
  for (const [name, value] of pairsOf(args)) {
    const numeric = NUMBERS[name];
    if (numeric !== undefined) {
      const [key, min, max] = numeric;
      options = { ...options, [key]: numberOf(name, value, [min, max]) };
    } else if (name === '--seed') options = { ...options, seed: value };
    else if (name === '--delivery') options = { ...options, delivery: deliveryOf(value) };
    else if (name === '--start') options = { ...options, start: startOf(value) };
    else if (name === '--out') out = value;
    else if (name === '--url') url = value;
    else if (name === '--speed') speed = numberOf(name, value, [0, 1e9]);
    else throw new Error(`${name}: no such option; --help tells them`);
  }
  if (out === undefined) throw new Error('--out DIR is missing; --help tells more');
  return { options, out, ...(url === undefined ? {} : { url }), speed };
}
