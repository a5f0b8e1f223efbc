/**
 * Owns: the units and kinds of values that configuration keys are made of.
 */
import { z } from 'zod';
import { SOURCES } from '../../domain/sources.ts';

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const MINUTE_MS = 60_000;

export const whole = (min: number, max: number) => z.int().min(min).max(max);
/** Names a file; for keys that end in File the loader reads it. */
export const file = () => z.string().min(1);
/** Names of clusters, namespaces, users …; `*` stands for any run of characters. */
export const patterns = () => z.array(z.string().min(1)).min(1);
/** As it stands in metrics, logs and records. */
export const entryName = () => z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
export const clusterName = () => z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/);
export const broker = () =>
  z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?):\d{1,5}$/);

export const source = () => z.enum(SOURCES);
