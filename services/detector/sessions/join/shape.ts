/**
 * Owns: when two commands are runs of the same thing, and which workload a pod is of, by its name.
 * Does not own: what a workload runs by itself (baseline.ts).
 */
import { contentId } from '../../../../shared/domain/ids.ts';
import type { AlertFact, LineFact } from '../facts/model.ts';

/** What is told of something that ran. */
export type Ran = LineFact | AlertFact;

/** 72 bits: nobody meets another’s shape by chance; and no word that every object has. */
const SHAPE_CHARS = 12;
const MAX_CHARS = 8192;

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const TOKEN = /[A-Za-z0-9.]+/g;
/** Addresses and versions: another of them is another thing. */
const DOTTED = /^\d+(?:\.\d+)+$/;
const NUMBER = /\d+/g;
const HEX = /^[0-9a-f]{8,}$/i;
/** As mktemp names files. */
const TEMPORARY = /^tmp\.[A-Za-z0-9]{6,12}$/;
const LONG_CHARS = 16;
const PORT_DIGITS = 5;

function isRandom(part: string): boolean {
  const digits = part.match(NUMBER)?.join('').length ?? 0;
  return digits > 0 && (HEX.test(part) || (part.length >= LONG_CHARS && digits >= 3));
}

function foldPart(part: string): string {
  return isRandom(part) ? '#' : part.replace(NUMBER, '#');
}

/** `:8080` behind a name or an address, other than in `12:30`. */
function isPort(token: string, before: string): boolean {
  if (token.length > PORT_DIGITS || !/^\d+$/.test(token)) return false;
  return /(?:[A-Za-z\]]|\.\d{1,3}):$/.test(before);
}

/** How far back is looked to tell a port. */
const BEFORE_PORT_CHARS = 5;

function foldToken(token: string, at: number, text: string): string {
  if (DOTTED.test(token)) return token;
  if (isPort(token, text.slice(Math.max(0, at - BEFORE_PORT_CHARS), at))) return token;
  if (TEMPORARY.test(token)) return 'tmp.#';
  return token.split('.').map(foldPart).join('.');
}

/** The same for runs that differ in numbers, ids, names of temporary files and the pod's own name. */
function fold(commandLine: string, pod: string | undefined): string {
  const text = commandLine.slice(0, MAX_CHARS).trim();
  const podless = pod === undefined || pod === '' ? text : text.replaceAll(pod, '<pod>');
  return podless.replace(UUID, '<id>').replace(TOKEN, foldToken);
}

/** The program that called it: the node tells that one, and Falco tells the parent. */
export function callerOf(ran: Ran): string | undefined {
  return ran.kind === 'line' ? ran.executable : ran.parentName;
}

/**
 * The same for runs of the same command, by the same caller, in the same container; short. Of an alert
 * also the rule.
 */
export function shapeOf(ran: Ran): string {
  const { commandLine, place } = ran;
  const program = ran.kind === 'line' ? null : (ran.processName ?? ran.executable ?? null);
  return contentId([
    ...[ran.kind === 'line' ? null : ran.rule, place.container ?? null],
    ...[callerOf(ran) ?? null, program],
    commandLine === undefined ? null : fold(commandLine, place.pod),
  ]).slice(0, SHAPE_CHARS);
}

/** What Kubernetes makes random names of (rand.SafeEncodeString). */
const SUFFIX = /-[bcdfghjklmnpqrstvwxz2456789]{5}$/;
const REPLICA_SET = /-[bcdfghjklmnpqrstvwxz2456789]{8,10}$/;
/** When it was to run: minutes, and in old releases seconds, since 1970. */
const CRON_TIME = /-(?:\d{8}|\d{10})$/;
const ORDINAL = /-\d{1,5}$/;

function stemOf(pod: string): string {
  const owner = pod.replace(SUFFIX, '');
  if (owner === pod) return pod.replace(ORDINAL, '');
  const job = owner.replace(CRON_TIME, '');
  return job === owner ? owner.replace(REPLICA_SET, '') : job;
}

/**
 * What is learnt of a pod says `Deployment/pay`, and before it is learnt the name says `pay`: the two
 * must meet. Of a ReplicaSet or a Job the one that made it counts.
 */
function ownerOf(known: string): string {
  const slash = known.indexOf('/');
  const [kind, name] = [known.slice(0, Math.max(0, slash)), known.slice(slash + 1)];
  if (kind === 'ReplicaSet') return name.replace(REPLICA_SET, '');
  return kind === 'Job' ? name.replace(CRON_TIME, '') : name;
}

/**
 * The same for all pods of a workload, as far as names say it: Deployment, DaemonSet, Job, CronJob,
 * StatefulSet. `known`: the workload, `Deployment/pay`, where that was learnt.
 */
export function workloadOf(namespace: string, pod: string, known?: string): string {
  return `${namespace}/${known === undefined ? stemOf(pod) : ownerOf(known)}`;
}
