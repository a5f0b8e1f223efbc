/**
 * Owns: what runs in pods without anybody: entrypoints, probes, cron jobs, children of the workload.
 */
import type { Habit, Pod, Process } from '../model.ts';
import type { Interval } from '../moments.ts';
import { SECOND } from '../moments.ts';
import { habitual } from './programs.ts';
import { runProgram, type Scene, spawn, spotOf } from './scene.ts';

export interface Mains {
  /** The main process of each container: `namespace/pod/container`. */
  readonly of: ReadonlyMap<string, Process>;
}

export function mainKey(pod: Pod, container: string): string {
  return `${pod.namespace}/${pod.name}/${pod.uid}/${container}`;
}

function startContainers(scene: Scene, pod: Pod, span: Interval): (readonly [string, Process])[] {
  const { random, site } = scene;
  const end = Math.min(pod.deleted, span.to);
  return pod.workload.containers.map((container, i) => {
    const at = pod.ready - random.between(0.2, 1.5) * SECOND + i * 150;
    const execs = [{ at, argv: container.entrypoint, caller: site.runtime }];
    const process = spawn(scene, spotOf(scene, pod, container), {
      execs,
      end,
      origin: 'entrypoint',
    });
    return [mainKey(pod, container.name), process] as const;
  });
}

function runHabit(scene: Scene, pod: Pod, habit: Habit, main: Process | undefined): void {
  const { random, site, span } = scene;
  const container = pod.workload.containers.find(({ name }) => name === habit.container);
  if (container === undefined) return;
  const spot = spotOf(scene, pod, container);
  const until = Math.min(pod.deleted, span.to);
  let at = Math.max(pod.ready, span.from) + random.between(1, habit.every);
  while (at < until - SECOND) {
    const caller = habit.kind === 'probe' ? site.runtime : container.main;
    // The kubelet's probes are started by the runtime: nobody clones for them.
    const run = {
      at,
      caller,
      origin: habit.kind,
      parent: habit.kind === 'probe' ? undefined : main,
    };
    runProgram(scene, spot, habitual(habit.program, random), run);
    at += habit.kind === 'child' ? random.wait(habit.every) + SECOND : habit.every;
  }
}

/** All that runs by itself; the main processes are told, as attach reaches them. */
export function runBackground(scene: Scene): Mains {
  const mains = new Map<string, Process>();
  for (const pod of scene.site.pods) {
    if (pod.deleted < scene.span.from) continue;
    for (const [key, process] of startContainers(scene, pod, scene.span)) mains.set(key, process);
    for (const habit of pod.workload.habits) {
      runHabit(scene, pod, habit, mains.get(mainKey(pod, habit.container)));
    }
  }
  return { of: mains };
}
