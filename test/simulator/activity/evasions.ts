/**
 * Owns: what is planted: somebody going around what would have seen them. Each gets a pod of their
 * own for the time, so that it can be told what podwitness could have seen.
 */
import type { Process } from '../model.ts';
import { HOUR, MINUTE, SECOND } from '../moments.ts';
import {
  interactive,
  isMarkedThen,
  type Plant,
  plant,
  quietPod,
  typeSome,
  withShell,
} from './planting.ts';
import { intrusive } from './programs.ts';
import { firstContainer, runProgram, somebody, spawn, spotOf, use } from './scene.ts';
import { nested, type, typeFor } from './typing.ts';
import { nodeProxy } from './ways.ts';

const markOfOtherPod: Plant = (scene, at) => {
  const { random } = scene;
  const during = { from: at, to: at + random.between(4, 10) * MINUTE };
  if (!scene.site.hasWebhook || !isMarkedThen(scene, during)) return;
  const own = quietPod(scene, during);
  if (own === undefined) return;
  const others = quietPod(scene, during, own);
  if (others === undefined) return;
  // Sometimes its owner has left by then.
  const until = random.chance(0.5) ? during.to : at + MINUTE;
  const victim = interactive(scene, others, { from: at, to: until });
  typeFor(scene, victim.shell, at + SECOND, until - SECOND);
  const thief = interactive(scene, own, { from: at + 20 * SECOND, to: during.to });
  typeSome(scene, thief.shell, at + 30 * SECOND, 2);
  const { mark: _own, ...rest } = thief.shell;
  const mark = victim.shell.mark;
  typeSome(scene, { ...rest, mark, twist: 'foreign' }, at + 2 * MINUTE, 3);
  plant(scene, 'mark_of_other_pod', thief.session);
};

const markNamed: Plant = (scene, at) => {
  const during = { from: at, to: at + scene.random.between(2, 6) * MINUTE };
  if (!scene.site.hasWebhook || !isMarkedThen(scene, during)) return;
  const pod = quietPod(scene, during);
  if (pod === undefined) return;
  const script = `sleep ${scene.random.int(20, 90)}; cat /etc/shadow`;
  const named = (uid: string): readonly string[] => [
    'sh',
    '-c',
    script,
    `SPO_EXEC_REQUEST_UID=${uid}`,
  ];
  const { session, shell } = interactive(scene, pod, during, {
    ...{ argv: named('x'), isTerminal: false, rewritten: named },
  });
  const { mark: _set, ...rest } = shell;
  typeSome(scene, { ...rest, mark: undefined, twist: 'named' }, at + 5 * SECOND, 3);
  session.tolerated.push({
    rules: ['session_mark_stripped', 'session_mark_not_set'],
    why: 'it was named',
  });
  plant(scene, 'mark_named', session);
};

const markStripped: Plant = (scene, at) =>
  withShell(scene, at, ({ session, shell }, { to }) => {
    typeSome(scene, shell, at + 3 * SECOND, 3);
    const from = at + MINUTE;
    if (scene.random.chance(0.5)) {
      const argvs = [['env', '-i', '/bin/bash'], ['/bin/bash']];
      const inner = nested(
        scene,
        shell,
        { at: from, argvs, end: to },
        { mark: undefined, twist: 'stripped' },
      );
      typeSome(scene, inner, from + 3 * SECOND, 5);
    } else {
      // unset is no process.
      typeSome(scene, { ...shell, mark: undefined, twist: 'stripped' }, from, 5);
    }
    plant(scene, 'mark_stripped', session);
  });

const markInvented: Plant = (scene, at) =>
  withShell(scene, at, ({ session, shell }) => {
    typeSome(scene, shell, at + 3 * SECOND, 3);
    typeSome(scene, { ...shell, mark: scene.random.uuid(), twist: 'invented' }, at + MINUTE, 4);
    session.tolerated.push({
      rules: ['session_mark_stripped', 'session_mark_of_other_pod'],
      why: 'its mark is invented',
    });
    plant(scene, 'mark_invented', session);
  });

const markOfSamePod: Plant = (scene, at) => {
  const during = { from: at, to: at + scene.random.between(4, 9) * MINUTE };
  if (!scene.site.hasWebhook || !isMarkedThen(scene, during)) return;
  const pod = quietPod(scene, during);
  if (pod === undefined) return;
  const victim = interactive(scene, pod, during);
  typeSome(scene, victim.shell, at + 2 * SECOND, 4);
  const thief = interactive(scene, pod, { from: at + 40 * SECOND, to: during.to - 20 * SECOND });
  typeSome(scene, thief.shell, at + 45 * SECOND, 2);
  const { mark } = victim.shell;
  typeSome(scene, { ...thief.shell, mark, twist: 'same-pod' }, at + 80 * SECOND, 4);
  plant(scene, 'mark_of_same_pod', thief.session);
};

const notMutated: Plant = (scene, at) => {
  const during = { from: at, to: at + 2 * MINUTE };
  const pod = quietPod(scene, during);
  if (pod === undefined || !scene.site.hasWebhook) return;
  const { shell } = interactive(scene, pod, during, { mark: { how: 'not-mutated' } });
  typeFor(scene, shell, at + SECOND, during.to - SECOND);
};

const failedOpen: Plant = (scene, at) => {
  const during = { from: at, to: at + MINUTE };
  const pod = quietPod(scene, during);
  if (pod === undefined || !scene.site.hasWebhook) return;
  const { shell } = interactive(scene, pod, during, { mark: { how: 'failed-open' } });
  typeFor(scene, shell, at + SECOND, during.to - SECOND);
};

const noTelemetry: Plant = (scene, at) => {
  const during = { from: at, to: at + scene.random.between(1, 6) * MINUTE };
  if (!isMarkedThen(scene, during)) return;
  const pod = quietPod(scene, during);
  if (pod === undefined) return;
  const { session, shell } = interactive(scene, pod, during, { isUnheard: true });
  typeFor(scene, shell, at + SECOND, during.to - SECOND);
  plant(scene, 'no_telemetry', session);
};

/** A shell by the container runtime on the node: no request to the API server at all. */
const pastApiServer: Plant = (scene, at) => {
  const { random, site } = scene;
  const during = { from: at, to: at + random.between(1, 6) * MINUTE };
  const pod = quietPod(scene, during);
  if (pod === undefined) return;
  const container = firstContainer(pod);
  const spot = { ...spotOf(scene, pod, container), uid: 0 };
  const argv = random.pick([['sh'], ['bash'], ['/bin/bash', '-i'], ['/bin/sh']]);
  const execs = [{ at, argv, caller: site.runtime }];
  const shell: Process = spawn(scene, spot, {
    execs,
    end: during.to,
    origin: 'direct',
    hasTerminal: true,
  });
  for (let i = 1; i < 6; i++) {
    const run = {
      at: at + i * random.between(3, 8) * SECOND,
      caller: container.shell,
      hasTerminal: true,
    };
    runProgram(scene, spot, intrusive(random), { ...run, origin: 'direct', parent: shell });
  }
  use(scene, pod, during, true);
  const { name, namespace } = pod;
  scene.planted.push({
    evasion: 'past_api_server',
    site: site.name,
    namespace,
    pod: name,
    ...during,
  });
};

const byNodeProxy: Plant = (scene, at) => {
  const during = { from: at, to: at + scene.random.between(0.2, 60) * SECOND };
  const pod = quietPod(scene, during);
  if (pod === undefined) return;
  nodeProxy(scene, somebody(scene), pod, {
    ...{ at, until: during.to, argv: intrusive(scene.random).argv },
  });
};

const outlives: Plant = (scene, at) => {
  const { random } = scene;
  const during = { from: at, to: at + random.between(2, 5) * MINUTE };
  const long = { from: at, to: during.to + HOUR };
  if (!scene.site.hasWebhook || !isMarkedThen(scene, during)) return;
  const pod = quietPod(scene, long);
  if (pod === undefined) return;
  const { session, shell } = interactive(scene, pod, during);
  typeSome(scene, shell, at + 2 * SECOND, 2);
  const argvs = [['nohup', 'sh', '/tmp/.x.sh']];
  const own = shell.mark === undefined ? {} : { mark: shell.mark };
  const inner = nested(
    scene,
    shell,
    { at: at + 40 * SECOND, argvs, end: long.to },
    { mark: shell.mark, ...own },
  );
  for (let i = 0; i < 8; i++) {
    const then = at + 60 * SECOND + i * random.between(60, 400) * SECOND;
    const late = then > session.ended + 10 * SECOND ? { twist: 'outlived' as const } : {};
    type(scene, { ...inner, ...late }, then, intrusive(random));
  }
  type(scene, { ...inner, twist: 'outlived' }, session.ended + 30 * MINUTE, intrusive(random));
  use(scene, pod, long, true);
  plant(scene, 'outlived', session, { from: at, to: long.to });
};

export const PLANTS: readonly Plant[] = [
  ...[markOfOtherPod, markNamed, markStripped, markInvented, markOfSamePod, notMutated],
  ...[failedOpen, noTelemetry, pastApiServer, byNodeProxy, outlives],
];
