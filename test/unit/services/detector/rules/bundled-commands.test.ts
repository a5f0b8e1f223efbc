/**
 * The bundled rules on commands: each command as the request that asks for it, and as the line by which
 * the node tells of it, through the normalizer. Hostile commands in the forms in which they are
 * written, and harmless ones that are nearly the same: a rule fires on what it is for, and no other does.
 */
import { describe, expect, it } from 'vitest';
import {
  compileRules,
  evaluateRules,
} from '../../../../../services/detector/rules/engine/rule-set.ts';
import { loadRules } from '../../../../../services/detector/rules/load.ts';
import { bundledFiles, readLines } from '../bundled.ts';
import { normalized } from '../normalized.ts';

interface Command {
  readonly argv: readonly string[];
  /** Files of the rules that are to fire, sorted, without `.yml`. */
  readonly rules: readonly string[];
}

const commands = readLines<Command>(new URL('bundled-commands.jsonl', import.meta.url));
const { ruleSet } = loadRules(bundledFiles());
/** Those that are for commands wherever they were seen. */
const onCommands = compileRules(ruleSet.rules.filter(({ kinds }) => kinds.includes('process')));

function execOf(argv: readonly string[]): object {
  const query = argv.map((word) => `command=${encodeURIComponent(word).replaceAll('%20', '+')}`);
  return {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', verb: 'get' },
    ...{ auditID: '5e1b8c0a-d8a2-44c9-9183-ee6d7c4caef8', stage: 'ResponseStarted' },
    requestURI: `/api/v1/namespaces/payments/pods/pay-0/exec?${query.join('&')}&container=app`,
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['10.0.0.9'],
    objectRef: {
      ...{ resource: 'pods', namespace: 'payments', name: 'pay-0' },
      ...{ apiVersion: 'v1', subresource: 'exec' },
    },
    responseStatus: { metadata: {}, code: 101 },
    requestReceivedTimestamp: '2026-11-21T06:10:00.029056Z',
    stageTimestamp: '2026-11-21T06:10:00.031892Z',
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  };
}

/** Arguments are joined by blanks, and a newline is lost. */
function lineOf(argv: readonly string[]): object {
  return {
    ...{ auditID: '00000001-1111-4111-8111-111111111111', version: 'spo/v1_alpha' },
    cmdLine: `${argv.join(' ').replaceAll('\n', '')} `,
    ...{ executable: '/bin/dash', pid: 16_037, uid: 0, gid: 0, syscalls: ['execve'] },
    ...{ node: { name: 'worker-1' }, requestUID: '866ee807-6843-44d3-b0bf-68efa0296aa7' },
    resource: { container: 'app', namespace: 'payments', pod: 'pay-0' },
    timestamp: '2026-11-21T06:10:03.000Z',
  };
}

function firedOn(record: object): readonly string[] {
  const matched = normalized(JSON.stringify(record)).flatMap(
    ({ document, kind }) => evaluateRules(onCommands, kind, document).matched,
  );
  return matched.map(({ path }) => path.replace('.yml', '')).sort();
}

/** They are about what was started, not about what was typed into it. */
const OF_WHOLE_COMMANDS: ReadonlySet<string> = new Set([
  ...['command_interactive_shell', 'exfiltration_copy_from_pod', 'exfiltration_copy_to_pod'],
]);
type Argv = readonly string[];
/** Other ways to run the same. */
const VARIED: readonly (readonly [how: string, vary: (argv: Argv) => Argv, of: typeof execOf])[] = [
  ['behind sudo', (argv) => ['sudo', '-E', ...argv], execOf],
  ['among others', (argv) => ['sh', '-c', `cd /tmp;${argv.join(' ')}&&true`], execOf],
  ['in a substitution', (argv) => ['bash', '-c', `x=$(${argv.join(' ')})`], execOf],
  [
    'by a path',
    ([first = '', ...rest]) => [first.replace(/^(?=\w)/, '/opt/bin/'), ...rest],
    lineOf,
  ],
  ['with more blanks', (argv) => argv.map((word) => `${word}  `), lineOf],
];

describe('rules on commands', () => {
  it('are tried with hostile and harmless commands', () => {
    const hostile = commands.filter(({ rules }) => rules.length > 0);
    expect(hostile.length).toBeGreaterThan(200);
    expect(commands.length - hostile.length).toBeGreaterThan(100);
    const tried = new Set(hostile.flatMap(({ rules }) => rules));
    expect([...tried].sort()).toEqual(
      onCommands.rules.map(({ path }) => path.replace('.yml', '')).sort(),
    );
  });

  it.each(VARIED)('are told also %s', (_, vary, recordOf) => {
    const missed = commands.flatMap(({ argv, rules }) => {
      const expected = rules.filter((rule) => !OF_WHOLE_COMMANDS.has(rule));
      const fired = expected.length === 0 ? [] : firedOn(recordOf(vary(argv)));
      return expected
        .filter((rule) => !fired.includes(rule))
        .map((rule) => `${rule}: ${argv.join(' ')}`);
    });
    expect(missed).toEqual([]);
  });

  it.each(commands.map(({ argv, rules }) => [argv.join(' '), argv, rules] as const))(
    '%s',
    (_, argv, rules) => {
      expect(firedOn(execOf(argv)), 'asked for by exec').toEqual(rules);
      expect(firedOn(lineOf(argv)), 'told by the node').toEqual(rules);
    },
  );
});
