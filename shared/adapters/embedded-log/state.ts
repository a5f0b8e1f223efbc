/**
 * Owns: the keyed state of one group's partition: reading it, and turning a commit's changes into
 * writes. The state itself lies in the LevelDB of the log, so it is restored by being there.
 */
import { crc32 } from 'node:zlib';
import type { StateReader, StateWrite } from '../../ports/log.ts';
import { type Level, scanRange, type WriteOp } from './database.ts';
import { prefixRange } from './keys.ts';
import { damaged, readTrouble } from './trouble.ts';

const CHECKSUM_BYTES = 4;

export class StateScope implements StateReader {
  readonly #level: Level;
  readonly #scope: Buffer;
  readonly #check: () => void;

  /** @param check throws when the reader no longer owns the partition */
  constructor(level: Level, scope: Buffer, check: () => void) {
    this.#level = level;
    this.#scope = scope;
    this.#check = check;
  }

  async getMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    this.#check();
    const values = await this.#read(keys.map((key) => this.#key(key)));
    return values.map((value, i) => (value === undefined ? undefined : opened(value, keys[i])));
  }

  async *scan(prefix: string): AsyncGenerator<readonly [string, Buffer]> {
    this.#check();
    for await (const [key, value] of scanRange(this.#level, prefixRange(this.#key(prefix)))) {
      const name = key.toString('utf8', this.#scope.length);
      yield [name, opened(value, name)];
    }
  }

  /** The writes of one commit in their order, as at most one operation per key. */
  async opsOf(writes: readonly StateWrite[]): Promise<readonly WriteOp[]> {
    const changes = new Map<string, Buffer | null>();
    for (const write of writes) {
      if (write.kind === 'put') changes.set(write.key, write.value);
      else if (write.kind === 'delete') changes.set(write.key, null);
      else await this.#drop(write.key, changes);
    }
    const ops: WriteOp[] = [];
    for (const [name, value] of changes) {
      const key = this.#key(name);
      ops.push(value === null ? { type: 'del', key } : { type: 'put', key, value: sealed(value) });
    }
    return ops;
  }

  async #drop(prefix: string, changes: Map<string, Buffer | null>): Promise<void> {
    for (const key of changes.keys()) if (key.startsWith(prefix)) changes.set(key, null);
    for await (const [key] of scanRange(this.#level, prefixRange(this.#key(prefix)))) {
      changes.set(key.toString('utf8', this.#scope.length), null);
    }
  }

  async #read(keys: Buffer[]): Promise<readonly (Buffer | undefined)[]> {
    try {
      return await this.#level.getMany(keys);
    } catch (error) {
      throw readTrouble(error);
    }
  }

  #key(name: string): Buffer {
    return Buffer.concat([this.#scope, Buffer.from(name, 'utf8')]);
  }
}

function sealed(value: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(CHECKSUM_BYTES + value.length);
  bytes.writeUInt32LE(crc32(value), 0);
  value.copy(bytes, CHECKSUM_BYTES);
  return bytes;
}

function opened(bytes: Buffer, key: string | undefined): Buffer {
  const value = bytes.subarray(CHECKSUM_BYTES);
  if (bytes.length < CHECKSUM_BYTES || crc32(value) !== bytes.readUInt32LE(0)) {
    throw damaged(`the state under ${JSON.stringify(key)} is not as it was written`);
  }
  return value;
}
