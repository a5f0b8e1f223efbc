/**
 * Owns: what Falco says of processes (domain.md §4.2): some of them only, on some nodes only, with
 * the mark where it was configured to tell it.
 */
import { goJson } from '../apiserver/event.ts';
import type { Alert, Process } from '../model.ts';
import { type Interval, MINUTE, nano, nanoseconds } from '../moments.ts';
import type { Random } from '../random.ts';

interface Said {
  readonly rule: string;
  readonly priority: string;
  readonly text: string;
  readonly tags: readonly string[];
}

const SHELL = /^(\/bin\/)?(ba)?sh( -i)?$/;

function ruleOf(process: Process, random: Random): Said | undefined {
  const command = (process.execs.at(-1)?.argv ?? []).join(' ');
  if (process.hasTerminal && SHELL.test(command)) {
    const text = 'A shell was spawned in a container with an attached terminal';
    return {
      rule: 'Terminal shell in container',
      priority: 'Notice',
      text,
      tags: ['container', 'shell', 'T1059'],
    };
  }
  if (command === 'cat /etc/shadow') {
    const text = 'Sensitive file opened for reading by non-trusted program';
    return {
      rule: 'Read sensitive file untrusted',
      priority: 'Warning',
      text,
      tags: ['filesystem', 'T1555'],
    };
  }
  if (command.includes('169.254.169.254')) {
    const text = 'Outbound connection to cloud instance metadata service';
    return {
      rule: 'Contact cloud metadata service from container',
      priority: 'Notice',
      text,
      tags: ['network', 'T1552'],
    };
  }
  if (process.origin === 'child' && random.chance(0.004)) {
    const text = 'Unexpected child of the application';
    return { rule: 'Unexpected spawned process', priority: 'Warning', text, tags: ['process'] };
  }
  return undefined;
}

function textOf(
  process: Process,
  said: Said,
  about: Pick<Alert, 'time' | 'requestUid' | 'hasPlace'>,
  id: string,
): string {
  const exec = process.execs.at(-1);
  const command = (exec?.argv ?? []).join(' ');
  const isTelling = process.node.falco === 'with-uid';
  const place = about.hasPlace
    ? {
        'container.name': process.container,
        'k8s.ns.name': process.pod?.namespace,
        'k8s.pod.name': process.pod?.name,
      }
    : { 'container.name': null, 'k8s.ns.name': null, 'k8s.pod.name': '<NA>' };
  const fields = {
    'container.id': id,
    ...place,
    'evt.time': '@time@',
    'evt.type': 'execve',
    ...{
      'proc.cmdline': command,
      'proc.pid': process.pid,
      'proc.tty': process.hasTerminal ? 34_816 : 0,
    },
    ...{
      'proc.name': (exec?.argv[0] ?? '').split('/').at(-1),
      'proc.pname': (exec?.caller ?? '').split('/').at(-1),
    },
    ...{ 'user.name': process.uid === 0 ? 'root' : 'app', 'user.uid': process.uid },
    ...(isTelling
      ? { spo_request_uid: about.requestUid ?? '<NA>', spo_request_uid_ancestor: null }
      : {}),
  };
  const { priority, rule, tags, text } = said;
  const clock = nano(about.time);
  const output = `${clock.slice(11, 29)}: ${priority} ${text} | evt_type=execve command=${command}`;
  return goJson({
    ...{ hostname: process.node.name, output, output_fields: fields, priority, rule },
    ...{ source: 'syscall', tags, time: clock },
  }).replace('"@time@"', nanoseconds(about.time));
}

/** `silenced`: of which nothing on the node tells. */
export function falcoAlerts(
  processes: readonly Process[],
  span: Interval,
  silenced: (p: Process) => boolean,
  random: Random,
) {
  const alerts: Alert[] = [];
  for (const process of processes) {
    if (
      process.node.falco === 'none' ||
      process.start < span.from ||
      process.start >= span.to - MINUTE
    )
      continue;
    const said = ruleOf(process, random);
    if (said === undefined || silenced(process)) continue;
    const time = process.start + process.node.skew + random.between(0.05, 2);
    const mark = process.execs.at(-1)?.mark;
    const about = {
      ...{ time, hasPlace: !random.chance(0.04) },
      ...(mark === undefined || process.node.falco !== 'with-uid' ? {} : { requestUid: mark }),
    };
    const output = textOf(process, said, about, random.hex(12));
    alerts.push({
      process,
      ...about,
      rule: said.rule,
      priority: said.priority,
      text: said.text,
      output,
      isLost: false,
    });
  }
  return alerts;
}

/** What Falco says of itself. */
export function falcoDrop(host: string, at: number, random: Random): string {
  const drops = String(random.int(1, 400));
  return goJson({
    ...{
      hostname: host,
      output: `Falco internal: syscall event drop. ${drops} system calls dropped.`,
    },
    output_fields: {
      ebpf_enabled: '1',
      n_drops: drops,
      n_drops_buffer_total: drops,
      n_evts: '120000',
    },
    ...{
      priority: 'Debug',
      rule: 'Falco internal: syscall event drop',
      source: 'internal',
      time: nano(at),
    },
  });
}
