/**
 * Owns: what happens in one cluster while it is made up: processes, requests, sessions, what was
 * planted, and who has a pod for himself.
 */
import type { Interval } from '../moments.ts';
import { MINUTE, overlap } from '../moments.ts';
import type {
  ContainerSpec,
  Machine,
  Planted,
  Pod,
  Process,
  Request,
  Site,
  TrueSession,
  User,
} from '../model.ts';
import type { Random } from '../random.ts';
import type { Program } from './programs.ts';

interface Use extends Interval {
  readonly pod: string;
  readonly isExclusive: boolean;
}

export interface Scene {
  readonly site: Site;
  readonly span: Interval;
  readonly random: Random;
  readonly processes: Process[];
  /** Of all kinds, sessions included. */
  readonly requests: Request[];
  readonly sessions: TrueSession[];
  readonly planted: Planted[];
  readonly uses: Use[];
}

export function createScene(site: Site, span: Interval, random: Random): Scene {
  const empty = { processes: [], requests: [], sessions: [], planted: [], uses: [] };
  return { site, span, random, ...empty };
}

/** A place where processes run. */
export interface Spot {
  readonly node: Machine;
  readonly pod?: { readonly namespace: string; readonly name: string };
  readonly container?: string;
  readonly uid: number;
  /** Not under the profile that the enricher reads. */
  readonly isUnheard: boolean;
}

export function spotOf(scene: Scene, pod: Pod, container: ContainerSpec): Spot {
  const { name, namespace, node, workload } = pod;
  const isUnheard = !workload.isWatched || (workload.isPrivileged && !scene.site.watchesPrivileged);
  return {
    node,
    pod: { name, namespace },
    container: container.name,
    uid: container.uid,
    isUnheard,
  };
}

export interface Spawn extends Pick<Process, 'execs' | 'end' | 'origin' | 'session' | 'twist'> {
  readonly hasTerminal?: boolean | undefined;
  readonly isUnheard?: boolean | undefined;
}

/** Starts a process; `parent` clones for it. */
export function spawn(scene: Scene, spot: Spot, made: Spawn, parent?: Process): Process {
  const start = made.execs[0]?.at ?? made.end;
  const process: Process = {
    ...{ site: scene.site.name, ...made, ...spot, hasTerminal: made.hasTerminal === true },
    isUnheard: spot.isUnheard || made.isUnheard === true,
    ...{ clones: [], start, pid: 0 },
  };
  parent?.clones.push(start - 0.4);
  scene.processes.push(process);
  return process;
}

export interface Run {
  readonly at: number;
  readonly caller: string;
  readonly mark?: string;
  readonly origin: Process['origin'];
  readonly session?: TrueSession;
  readonly twist?: Process['twist'];
  readonly hasTerminal?: boolean;
  readonly isUnheard?: boolean;
  /** Who clones for it. */
  readonly parent?: Process | undefined;
}

/** Image of a program: that of a shell where it is one. */
export function imageOf(argv: readonly string[], shell: string): string {
  const name = argv[0] ?? '';
  if (/^(\/bin\/)?(ba|da)?sh$/.test(name)) return shell;
  return name.startsWith('/') ? name : `/usr/bin/${name}`;
}

/** Runs a program with its children, one after the other. */
export function runProgram(scene: Scene, spot: Spot, program: Program, run: Run): Process {
  const { at, caller, mark, parent, ...about } = run;
  const lasts = Math.max(2, program.lasts * scene.random.between(0.5, 1.5));
  const marked = mark === undefined ? {} : { mark };
  const execs = [{ at, argv: program.argv, caller, ...marked }];
  const made = spawn(scene, spot, { ...about, execs, end: at + lasts }, parent);
  const image = imageOf(program.argv, '/bin/sh');
  program.children.forEach((argv, i) => {
    const childAt = at + 2 + (lasts * i) / (program.children.length + 1);
    const end = childAt + lasts / (program.children.length + 1);
    spawn(
      scene,
      spot,
      { ...about, execs: [{ at: childAt, argv, caller: image, ...marked }], end },
      made,
    );
  });
  return made;
}

function podKey({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${namespace}/${name}`;
}

export function isFree(scene: Scene, pod: Pod, during: Interval, isExclusive: boolean): boolean {
  const name = podKey(pod);
  return scene.uses
    .filter((use) => use.pod === name && (isExclusive || use.isExclusive))
    .every((use) => !overlap(use, during));
}

export function use(
  scene: Scene,
  pod: { name: string; namespace: string },
  during: Interval,
  isExclusive = false,
) {
  // Nobody else for a while before and after, so that clocks and graces do not matter.
  const margin = isExclusive ? 5 * MINUTE : 0;
  scene.uses.push({
    ...{ pod: podKey(pod), isExclusive },
    ...{ from: during.from - margin, to: during.to + margin },
  });
}

/** Pods that are there all the time. */
export function podsDuring(scene: Scene, during: Interval): readonly Pod[] {
  return scene.site.pods.filter(
    ({ deleted, ready }) => ready + MINUTE < during.from && deleted > during.to + MINUTE,
  );
}

export function containerOf(pod: Pod, random: Random): ContainerSpec {
  return random.chance(0.8) ? firstContainer(pod) : random.pick(pod.workload.containers);
}

export function firstContainer(pod: Pod): ContainerSpec {
  const [first] = pod.workload.containers;
  if (first === undefined) throw new Error('A pod has a container');
  return first;
}

export function somebody(scene: Scene): User {
  return scene.random.pick(scene.site.users);
}
