/**
 * Owns: how files are called after they were rotated, and in what order they were written. Pure.
 * Does not own: whether two files are one (identity.ts): a name proves nothing.
 *
 * Names: kube-apiserver and SPO (lumberjack) put the time before the extension, logrotate counts or
 * puts a date after the name or before the extension, kubelet puts a time after the name. Each may
 * be zipped.
 */
export interface Rotated {
  /** The name that it had while it was written to. */
  readonly live: string;
  /** Smaller in text order: written earlier. */
  readonly order: string;
  readonly isZipped: boolean;
}

const LUMBERJACK = /^(.*)-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})(\.[^.]*)?$/;
const KUBELET = /^(.+)\.(\d{8}-\d{6})$/;
const COUNTED = /^(.+)\.(\d{1,6})$/;
const DATED = /^(.+)-(\d{8}(?:\d{2})?)(\.[^.]+)?$/;
const LAST_COUNT = 999_999;
const NEWEST = '~';

/** What the name of a rotated file says; undefined: it does not look like one. */
export function parseRotated(name: string): Rotated | undefined {
  const isZipped = isZippedName(name);
  const plain = isZipped ? name.slice(0, -'.gz'.length) : name;
  const timed = LUMBERJACK.exec(plain) ?? KUBELET.exec(plain) ?? DATED.exec(plain);
  if (timed !== null) {
    const [, stem = '', time = '', extension = ''] = timed;
    return { live: stem + extension, order: time.replaceAll(/\D/g, ''), isZipped };
  }
  const [, live = '', count = ''] = COUNTED.exec(plain) ?? [];
  if (live === '') return undefined;
  // The oldest has the largest number.
  const order = String(LAST_COUNT - Number(count)).padStart(6, '0');
  return { live, order, isZipped };
}

export function isZippedName(name: string): boolean {
  return name.endsWith('.gz');
}

/**
 * The names among `names` that `live` had earlier contents under, oldest first. A zipped file beside
 * its plain one is left out: it may still be written.
 */
export function rotatedOf(live: string, names: readonly string[]): readonly string[] {
  const all = new Set(names);
  return names
    .flatMap((name) => {
      if (name === `${live}.gz`) return all.has(live) ? [] : [{ name, order: NEWEST }];
      const rotated = parseRotated(name);
      if (rotated === undefined || rotated.live !== live) return [];
      if (rotated.isZipped && all.has(name.slice(0, -'.gz'.length))) return [];
      return [{ name, order: rotated.order }];
    })
    .sort((a, b) => (a.order < b.order ? -1 : Number(a.order > b.order)))
    .map(({ name }) => name);
}
