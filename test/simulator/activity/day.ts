/**
 * Owns: the plan of what people do in a cluster: what is planted first, then sessions of all kinds
 * at random, some in pods where somebody is already.
 */
import type { Pod } from '../model.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../moments.ts';
import { usersWithAllRights } from '../world/site.ts';
import type { Mains } from './background.ts';
import { PLANTS } from './evasions.ts';
import { openExec, refusedExec } from './exec.ts';
import { single } from './programs.ts';
import {
  containerOf,
  firstContainer,
  isFree,
  podsDuring,
  type Scene,
  somebody,
  spawn,
  spotOf,
} from './scene.ts';
import { shellOf, stay, typeFor } from './typing.ts';
import { debugContainer, debugCopy, debugNode } from './debug.ts';
import { usePrivileged, useToolbox } from './special.ts';
import { attach, portForward } from './ways.ts';

type Opening = (scene: Scene, pod: Pod, at: number) => void;

/** As long as the pod and the simulation last. */
function until(scene: Scene, pod: Pod, at: number, wanted: number): number {
  return Math.min(at + wanted, pod.deleted - 1, scene.span.to - 2 * SECOND);
}

const shell: Opening = (scene, pod, at) => {
  const { random } = scene;
  const container = containerOf(pod, random);
  const argv = random.pick([
    ['sh'],
    ['bash'],
    ['/bin/bash'],
    ['sh', '-c', 'command -v bash >/dev/null && exec bash || exec sh'],
  ]);
  const end = until(scene, pod, at, stay(scene));
  const opened = openExec(scene, {
    ...{ user: somebody(scene), pod, container, argv, at, until: end, isTerminal: true },
  });
  typeFor(scene, shellOf(scene, { pod, container }, opened), opened.session.started + 300, end);
};

const once: Opening = (scene, pod, at) => {
  const { random } = scene;
  const container = containerOf(pod, random);
  const program = single(random);
  const lasts = program.lasts * random.between(0.6, 1.4);
  const end = until(scene, pod, at, lasts + 340);
  const opened = openExec(scene, {
    ...{ user: somebody(scene), pod, container, argv: program.argv, at, until: end },
  });
  const spot = spotOf(scene, pod, container);
  const own = opened.mark === undefined ? {} : { mark: opened.mark };
  program.children.forEach((argv, i) => {
    const from = opened.first.start + 4 + (i * lasts) / program.children.length;
    const execs = [{ at: from, argv, caller: container.shell, ...own }];
    const { session } = opened;
    spawn(scene, spot, { execs, end: from + lasts / 2, origin: 'session', session }, opened.first);
  });
};

const copy: Opening = (scene, pod, at) => {
  const { random } = scene;
  const container = firstContainer(pod);
  const file = `/tmp/in-${random.hex(4)}`;
  const argv = random.chance(0.5)
    ? ['tar', 'cf', '-', `/var/log/app-${random.int(1, 9)}.log`]
    : ['tar', '-xmf', '-', '-C', file];
  const end = until(scene, pod, at, random.between(0.4, 20) * SECOND);
  openExec(scene, { user: somebody(scene), pod, container, argv, at, until: end, kind: 'cp' });
};

const forward: Opening = (scene, pod, at) =>
  portForward(scene, somebody(scene), pod, { at, until: until(scene, pod, at, stay(scene)) });

const look: Opening = (scene, pod, at) => {
  attach(scene, somebody(scene), pod, { at, until: until(scene, pod, at, stay(scene) / 2) });
};

const debug: Opening = (scene, pod, at) => {
  const end = until(scene, pod, at, stay(scene));
  if (end - at > 20 * SECOND) debugContainer(scene, somebody(scene), pod, { at, until: end });
};

const debugOnNode: Opening = (scene, pod, at) => {
  const [user = somebody(scene)] = scene.random.shuffled(usersWithAllRights(scene.site));
  const end = Math.min(at + stay(scene), scene.span.to - MINUTE);
  if (end - at > 20 * SECOND) debugNode(scene, user, pod.node, { at, until: end });
};

const copyAndDebug: Opening = (scene, pod, at) => {
  const end = until(scene, pod, at, stay(scene));
  if (end - at > 20 * SECOND) debugCopy(scene, somebody(scene), pod, { at, until: end });
};

const refused: Opening = (scene, pod, at) => refusedExec(scene, somebody(scene), pod, at);

/** The client sends an id of its own, and the same one twice. */
const sameId: Opening = (scene, pod, at) => {
  const user = somebody(scene);
  const auditID = scene.random.uuid();
  for (const i of [0, 1]) {
    const container = firstContainer(pod);
    const from = at + i * 30 * SECOND;
    const argv = ['ls', '-l', `/tmp/${scene.random.hex(4)}`];
    const end = until(scene, pod, from, 400);
    if (end > from) openExec(scene, { user, pod, container, argv, at: from, until: end, auditID });
  }
};

const OPENINGS: readonly (readonly [weight: number, Opening])[] = [
  ...([
    [40, shell],
    [28, once],
    [7, copy],
    [6, forward],
    [3, look],
    [5, debug],
  ] as const),
  ...([
    [2, debugOnNode],
    [2, copyAndDebug],
    [4, refused],
    [1, sameId],
  ] as const),
];
const WEIGHTS = OPENINGS.reduce((sum, [weight]) => sum + weight, 0);

function pickOpening(scene: Scene): Opening {
  let left = scene.random.next() * WEIGHTS;
  for (const [weight, opening] of OPENINGS) {
    left -= weight;
    if (left < 0) return opening;
  }
  return once;
}

/** Where somebody is already, now and then. */
function pickPod(scene: Scene, at: number): Pod | undefined {
  const { random, sessions } = scene;
  const there = podsDuring(scene, { from: at, to: at + 5 * MINUTE }).filter(
    (pod) =>
      pod.workload.name !== 'toolbox' &&
      isFree(scene, pod, { from: at - MINUTE, to: at + 4 * HOUR }, false),
  );
  if (there.length === 0) return undefined;
  const open = sessions.filter(({ ended, started }) => started < at && at < ended - MINUTE);
  const shared = there.filter((pod) => open.some((s) => s.pod.name === pod.name));
  return shared.length > 0 && random.chance(0.1) ? random.pick(shared) : random.pick(there);
}

export interface Busy {
  readonly sessionsPerHour: number;
  /** Of each class, per day. */
  readonly evasionsPerDay: number;
}

export function live(scene: Scene, mains: Mains, busy: Busy): void {
  const { random, span } = scene;
  const length = span.to - span.from;
  const times = Math.round((busy.evasionsPerDay * length) / DAY);
  const moment = (): number =>
    random.between(span.from + 0.06 * length, span.to - Math.min(2 * HOUR, 0.3 * length));
  for (let i = 0; i < times; i++) {
    for (const plant of PLANTS) plant(scene, moment());
    usePrivileged(scene, moment());
    useToolbox(scene, mains, moment());
  }
  if (busy.sessionsPerHour <= 0) return;
  for (
    let at = span.from + MINUTE;
    at < span.to - MINUTE;
    at += random.wait(HOUR / busy.sessionsPerHour)
  ) {
    const pod = pickPod(scene, at);
    if (pod !== undefined) pickOpening(scene)(scene, pod, at);
  }
}
