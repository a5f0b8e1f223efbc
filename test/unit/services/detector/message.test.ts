import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../../services/detector/message.ts';
import { loadRules } from '../../../../services/detector/rules/load.ts';
import type { Rule } from '../../../../services/detector/rules/model.ts';
import { enricherLine, falcoAlert } from '../../../support/sender-bodies.ts';
import { normalized } from './normalized.ts';

function ruleWith(output: string): Rule {
  const text = `- rule: r\n  desc: d\n  condition: ka.verb=create\n  output: ${JSON.stringify(output)}\n  priority: NOTICE\n  source: k8s_audit\n`;
  const [rule] = loadRules([{ path: 'r.yaml', text }]).ruleSet.rules;
  if (rule === undefined) throw new Error('no rule');
  return rule;
}
const { output: _, ...plainRule } = ruleWith('any');
const PLAIN: Rule = plainRule;

function eventOf(record: unknown) {
  const [event] = normalized(typeof record === 'string' ? record : JSON.stringify(record));
  if (event === undefined) throw new Error('no event');
  return event.document;
}
function exec(command: string, user = 'alice') {
  return eventOf({
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Request', auditID: 'a' },
    ...{ stage: 'ResponseStarted', verb: 'create', user: { username: user } },
    requestURI: `/api/v1/namespaces/prod/pods/db-0/exec?${command}`,
    objectRef: { resource: 'pods', subresource: 'exec', namespace: 'prod', name: 'db-0' },
    responseStatus: { code: 101 },
    requestReceivedTimestamp: '2026-11-21T06:10:00.000000Z',
    stageTimestamp: '2026-11-21T06:10:00.100000Z',
  });
}

describe('the message of a finding', () => {
  it('is what the rule says, or else the event in a sentence', () => {
    const event = exec('command=id');
    expect(messageOf(ruleWith('%ka.user.name ran %ka.target.name'), event)).toBe('alice ran db-0');
    expect(messageOf(PLAIN, event)).toBe('alice ran a command in pod prod/db-0: id');
  });

  it('is what nodes and Falco’s alerts say of themselves', () => {
    expect(messageOf(PLAIN, eventOf(enricherLine('web')))).toMatch(/^Command in .*web.*: ls -l/);
    expect(messageOf(PLAIN, eventOf(falcoAlert('web')))).toMatch(
      /^Falco, Terminal shell in container, .*web.*: A shell was spawned/,
    );
  });

  const HOSTILE = '\u001b[2Jx\r\ny\u202ez\u2028\u0000\u{e0041}';
  const SHOWN = String.raw`\u{1b}[2Jx\u{d}\u{a}y\u{202e}z\u{2028}\u{0}\u{e0041}`;
  it.each([
    ['a rule’s field', messageOf(ruleWith('by %ka.user.name.'), exec('command=id', HOSTILE))],
    ['a rule’s own text', messageOf(ruleWith(HOSTILE), exec('command=id'))],
    ['an alert', messageOf(PLAIN, eventOf({ ...falcoAlert('web'), output: HOSTILE }))],
    ['a command', messageOf(PLAIN, exec(`command=${encodeURIComponent(HOSTILE)}`))],
  ])('shows control and direction characters of %s', (_name, message) => {
    expect(message).toContain(SHOWN);
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  it.each([
    [
      'a rule’s field',
      (long: string) =>
        messageOf(ruleWith('%ka.user.name'), {
          kubernetes: { audit: { user: { username: long } } },
        }),
    ],
    [
      'what an event says of itself',
      (long: string) =>
        messageOf(PLAIN, { message: long, event: { dataset: 'podwitness.process' } }),
    ],
  ])('has no more than the beginning of %s, and no half of a character', (_name, say) => {
    const message = say(`x${'😀'.repeat(500_000)}`);
    expect(message.length).toBeGreaterThan(1000);
    expect(message.length).toBeLessThanOrEqual(2001);
    expect(message).toMatch(/^x(?:😀)+…$/u);
  });

  it('has none of what was taken out of the event', () => {
    const event = exec('command=mysql&command=-pHunter2secret&command=--password%3DHunter2secret');
    const output =
      '%ka.uri %ka.uri.param[command] %jevt.value[/requestURI] %ka.req.pod.containers.image';
    for (const rule of [PLAIN, ruleWith(output)]) {
      const message = messageOf(rule, event);
      expect(message).toContain('mysql');
      expect(message).toContain('REDACTED');
      expect(message).not.toContain('Hunter2');
    }
  });

  it('leaves out what a rule wants and an event has not', () => {
    expect(messageOf(ruleWith('%ka.impuser.name|%ka.auth.reason'), exec('command=id'))).toBe(
      '<NA>|<NA>',
    );
  });
});
