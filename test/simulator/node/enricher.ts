/**
 * Owns: how the operator's enricher makes lines of system calls: buckets by process number, a cache
 * of what it read of a process, what it misses, and when it writes (domain.md §1.2).
 */
import type { Exec, Line, Machine, Process } from '../model.ts';
import { HOUR, type Interval, SECOND, truncated } from '../moments.ts';
import type { Random } from '../random.ts';

const FREQUENCY = 60 * SECOND;
const CAPACITY = 1000;
const CACHE_TTL = HOUR;
const MARK = /SPO_EXEC_REQUEST_UID=([0-9a-f]{8}-[0-9a-f-]{27})/;
const EBPF_ARGUMENTS = 20;
const EBPF_BYTES = 64;

interface Call {
  readonly at: number;
  readonly process: Process;
  readonly name: 'execve' | 'clone' | 'getpid';
  readonly exec: Exec | undefined;
  /** Image that called. */
  readonly image: string;
}

interface Read {
  readonly process: Process;
  readonly commandLine: string;
  readonly requestUid: string | undefined;
  readonly isUnread: boolean;
  readonly isMarkUnread: boolean;
  touched: number;
}

interface Bucket {
  readonly first: number;
  readonly process: Process;
  readonly read: Read;
  readonly image: string;
  readonly isResolved: boolean;
  readonly calls: Set<string>;
  expires: number;
}

function imageAfter(process: Process, at: number): string {
  const argv = process.execs.findLast((exec) => exec.at <= at)?.argv ?? [];
  const name = argv[0] ?? '/';
  return name.startsWith('/') ? name : `/usr/bin/${name}`;
}

function callsOf(process: Process): readonly Call[] {
  const execs = process.execs.map(
    (exec): Call => ({ at: exec.at, process, name: 'execve', exec, image: exec.caller }),
  );
  const clones = process.clones.map(
    (at): Call => ({ at, process, name: 'clone', exec: undefined, image: imageAfter(process, at) }),
  );
  return [...execs, ...clones];
}

function isDown(gaps: readonly Interval[], at: number): boolean {
  return gaps.some(({ from, to }) => from <= at && at < to);
}

function textOf(argv: readonly string[]): string {
  // Lines of the file are put together without what ended them.
  return `${argv.join(' ').replaceAll('\n', '')} `;
}

/** Fields that every enricher has, and what differs between them. */
export class Enricher {
  readonly #node: Machine;
  readonly #random: Random;
  readonly #cache = new Map<number, Read>();
  /** The next to expire comes first. */
  readonly #buckets = new Map<number, Bucket>();
  readonly #lines: Line[] = [];

  constructor(node: Machine, random: Random) {
    this.#node = node;
    this.#random = random;
  }

  /** Lines of all processes of the node; what is in memory at `span.to` is not written. */
  run(processes: readonly Process[], span: Interval): readonly Line[] {
    const calls = processes
      .filter(({ isUnheard }) => !isUnheard)
      .flatMap(callsOf)
      .filter(({ at }) => at >= span.from && at < span.to)
      .sort((a, b) => a.at - b.at || a.process.pid - b.process.pid);
    const gaps = [...this.#node.gaps];
    for (const call of calls) {
      while (gaps[0] !== undefined && gaps[0].from <= call.at) this.#stop(gaps.shift()?.from ?? 0);
      this.#expire(call.at);
      if (!isDown(this.#node.gaps, call.at)) this.#take(call);
    }
    this.#expire(span.to);
    return this.#lines;
  }

  get #isMain(): boolean {
    return this.#node.enricher === 'ms';
  }

  #stop(at: number): void {
    this.#expire(at);
    // Later releases write what they have when they are stopped.
    if (this.#isMain) for (const bucket of this.#buckets.values()) this.#write(bucket, at);
    this.#buckets.clear();
    this.#cache.clear();
  }

  #expire(now: number): void {
    for (const [pid, bucket] of this.#buckets) {
      if (bucket.expires > now) return;
      this.#buckets.delete(pid);
      this.#write(bucket, bucket.expires);
    }
  }

  #take(call: Call): void {
    const { pid } = call.process;
    const open = this.#buckets.get(pid);
    const isSplit = open !== undefined && this.#isMain && open.image !== call.image;
    if (open !== undefined && !isSplit) {
      open.calls.add(call.name);
      this.#readOf(call).touched = call.at;
      if (!this.#isMain) this.#touch(pid, open, call.at);
      return;
    }
    if (open !== undefined) {
      this.#buckets.delete(pid);
      this.#write(open, call.at);
    }
    if (this.#buckets.size >= CAPACITY) this.#evict(call.at);
    this.#buckets.set(pid, {
      ...{ first: call.at, process: call.process, read: this.#readOf(call, isSplit) },
      ...{ image: call.image, isResolved: this.#isMain || !this.#random.chance(0.003) },
      ...{ calls: new Set([call.name]), expires: call.at + FREQUENCY },
    });
  }

  #touch(pid: number, bucket: Bucket, at: number): void {
    bucket.expires = at + FREQUENCY;
    this.#buckets.delete(pid);
    this.#buckets.set(pid, bucket);
  }

  #evict(now: number): void {
    for (const [pid, bucket] of this.#buckets) {
      this.#buckets.delete(pid);
      this.#write(bucket, now);
      return;
    }
  }

  /** What is known of the process of that number, which may be an earlier one. */
  #readOf(call: Call, isAnew = false): Read {
    const { pid } = call.process;
    const known = this.#cache.get(pid);
    const isOwn = known?.process === call.process;
    const isUsed = !this.#isMain || isOwn;
    if (known !== undefined && !isAnew && isUsed && known.touched + CACHE_TTL > call.at) {
      known.touched = call.at;
      return known;
    }
    const read = this.#look(call);
    if (read.isUnread) this.#cache.delete(pid);
    else this.#cache.set(pid, read);
    return read;
  }

  #look(call: Call): Read {
    const { process } = call;
    const { execs } = process;
    const random = this.#random;
    const lookedAt = call.at + random.between(0.2, 4);
    const isSeenAtOnce = call.exec !== undefined && random.chance(0.85);
    const exec = isSeenAtOnce ? call.exec : execs.findLast(({ at }) => at <= lookedAt);
    const isGone = process.end < lookedAt;
    const isUnread = exec === undefined || (isGone && random.chance(0.3));
    if (isUnread) {
      return {
        process,
        commandLine: '',
        requestUid: undefined,
        isUnread: true,
        isMarkUnread: false,
        touched: call.at,
      };
    }
    // Of a process that is gone eBPF has a part of the arguments, and mostly the mark.
    const argv = isGone
      ? exec.argv.slice(0, EBPF_ARGUMENTS).map((a) => a.slice(0, EBPF_BYTES))
      : exec.argv;
    const commandLine = textOf(argv);
    const isMarkUnread = isGone && exec.mark !== undefined && random.chance(0.02);
    const inText = MARK.exec(commandLine)?.[1];
    const requestUid = isMarkUnread ? inText : (exec.mark ?? inText);
    return { process, commandLine, requestUid, isUnread: false, isMarkUnread, touched: call.at };
  }

  #write(bucket: Bucket, emitted: number): void {
    const random = this.#random;
    const { process, read } = bucket;
    const clock = bucket.first + this.#node.skew;
    const isStale = read.process !== process;
    const isUnread = read.isUnread;
    const { requestUid } = read;
    this.#lines.push({
      ...{ auditID: random.uuid(), process, pid: process.pid, trueTime: bucket.first, emitted },
      time: this.#isMain ? Math.floor(clock) : truncated(clock),
      commandLine: read.commandLine,
      executable: isUnread ? random.pick(['/', '']) : bucket.image,
      ...(requestUid === undefined ? {} : { requestUid }),
      isResolved: bucket.isResolved && !(isUnread && random.chance(0.3)),
      ...{ isStale, isUnread, isMarkUnread: read.isMarkUnread },
      syscalls: random.shuffled([...bucket.calls]),
      ...{ isLost: false, isUserUnknown: random.chance(0.01) },
    });
  }
}
