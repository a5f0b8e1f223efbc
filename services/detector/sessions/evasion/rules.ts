/**
 * Owns: the rules on sessions themselves: what each tells, how serious that is, and what to do. In the
 * words of a rule file, since that is how they are listed and shown.
 * Does not own: when they hold (evasions-of.ts).
 */
import type { Level } from '../../rules/model.ts';
import { SESSION_RULES, type SessionRuleId } from '../model.ts';

export interface SessionRule {
  readonly id: SessionRuleId;
  readonly title: string;
  readonly description: string;
  /** What must be known before it is told; a line each. */
  readonly needs: readonly string[];
  readonly level: Level;
  /** Instead of `level`, by the criticality of the session's place. */
  readonly levelByCriticality: Readonly<Record<string, Level>>;
  /** As Sigma writes them. */
  readonly tags: readonly string[];
  readonly references: readonly string[];
  readonly falsePositives: readonly string[];
  readonly runbook: string;
}

const ENRICHER = 'https://github.com/kubernetes-sigs/security-profiles-operator';
const TOOLS_OFF = 'https://attack.mitre.org/techniques/T1562/001/';
const INDICATORS_BLOCKED = 'https://attack.mitre.org/techniques/T1562/006/';

const RULES: Readonly<Record<SessionRuleId, Omit<SessionRule, 'id'>>> = {
  session_mark_of_other_pod: {
    title: 'Mark Of A Session In Another Pod',
    description:
      'A command ran with the mark (SPO_EXEC_REQUEST_UID) of a session that was opened into another ' +
      'pod. Admission sets a mark for one request and one pod, and a process does not move to another ' +
      'pod: somebody set it there, so that what they did would be put down to another user.',
    needs: [
      'The session that the mark is of is known, in the same cluster.',
      'Its pod and the pod of the command are both known, and not the same.',
      'The mark is not left over from a process of that session with the same number on the same node.',
    ],
    level: 'high',
    levelByCriticality: { critical: 'critical' },
    tags: ['attack.defense-evasion', 'attack.t1562.001', 'attack.t1036'],
    references: [ENRICHER, 'https://attack.mitre.org/techniques/T1036/', TOOLS_OFF],
    falsePositives: ['Somebody who tests the recording of sessions'],
    runbook:
      'Do not take the user of the mark for the one who did it. Look at who had a session in the pod of ' +
      'the command at that time: the finding names them where there was one. Whoever set the mark had ' +
      'read it before, in a pod where both were or in an audit log: see which sessions the two share. ' +
      'Keep the commands of both sessions.',
  },
  session_mark_not_set: {
    title: 'Session Was Not Marked',
    description:
      'A session was let in without the mark that joins its commands to the user, although admission ' +
      'marks others of the namespace, and did not say that it had failed. Its commands can only be ' +
      'joined by time and place.',
    needs: [
      'An exec, a copy or a debug container that was let in, and an audit event that is whole.',
      'The webhook says that it was asked and changed nothing, or it marked another such session of ' +
        'the namespace in the day before.',
      'It did not fail (Session Without A Mark), and the user did not name the mark (Mark Of A ' +
        'Session Named In A Command).',
    ],
    level: 'medium',
    levelByCriticality: { critical: 'high', low: 'low' },
    tags: ['attack.defense-evasion', 'attack.t1562.001'],
    references: [
      'https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/',
      TOOLS_OFF,
    ],
    falsePositives: [
      'The webhook was taken out of the cluster, or told to leave the namespace out',
      'A shipper that leaves annotations away',
    ],
    runbook:
      'See who changed the MutatingWebhookConfiguration of the Security Profiles Operator, or the labels ' +
      'of the namespace, before the session: the audit log has it. Commands of the pod during the ' +
      'session are listed as the user’s by time. If it is on purpose that the namespace is left out, ' +
      'nothing is told a day after the last marked session.',
  },
  session_mark_stripped: {
    title: 'Mark Taken Off In A Session',
    description:
      'The first commands of a session had its mark, later ones have none. A command passes it on to ' +
      'whatever it starts, so it was taken out of the environment: env -i and unset do that, and so do ' +
      'su and sudo.',
    needs: [
      'The session is marked, and a command of it was seen with the mark.',
      'A later command in the same container has none, and can be of no other session, nor of the ' +
        'workload or of the runtime.',
      'Programs of the session started two such commands, more than a moment apart, and no marked ' +
        'one follows. Three where marked ones follow, or where who started them is not known; one ' +
        'after env -i.',
    ],
    level: 'medium',
    levelByCriticality: { critical: 'high', low: 'low' },
    tags: ['attack.defense-evasion', 'attack.t1562.001'],
    references: [ENRICHER, TOOLS_OFF],
    falsePositives: [
      'su, sudo and login shells, which begin with an environment of their own',
      'Commands that were over before the enricher could read their environment',
    ],
    runbook:
      'Read the session from the last marked command on: env -i, env -u or su is often there to see. ' +
      'What follows without a mark is the user’s all the same, if nobody else was in the pod; the session ' +
      'lists it as inferred. If they needed no other identity in the container, ask why.',
  },
  session_without_telemetry: {
    title: 'Session Without Commands',
    description:
      'Somebody ran a command in a container, and the node told of no process of it, though it told of ' +
      'others at that time. Either the container is not recorded, or the recording was evaded.',
    needs: [
      'An exec or a copy of a second or longer, or a debug container or pod that somebody used.',
      'It has ended, what comes late has been waited for (sessions.settleMs), and no command came. ' +
        'Alerts of Falco may have.',
      'The node is known, and told of commands during the session, or right before and after it.',
      'The container is not known to be privileged or unconfined, which has a rule of its own.',
    ],
    level: 'medium',
    levelByCriticality: { critical: 'high', low: 'low' },
    tags: ['attack.defense-evasion', 'attack.t1562.006'],
    references: [ENRICHER, INDICATORS_BLOCKED],
    falsePositives: [
      'Pods that have no seccomp profile which records commands',
      'A command that the container does not have',
      'Lines that were lost between node and collector',
    ],
    runbook:
      'Look at the seccomp profile of the pod, and whether other sessions in it have commands. If ' +
      'they have, find out what is special about this one: which command was asked for, which user, and ' +
      'whether the node dropped records then. If none has, bind a profile to the workload: ' +
      'until then nobody knows what is done in it. The audit log still has who, when and which command ' +
      'was asked for.',
  },
  session_past_api_server: {
    title: 'Shell In A Pod Past The API Server',
    description:
      'A shell that waits for what is typed started in a container, and no request in the audit log ' +
      'opened it. Somebody used the kubelet’s port or the container runtime of the node directly: no ' +
      'right of Kubernetes was asked for, and who it was is in no audit log.',
    needs: [
      'The process was started by a container runtime, as far as that is known, and has no mark; an ' +
        'alert says that it has a terminal.',
      'No session of any kind was near in the pod, and the pod is older than five minutes.',
      'The workload was not seen to start such shells.',
      'The audit log of the cluster was there before and after, and has been waited for.',
    ],
    level: 'high',
    levelByCriticality: { critical: 'critical' },
    tags: [
      ...['attack.execution', 'attack.defense-evasion', 'attack.privilege-escalation'],
      ...['attack.t1609', 'attack.t1611'],
    ],
    references: [
      'https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/',
      'https://attack.mitre.org/techniques/T1609/',
      'https://attack.mitre.org/techniques/T1611/',
    ],
    falsePositives: [
      'Administrators of nodes with crictl, nerdctl or docker exec',
      'A container whose own command is a shell, when it is started again',
      'An audit policy that does not record pods/exec',
    ],
    runbook:
      'Who can do this is root on the node, or has credentials for its kubelet. See who was logged in on ' +
      'that node (its own logs; debug pods and node sessions here), whether anonymous access to the kubelet ' +
      'is on, and which pods with host access run there. Until that is known treat the node as taken ' +
      'over: cordon it, keep its disk and memory, and change the secrets of its pods.',
  },
  session_outlived: {
    title: 'Process Outlived Its Session',
    description:
      'A process with the mark of a session ran when that session had ended: it was put in the ' +
      'background, or cut off from the terminal (nohup, setsid, disown). What it does from then on ' +
      'nobody watches.',
    needs: [
      'The end of the session is known from the API server’s answer, and the grace (sessions.graceMs) is over.',
      'The process has the session’s mark, and it is known that it is in the session’s pod.',
      'It is not a process of the session by its number, unless its program is the command’s own: the ' +
        'enricher may show what it had read of an older process.',
    ],
    level: 'medium',
    levelByCriticality: { critical: 'high', low: 'low' },
    tags: ['attack.defense-evasion', 'attack.t1564.011'],
    references: [ENRICHER, 'https://attack.mitre.org/techniques/T1564/011/'],
    falsePositives: [
      'Servers that are restarted by hand in a container',
      'Long copies and dumps that are started in the background',
    ],
    runbook:
      'See in the session how it was started, and what it is. A process that does not belong to the ' +
      'image ends with the container: delete the pod, after you kept what you need of it. If the ' +
      'session ended because the connection was lost, the user can tell.',
  },
  session_container_not_watched: {
    title: 'Session In A Container That Is Not Watched',
    description:
      'Somebody ran commands in a container that is privileged or without confinement. There seccomp does ' +
      'not apply, commands are not recorded, and none was seen, though the cluster tells of others: what ' +
      'was done is not known.',
    needs: [
      'All that Session Without Commands needs; where the node is not known, the cluster told of commands.',
      'The container is known to be privileged or unconfined from the request that made it, at audit ' +
        'level Request or above.',
    ],
    level: 'low',
    levelByCriticality: { critical: 'high', high: 'medium' },
    tags: ['attack.defense-evasion', 'attack.t1562.006'],
    references: ['https://kubernetes.io/docs/tutorials/security/seccomp/', INDICATORS_BLOCKED],
    falsePositives: ['Work on nodes, storage and network, whose pods are privileged'],
    runbook:
      'From a privileged container the node is one step away: see whether the user was meant to be there, ' +
      'and what else is told of the node at that time. CRI-O can record privileged containers ' +
      '(--privileged-seccomp-profile), and Falco sees them: use one of the two.',
  },
};

/** In the order of SESSION_RULES. */
export const SESSION_RULE_TABLE: readonly SessionRule[] = SESSION_RULES.map(sessionRule);

export function sessionRule(id: SessionRuleId): SessionRule {
  return { id, ...RULES[id] };
}

/** The rules on trial, by id or title, as `detector.stagedRules` names them; other names are others'. */
export function stagedSessionRules(names: readonly string[]): ReadonlySet<string> {
  const staged = SESSION_RULE_TABLE.filter(
    ({ id, title }) => names.includes(id) || names.includes(title),
  );
  return new Set(staged.map(({ id }) => id));
}
