/**
 * Owns: what is needed to plant something: a pod of one's own, a shell in it, some commands.
 */
import type { EvasionClass, Pod, TrueSession } from '../model.ts';
import { type Interval, MINUTE, SECOND } from '../moments.ts';
import { type ExecPlan, openExec } from './exec.ts';
import { typed } from './programs.ts';
import { firstContainer, isFree, podsDuring, type Scene, somebody } from './scene.ts';
import { type Shell, shellOf, type } from './typing.ts';

export type Plant = (scene: Scene, at: number) => void;

/** A pod whose commands are seen, alone for the time. */
export function quietPod(scene: Scene, during: Interval, except?: Pod): Pod | undefined {
  const { random, site } = scene;
  const wide = { from: during.from - 6 * MINUTE, to: during.to + 6 * MINUTE };
  const fit = podsDuring(scene, wide).filter(
    (pod) =>
      pod !== except &&
      pod.workload.isWatched &&
      !pod.workload.isPrivileged &&
      pod.workload.name !== 'toolbox' &&
      pod.node.enricher !== undefined &&
      !site.unmarkedNamespaces.includes(pod.namespace) &&
      pod.node.gaps.every(({ from, to }) => to < wide.from || from > wide.to) &&
      isFree(scene, pod, wide, true),
  );
  return fit.length === 0 ? undefined : random.pick(fit);
}

export function isMarkedThen(scene: Scene, { from, to }: Interval): boolean {
  return scene.site.webhookDown.every((down) => down.to < from - MINUTE || down.from > to);
}

export interface Started {
  readonly session: TrueSession;
  readonly shell: Shell;
}

export function interactive(
  scene: Scene,
  pod: Pod,
  during: Interval,
  more?: Partial<ExecPlan>,
): Started {
  const container = firstContainer(pod);
  const opened = openExec(scene, {
    ...{ user: somebody(scene), pod, container, argv: ['sh'], isTerminal: true, isExclusive: true },
    ...{ at: during.from, until: during.to, ...more },
  });
  return { session: opened.session, shell: shellOf(scene, { pod, container }, opened) };
}

export function plant(
  scene: Scene,
  evasion: EvasionClass,
  session: TrueSession,
  span?: Interval,
): void {
  const { ended: to, requested: from, site } = session;
  scene.planted.push({ evasion, site, session, from, to, ...span });
}

/** Some commands with another environment than the shell's. */
export function typeSome(scene: Scene, shell: Shell, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    type(scene, shell, from + i * scene.random.between(2, 9) * SECOND, typed(scene.random));
  }
}

export function withShell(
  scene: Scene,
  at: number,
  then: (made: Started, during: Interval) => void,
): void {
  const during = { from: at, to: at + scene.random.between(3, 12) * MINUTE };
  if (!scene.site.hasWebhook || !isMarkedThen(scene, during)) return;
  const pod = quietPod(scene, during);
  if (pod === undefined) return;
  then(interactive(scene, pod, during), during);
}
