/**
 * Owns: which reasons there are that something of a session may be missing or less sure. From the
 * same predicates as the findings, so that both agree.
 */
import type { SessionKind } from '../facts/model.ts';
import { COVERAGE, type CoverageCode } from '../model.ts';
import { type CoverageFacts, mayBeMarked, type Seen, wasAdmitted } from './circumstances.ts';
import { isPrivileged, isUntold, isUnconfined } from './evasions-of.ts';
import { strippedCommand } from './marks.ts';

/** In the order of COVERAGE, each once. docs/sessions.md says what each means. */
export function coverageOf(seen: Seen, facts: CoverageFacts): readonly CoverageCode[] {
  const holds: Readonly<Record<CoverageCode, boolean>> = {
    ...ofMark(seen, facts),
    ...ofKind(seen),
    ...ofPlace(seen, facts),
    ...ofTime(seen),
    event_incomplete: seen.request.partial,
    commands_not_listed:
      seen.commandCount > seen.commands.length || seen.alertCount > seen.alerts.length,
  };
  return COVERAGE.filter((code) => holds[code]);
}

function ofMark(seen: Seen, facts: CoverageFacts) {
  const { marking, namesMark, requestUid } = seen.request;
  const failedOpen = marking === 'failed_open';
  const hasNone = requestUid === undefined && !failedOpen && !namesMark;
  return {
    webhook_failed_open: failedOpen,
    mark_not_set: hasNone && mayBeMarked(seen.request.sessionKind) && wasAdmitted(seen),
    mark_named_by_user: namesMark,
    mark_stripped: strippedCommand(seen, facts) !== undefined,
    mark_of_other_pod: facts.markElsewhere,
  };
}

function ofKind({ kind }: Seen) {
  return {
    attach_is_blind: kind === 'attach',
    port_forward_is_blind: kind === 'port-forward',
    copy_is_blind: kind === 'cp',
    node_proxy: kind === 'node-proxy',
  };
}

function ofPlace(seen: Seen, facts: CoverageFacts) {
  return {
    no_telemetry: isUntold(seen, facts),
    node_not_known: seen.place.node === undefined,
    privileged_container: isPrivileged(seen.request, facts),
    unconfined_container: isUnconfined(seen.request, facts),
    other_session_in_pod: facts.othersInPod,
    creator_not_seen: facts.creatorMissing,
  };
}

/** What is made to debug ends with its pod; any other has an answer that ends it. */
const END_WITH_POD: ReadonlySet<SessionKind> = new Set<SessionKind>([
  ...(['ephemeral', 'debug-pod', 'debug-node'] as const),
]);

function ofTime({ alerts, commands, endedBy, kind, request }: Seen) {
  const isCutOff = endedBy === 'pod_deleted' && !END_WITH_POD.has(kind);
  return {
    process_outlived: [...commands, ...alerts].some(({ outlived }) => outlived),
    answer_not_seen: request.state === 'asked',
    end_not_seen: endedBy === 'age' || isCutOff,
  };
}
