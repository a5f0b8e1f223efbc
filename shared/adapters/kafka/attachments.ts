/**
 * Owns: the way of a large request to the socket around kafkajs' encoders, which would copy it
 * twice into zeroed memory. kafkajs gets a stub as the request's body; where the client's sockets,
 * which are ours to make, are given a request that ends with a stub, they write what it stands for.
 * Does not own: what is sent, and the sockets' lives (sockets.ts).
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import type { Chunks } from './record-batch.ts';

export interface Stub {
  /** In the form of kafkajs' encoders. */
  readonly buf: Buffer;
  readonly buffer: Buffer;
  /** When the request has ended in whatever way; one that was never written is forgotten. */
  drop(): void;
}

export interface Attachments {
  stubFor(chunks: Chunks): Stub;
  /** `factory`, with sockets that know the stubs. */
  known(factory: ISocketFactory): ISocketFactory;
}

const MARK_BYTES = 16;
const STUB_BYTES = MARK_BYTES + 4;
/** The size of a request stands before it and does not count itself. */
const SIZE_BYTES = 4;

export function createAttachments(): Attachments {
  // By chance, so that nobody's record can end with it.
  const mark = randomBytes(MARK_BYTES);
  const waiting = new Map<number, Chunks>();
  let last = 0;

  const standsFor = (request: Buffer): Chunks | undefined => {
    const at = request.length - STUB_BYTES;
    if (at < 0 || request.compare(mark, 0, MARK_BYTES, at, at + MARK_BYTES) !== 0) return undefined;
    return waiting.get(request.readUInt32BE(at + MARK_BYTES));
  };

  const watch = (socket: Socket): Socket => {
    const write = socket.write.bind(socket) as (data: unknown, ...rest: unknown[]) => boolean;
    const whole = (request: unknown, ...rest: unknown[]): boolean => {
      const chunks = Buffer.isBuffer(request) ? standsFor(request) : undefined;
      if (chunks === undefined) return write(request, ...rest);
      const head = Buffer.from((request as Buffer).subarray(0, -STUB_BYTES));
      head.writeInt32BE(head.length - SIZE_BYTES + chunks.bytes, 0);
      socket.cork();
      const isRoomLeft = [head, ...chunks.parts].map((part) => write(part)).every(Boolean);
      socket.uncork();
      return isRoomLeft;
    };
    socket.write = whole;
    return socket;
  };

  return {
    stubFor(chunks) {
      last = (last + 1) >>> 0;
      const id = last;
      waiting.set(id, chunks);
      const buffer = Buffer.allocUnsafe(STUB_BYTES);
      mark.copy(buffer);
      buffer.writeUInt32BE(id, MARK_BYTES);
      return { buf: buffer, buffer, drop: () => void waiting.delete(id) };
    },
    known: (factory) => (asked) => watch(factory(asked)),
  };
}
