/**
 * Owns: chance that depends on a seed alone. Each part of the world has a stream of its own, so that
 * more of one thing does not change another.
 */
export interface Random {
  /** 0 up to, not including, 1. */
  next(): number;
  /** Whole, both ends included. */
  int(min: number, max: number): number;
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Waiting time until something that comes every `mean` on average. */
  wait(mean: number): number;
  shuffled<T>(list: readonly T[]): T[];
  /** Small letters and digits, as Kubernetes ends generated names. */
  suffix(length: number): string;
  hex(length: number): string;
  /** Version 4. */
  uuid(): string;
  fork(name: string): Random;
}

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** FNV-1a with a final mixing, four times with different starts. */
function words(text: string): [number, number, number, number] {
  const one = (start: number): number => {
    let hash = start;
    for (let i = 0; i < text.length; i++) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 12)) >>> 0;
  };
  return [one(0x811c9dc5), one(0x1b873593), one(0xcc9e2d51), one(0x85ebca6b)];
}

/** sfc32 (Chris Doty-Humphrey). */
function sfc32(seed: string): () => number {
  let [a, b, c, d] = words(seed);
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 0x1_0000_0000;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

export function createRandom(seed: string): Random {
  const next = sfc32(seed);
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const letters = (alphabet: string, length: number): string =>
    Array.from({ length }, () => alphabet.charAt(int(0, alphabet.length - 1))).join('');
  const hex = (length: number): string => letters('0123456789abcdef', length);
  return {
    next,
    int,
    between: (min, max) => min + next() * (max - min),
    chance: (probability) => next() < probability,
    pick(list) {
      const found = list[int(0, list.length - 1)];
      if (found === undefined) throw new Error('Nothing to pick from');
      return found;
    },
    wait: (mean) => -mean * Math.log(1 - next()),
    shuffled(list) {
      const copy = [...list];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = int(0, i);
        const held = copy.slice(i, i + 1);
        copy.splice(i, 1, ...copy.slice(j, j + 1));
        copy.splice(j, 1, ...held);
      }
      return copy;
    },
    suffix: (length) => letters(SUFFIX_LETTERS, length),
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${letters('89ab', 1)}${hex(3)}-${hex(12)}`,
    fork: (name) => createRandom(`${seed}/${name}`),
  };
}
