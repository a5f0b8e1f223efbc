/**
 * Owns: a line of the enricher as text (domain.md §1.1): keys in alphabetical order, as Go's maps are
 * written.
 */
import { goJson } from '../apiserver/event.ts';
import type { Line } from '../model.ts';
import { milli } from '../moments.ts';

export function spoLine(line: Line): string {
  const { process } = line;
  const isMain = process.node.enricher === 'ms';
  const id = line.isUserUnknown ? 0 : process.uid;
  const user = line.isUserUnknown && isMain ? {} : { uid: id };
  const group = line.isUserUnknown && isMain ? {} : { gid: id };
  const { container, pod } = process;
  const resource =
    line.isResolved && pod !== undefined
      ? { container: container ?? '', namespace: pod.namespace, pod: pod.name }
      : null;
  return goJson({
    ...{ auditID: line.auditID, cmdLine: line.commandLine, executable: line.executable },
    ...group,
    ...{ node: { name: process.node.name }, pid: line.pid },
    ...(line.requestUid === undefined ? {} : { requestUID: line.requestUid }),
    ...{ resource, syscalls: line.isUnread ? null : line.syscalls },
    timestamp: milli(line.time),
    ...user,
    version: 'spo/v1_alpha',
  });
}

/** As a container runtime writes what its container wrote. */
export function criWrapped(text: string, at: number): string {
  return `${milli(at).replace('Z', '000000Z')} stdout F ${text}`;
}
