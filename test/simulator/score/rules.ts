/**
 * Owns: which rule of podwitness is to tell of which class of evasion.
 */
import type { EvasionClass } from '../model.ts';

const FORGED = '669c6615-f9c1-4170-b70a-2bd4c7bfc092';
const UNMARKED = 'ae5d50c7-a7dc-4deb-a2ef-e03136edf260';
const KUBELET = 'd06e5c4e-327b-4806-b514-5ab0418521a2';
const ATTACH = '07ec97b9-9837-411c-af14-12e33ccef333';
const PORT_FORWARD = '9b4e9fd3-b5b6-45e1-bf8c-69f92d11d333';

export interface Expected {
  /** Any of them. */
  readonly rules: readonly string[];
  /** False: nobody can be sure of it; what is told of it is not wrong. */
  readonly isDemanded: boolean;
}

function demanded(...rules: string[]): Expected {
  return { rules, isDemanded: true };
}

export const EXPECTED: Readonly<Record<EvasionClass, Expected>> = {
  mark_of_other_pod: demanded('session_mark_of_other_pod'),
  mark_named: demanded(FORGED),
  mark_stripped: demanded('session_mark_stripped'),
  failed_open: demanded(UNMARKED, 'session_mark_not_set'),
  not_mutated: demanded('session_mark_not_set'),
  no_telemetry: demanded('session_without_telemetry'),
  past_api_server: demanded('session_past_api_server'),
  node_proxy: demanded(KUBELET),
  outlived: demanded('session_outlived'),
  not_watched: demanded('session_container_not_watched', 'session_without_telemetry'),
  attach: demanded(ATTACH),
  port_forward: demanded(PORT_FORWARD),
  mark_of_same_pod: {
    rules: ['session_mark_of_other_pod', 'session_mark_stripped'],
    isDemanded: false,
  },
  mark_invented: {
    rules: ['session_mark_of_other_pod', 'session_mark_stripped'],
    isDemanded: false,
  },
};

const TRACKED: ReadonlySet<string> = new Set(Object.values(EXPECTED).flatMap(({ rules }) => rules));

/** Rules about sessions: what they tell where nothing was planted is false. */
export function isTracked(rule: string): boolean {
  return TRACKED.has(rule);
}

/** Attaching to what was made for it is an attach as well. */
export const ATTACH_RULE = ATTACH;

const NAMES: ReadonlyMap<string, string> = new Map([
  [FORGED, 'evasion_request_uid_forged'],
  [UNMARKED, 'evasion_session_unmarked'],
  [KUBELET, 'node_kubelet_command'],
  [ATTACH, 'session_attach'],
  [PORT_FORWARD, 'session_port_forward'],
]);

export function ruleName(rule: string): string {
  return NAMES.get(rule) ?? rule;
}
