import { Writable } from 'node:stream';
import type { ISocketFactoryArgs } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { createAttachments } from '../../../../../shared/adapters/kafka/attachments.ts';

/** A socket that keeps what is written to it. */
function rig() {
  const written: Buffer[] = [];
  const socket = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  const attachments = createAttachments();
  const factory = attachments.known((() => socket) as never);
  return {
    attachments,
    socket: factory({} as ISocketFactoryArgs),
    bytes: () => Buffer.concat(written),
  };
}

/** As kafkajs writes a request: its size, a header, and the stub for a body. */
function request(header: string, stub: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(header.length + stub.length);
  return Buffer.concat([size, Buffer.from(header), stub]);
}

const chunks = { parts: [Buffer.from('one '), Buffer.from('two')], bytes: 7 };

describe('attachments', () => {
  it('are written in place of their stub, with the size put right', () => {
    const { attachments, bytes, socket } = rig();
    const stub = attachments.stubFor(chunks);
    socket.write(request('head ', stub.buffer));
    expect(bytes()).toEqual(request('head ', Buffer.from('one two')));
  });

  it('leave other requests alone', () => {
    const { attachments, bytes, socket } = rig();
    attachments.stubFor(chunks);
    const plain = request('metadata', Buffer.from('a body that is longer than any stub'));
    socket.write(plain);
    socket.write('text');
    expect(bytes()).toEqual(Buffer.concat([plain, Buffer.from('text')]));
  });

  it('are forgotten once dropped, and told apart', () => {
    const { attachments, bytes, socket } = rig();
    const [first, second] = [
      attachments.stubFor({ parts: [Buffer.from('1')], bytes: 1 }),
      attachments.stubFor(chunks),
    ];
    first.drop();
    socket.write(request('a', second.buffer));
    expect(bytes()).toEqual(request('a', Buffer.from('one two')));
    const late = request('b', first.buffer);
    socket.write(late);
    expect(bytes().subarray(-late.length)).toEqual(late);
  });

  it('of another client are not known', () => {
    const { bytes, socket } = rig();
    const foreign = request('a', createAttachments().stubFor(chunks).buffer);
    socket.write(foreign);
    expect(bytes()).toEqual(foreign);
  });
});
