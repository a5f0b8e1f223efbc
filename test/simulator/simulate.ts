/**
 * Owns: a simulation from its options: what each cluster's sources wrote, how it came, and the truth.
 * Pure: the same options give the same bytes.
 */
import { live } from './activity/day.ts';
import { runBackground } from './activity/background.ts';
import { createScene, type Scene } from './activity/scene.ts';
import { type AuditLine, eventsOf } from './apiserver/event.ts';
import { noise } from './apiserver/noise.ts';
import { podRequests } from './apiserver/pod-events.ts';
import { makePosts, type Post, type Source } from './delivery/posts.ts';
import type { Alert, Line, Process, TrueSession } from './model.ts';
import { DAY, HOUR, type Interval, SECOND } from './moments.ts';
import { Enricher } from './node/enricher.ts';
import { falcoAlerts, falcoDrop } from './node/falco.ts';
import { givePids } from './node/pids.ts';
import { criWrapped, spoLine } from './node/spo-line.ts';
import type { SimulationOptions } from './options.ts';
import { createRandom, type Random } from './random.ts';
import { truthOf, type TruthRow } from './truth/rows.ts';
import { makeSite } from './world/site.ts';

export interface ClusterFiles {
  readonly cluster: string;
  readonly files: Readonly<Record<Source, readonly string[]>>;
  readonly posts: readonly Post[];
  readonly truth: readonly TruthRow[];
}

function sceneOf(i: number, options: SimulationOptions, random: Random): Scene {
  const span = { from: options.start, to: options.start + options.days * DAY };
  const { pods, skewMs: skew, users } = options;
  const site = makeSite(i, { pods, users, span, skew }, random.fork('site'));
  const scene = createScene(site, span, random.fork('scene'));
  const mains = runBackground(scene);
  live(scene, mains, options);
  scene.requests.push(...podRequests(scene), ...noise(scene, options.noise));
  return scene;
}

function auditLines(
  scene: Scene,
  options: SimulationOptions,
  random: Random,
): readonly AuditLine[] {
  const { requests, site, span } = scene;
  return requests
    .flatMap((request) => eventsOf(site, request, span.to))
    .filter(({ at }) => at >= span.from && !random.chance(options.loss / 4))
    .sort((a, b) => a.at - b.at);
}

/** Some are written again later, under another id; some get lost on the way. */
function disturbed(
  lines: readonly Line[],
  options: SimulationOptions,
  random: Random,
): readonly Line[] {
  return lines.flatMap((line) => {
    const own = { ...line, isLost: random.chance(options.loss) };
    if (!random.chance(options.duplicates)) return [own];
    const emitted = line.emitted + random.between(1, 90) * SECOND;
    return [own, { ...line, auditID: random.uuid(), emitted, copyOf: line.auditID }];
  });
}

interface Telemetry {
  readonly lines: readonly Line[];
  readonly alerts: readonly Alert[];
}

function silencedIn(scene: Scene): (process: Process) => boolean {
  const sessions = scene.planted
    .filter(({ evasion }) => evasion === 'no_telemetry')
    .map((p) => p.session);
  const silent = new Set<TrueSession | undefined>(sessions);
  return ({ session }) => session !== undefined && silent.has(session);
}

function telemetryOf(scene: Scene, options: SimulationOptions, random: Random): Telemetry {
  const { processes, site, span } = scene;
  const lines: Line[] = [];
  const alerts: Alert[] = [];
  const isSilenced = silencedIn(scene);
  for (const node of site.nodes) {
    const own = processes.filter((process) => process.node === node);
    const ofNode = random.fork(node.name);
    givePids(own, node.pidMax, ofNode);
    if (node.enricher !== undefined) lines.push(...new Enricher(node, ofNode).run(own, span));
    alerts.push(...falcoAlerts(own, span, isSilenced, ofNode));
  }
  const sorted = lines.sort((a, b) => a.emitted - b.emitted);
  return {
    lines: [...disturbed(sorted, options, random.fork('lines'))].sort(
      (a, b) => a.emitted - b.emitted,
    ),
    alerts: alerts
      .map((alert) => ({ ...alert, isLost: random.chance(options.loss) }))
      .sort((a, b) => a.time - b.time),
  };
}

function falcoLines(
  scene: Scene,
  alerts: readonly Alert[],
  random: Random,
): readonly { at: number; text: string }[] {
  const { from, to }: Interval = scene.span;
  const drops: { at: number; text: string }[] = [];
  const hosts = scene.site.nodes.filter(({ falco }) => falco !== 'none');
  for (
    let at = from + random.wait(6 * HOUR);
    at < to && hosts.length > 0;
    at += random.wait(6 * HOUR)
  ) {
    drops.push({ at, text: falcoDrop(random.pick(hosts).name, at, random) });
  }
  const told = alerts.map(({ output, time }) => ({ at: time, text: output }));
  return [...told, ...drops].sort((a, b) => a.at - b.at);
}

export function simulateCluster(i: number, options: SimulationOptions): ClusterFiles {
  const random = createRandom(`${options.seed}/${i}`);
  const scene = sceneOf(i, options, random);
  const { name: cluster } = scene.site;
  const audit = auditLines(scene, options, random.fork('audit'));
  const { alerts, lines } = telemetryOf(scene, options, random.fork('telemetry'));
  const came = lines.filter(({ isLost }) => !isLost);
  const told = alerts.filter(({ isLost }) => !isLost);
  const falco = falcoLines(scene, told, random.fork('falco'));
  const spo = came.map((line) => {
    const text = spoLine(line);
    return line.process.node.isCri ? criWrapped(text, line.emitted) : text;
  });
  const sources = {
    audit: audit.map(({ at, request }) => ({
      at,
      sender: `apiserver-${request.auditID.charCodeAt(0) % 2}`,
    })),
    spo: came.map(({ emitted: at, process }) => ({ at, sender: process.node.name })),
    falco: falco.map(({ at }, n) => ({ at, sender: String(n) })),
  };
  const habits = {
    cluster,
    late: options.late,
    duplicates: options.duplicates,
    delivery: options.delivery,
  };
  return {
    cluster,
    files: { audit: audit.map(({ text }) => text), spo, falco: falco.map(({ text }) => text) },
    posts: makePosts(sources, habits, random.fork('posts')),
    truth: truthOf(scene, { audit, lines, alerts }),
  };
}
