/**
 * Owns: unpacking a body beside other work: in Node's thread pool, or in short steps, and never
 * beyond the bytes that it may hold. Does not own: which codings a body has (layers.ts).
 */
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import pLimit from 'p-limit';
import type { Coding } from '../layers.ts';
import { unsnap } from '../snappy.ts';
import type { Steps, Trouble } from '../steps.ts';
import { unzstd } from '../zstd.ts';
import { hasHugeWindow, zstdFrames } from '../zstd-frames.ts';

/** Bytes that are held; false: there is no room for more now. Less than 0 gives back. */
export type Grow = (bytes: number) => boolean;

export type Unpacked =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly why: Trouble | 'no_room' };

/** How much it may become, and hold. */
export interface Room {
  readonly maxBytes: number;
  readonly grow: Grow;
}

type Result = Buffer | Trouble | 'no_room';
type Inflater = Transform & { readonly bytesWritten: number };

const OUTPUT_BYTES = 64 * 1024;
/** Two bodies in turns would take each as long as both. */
const oneByOne = pLimit(1);
/** Node's own sets a window aside for each, which nobody counts. */
const twoAtATime = pLimit(2);

/** Node's own, since 22.15; not yet in its types. */
const native = zlib as unknown as {
  createZstdDecompress?(options: object): Inflater;
};

/** `deflate` means zlib's header (RFC 9110 §8.4.1.2), but some senders leave it out. */
function hasZlibHeader(packed: Buffer): boolean {
  const [method = 0, flags = 0] = packed;
  return (method & 15) === 8 && (method * 256 + flags) % 31 === 0;
}

/** Streams `packed` through; what comes after its end is damage, too, since it would get lost. */
function inflate(inflater: Inflater, packed: Buffer, { grow, maxBytes }: Room) {
  return new Promise<Result>((resolve) => {
    const parts: Buffer[] = [];
    let written = 0;
    const stop = (result: Result): void => {
      grow(-written);
      inflater.destroy();
      resolve(result);
    };
    inflater.on('data', (part: Buffer) => {
      if (inflater.destroyed) return;
      if (written + part.length > maxBytes) return stop('too_large');
      if (!grow(part.length)) return stop('no_room');
      written += part.length;
      parts.push(part);
    });
    inflater.on('error', () => stop('damaged'));
    inflater.on('end', () => {
      if (inflater.bytesWritten !== packed.length) return stop('damaged');
      resolve(Buffer.concat(parts, written));
    });
    inflater.end(packed);
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs the steps with pauses in which other requests have their turn. */
async function walk(steps: Steps, grow: Grow): Promise<Result> {
  let held = 0;
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      const bytes = Buffer.isBuffer(step.value) ? step.value.length : 0;
      if (grow(bytes - held)) return step.value;
      grow(-held);
      return 'no_room';
    }
    if (!grow(step.value)) {
      grow(-held);
      return 'no_room';
    }
    held += step.value;
    await pause();
  }
}

/** Frame by frame: whether one stream may hold several is not the same in all of Node's releases. */
async function nativeZstd(packed: Buffer, { grow, maxBytes }: Room): Promise<Result> {
  const frames = zstdFrames(packed);
  if (frames === undefined) return 'damaged';
  if (hasHugeWindow(frames, maxBytes)) return 'too_large';
  const parts: Buffer[] = [];
  let written = 0;
  for (const { start, end } of frames) {
    const inflater = native.createZstdDecompress?.({ chunkSize: OUTPUT_BYTES });
    const part =
      inflater === undefined
        ? 'damaged'
        : await inflate(inflater, packed.subarray(start, end), {
            maxBytes: maxBytes - written,
            grow,
          });
    if (!Buffer.isBuffer(part)) {
      grow(-written);
      return part;
    }
    parts.push(part);
    written += part.length;
  }
  return Buffer.concat(parts, written);
}

function takeOff(coding: Coding, packed: Buffer, room: Room): Promise<Result> {
  const options = { chunkSize: OUTPUT_BYTES };
  switch (coding) {
    case 'gzip':
      return inflate(zlib.createGunzip(options), packed, room);
    case 'deflate': {
      const make = hasZlibHeader(packed) ? zlib.createInflate : zlib.createInflateRaw;
      return inflate(make(options), packed, room);
    }
    case 'zstd':
      if (native.createZstdDecompress !== undefined) {
        return twoAtATime(() => nativeZstd(packed, room));
      }
      return oneByOne(() => walk(unzstd(packed, room.maxBytes), room.grow));
    case 'snappy':
      return oneByOne(() => walk(unsnap(packed, room.maxBytes), room.grow));
  }
}

/**
 * Takes off `layers`, the last one first. What is held in the end is the unpacked body; all layers
 * together never hold more than `room.maxBytes`.
 */
export async function unpack(
  packed: Buffer,
  layers: readonly Coding[],
  { grow, maxBytes }: Room,
): Promise<Unpacked> {
  let body = packed;
  for (const coding of layers.toReversed()) {
    const heldBytes = body === packed ? 0 : body.length;
    const result = await takeOff(coding, body, { grow, maxBytes: maxBytes - heldBytes });
    grow(-heldBytes);
    if (!Buffer.isBuffer(result)) return { ok: false, why: result };
    body = result;
  }
  return { ok: true, body };
}
