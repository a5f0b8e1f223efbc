/**
 * Owns: what goes on in an open session: a shell in which commands are typed, with pauses, scripts
 * that start many processes, and su.
 */
import type { ContainerSpec, Pod, Process, TrueSession, Twist } from '../model.ts';
import { MINUTE, SECOND } from '../moments.ts';
import { type Program, typed } from './programs.ts';
import { runProgram, type Scene, type Spot, spawn, spotOf } from './scene.ts';

export interface Shell {
  readonly spot: Spot;
  readonly process: Process;
  readonly image: string;
  readonly session: TrueSession;
  readonly mark: string | undefined;
  readonly twist?: Twist;
}

export function shellOf(
  scene: Scene,
  { container, pod }: { readonly pod: Pod; readonly container: ContainerSpec },
  opened: { first: Process; session: TrueSession; mark: string | undefined },
): Shell {
  const { first, mark, session } = opened;
  return {
    spot: spotOf(scene, pod, container),
    process: first,
    image: container.shell,
    session,
    mark,
  };
}

export function type(scene: Scene, shell: Shell, at: number, program: Program): Process {
  const { image, mark, process, session, spot, twist } = shell;
  const { hasTerminal, isUnheard } = process;
  return runProgram(scene, spot, program, {
    ...{ at, caller: image, origin: 'session', session, hasTerminal, isUnheard },
    ...(mark === undefined ? {} : { mark }),
    ...(twist === undefined ? {} : { twist }),
    parent: process,
  });
}

/** A script in the session: many children within seconds. */
function script(scene: Scene, shell: Shell, at: number): void {
  const { random } = scene;
  const count = random.int(30, 160);
  const name = `/tmp/fix-${random.hex(4)}.sh`;
  const lasts = count * random.between(8, 40);
  const own = type(scene, shell, at, { argv: ['sh', name], children: [], lasts: lasts / 0.4 });
  const inner: Shell = { ...shell, process: own, image: '/bin/sh' };
  for (let i = 0; i < count; i++) {
    type(scene, inner, at + 5 + (lasts * i) / count, {
      ...{ argv: ['sed', '-i', `s/a${i}/b/`, `/tmp/f${i}`], children: [], lasts: 6 },
    });
  }
}

/** su with a login shell empties the environment, without any intent. */
function switchUser(scene: Scene, shell: Shell, at: number): void {
  const command = ['su', '-', 'postgres', '-c', 'psql -l'];
  const own = type(scene, shell, at, { argv: command, children: [], lasts: 400 });
  const { mark: _emptied, ...rest } = shell;
  const inner: Shell = { ...rest, mark: undefined, process: own, image: '/bin/su', twist: 'su' };
  type(scene, inner, at + 8, {
    argv: ['-bash', '-c', 'psql -l'],
    children: [['psql', '-l']],
    lasts: 200,
  });
  shell.session.tolerated.push({
    rules: ['session_mark_stripped'],
    why: 'su emptied the environment',
  });
}

/** Types from `from` until `to`. */
export function typeFor(scene: Scene, shell: Shell, from: number, to: number): void {
  const { random } = scene;
  const pause = Math.max(6 * SECOND, (to - from) / 60);
  let at = from + random.between(0.5, 4) * SECOND;
  while (at < to - SECOND) {
    const chance = random.next();
    if (chance < 0.01) script(scene, shell, at);
    else if (chance < 0.016) switchUser(scene, shell, at);
    else type(scene, shell, at, typed(random));
    at += random.between(0.3, 1) * SECOND + random.wait(pause);
  }
}

/** How long people stay: mostly minutes, sometimes hours. */
export function stay(scene: Scene): number {
  const { random } = scene;
  const chance = random.next();
  if (chance < 0.5) return random.between(0.5, 5) * MINUTE;
  if (chance < 0.88) return random.between(5, 30) * MINUTE;
  return random.between(30, 200) * MINUTE;
}

/** Inside a shell that a shell started, for instance `env -i bash`. */
export function nested(
  scene: Scene,
  shell: Shell,
  made: {
    readonly at: number;
    readonly argvs: readonly (readonly string[])[];
    readonly end: number;
  },
  inside: Pick<Shell, 'mark'> & Partial<Shell>,
): Shell {
  const { at, argvs, end } = made;
  const own = shell.mark === undefined ? {} : { mark: shell.mark };
  const execs = argvs.map((argv, i) => ({
    ...{ at: at + i * 2, argv, caller: i === 0 ? shell.image : '/usr/bin/env' },
    ...(i === 0 ? own : inside.mark === undefined ? {} : { mark: inside.mark }),
  }));
  const process = spawn(
    scene,
    shell.spot,
    {
      execs,
      end,
      origin: 'session',
      session: shell.session,
      hasTerminal: shell.process.hasTerminal,
    },
    shell.process,
  );
  return { ...shell, ...inside, process };
}
