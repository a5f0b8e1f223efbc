import { describe, expect, it } from 'vitest';
import { textLine } from '../../../../../shared/domain/text-line.ts';
import { EVENT, KLOG, only, read, tell } from './bodies.ts';

const event = JSON.stringify(EVENT);

describe('what components write about themselves', () => {
  it.each([
    KLOG,
    'E0101 00:00:00.000001 1234567 reflector.go:1] x',
    'time="2026-11-18T08:16:02Z" level=info msg="x"',
    'level=warn ts=2026-11-18T08:16:02Z caller=main.go:1',
    '2026/11/18 08:16:02 http: TLS handshake error',
    '2026/11/18 08:16:02.123456 x',
    '2026-11-18T08:16:02.123Z\tINFO\tsetup\tstarting manager',
    '2026-11-18 08:16:02,123 WARN x',
    'Tue Nov 18 08:16:02 2026: Falco version: 0.41.0',
    '[INFO] plugin/ready: x',
  ])('%s', (line) => {
    expect(textLine(line).kind).toBe('log');
    expect(tell(`${event}\n${line}\n${event}`)).toStrictEqual(['audit', 'noise', 'audit']);
    expect(tell(JSON.stringify({ log: `${line}\n` }))).toStrictEqual(['noise']);
  });
});

describe('what is none of that', () => {
  it.each([
    'hello',
    'I am a line',
    'I1118 text',
    'level',
    'panic: runtime error',
    '2026 x',
    '<13>x',
    '2026-11-18T08:16:02Z stdout X y',
    '-- {"kind":"Event","verb":"get"}',
  ])('%s', (line) => {
    expect(textLine(line).kind).toBe('unknown');
    expect(tell(`${event}\n${line}`)).toStrictEqual(['audit', `unreadable_item: ${line}`]);
    expect(tell(JSON.stringify({ log: line }))).toStrictEqual(['unreadable_body']);
  });
});

describe('the lines of a container runtime', () => {
  const line = (stream: string, tag: string, text: string): string =>
    `2026-11-18T08:16:05.000000001+01:00 ${stream} ${tag} ${text}\n`;

  it('are looked into, with their stream', () => {
    expect(only(line('stdout', 'F', event)).envelope).toMatchObject({
      via: ['cri'],
      fields: { stream: 'stdout' },
    });
    expect(tell(line('stderr', 'F', KLOG))).toStrictEqual(['noise']);
    expect(tell(line('stderr', 'F', ''))).toStrictEqual(['empty']);
  });

  it('are put together by stream', () => {
    const [one, two] = [event.slice(0, 50), event.slice(50)];
    const body = [
      line('stdout', 'P', one),
      line('stderr', 'P', one),
      line('stdout', 'F', two),
      line('stderr', 'F', two),
    ].join('');
    expect(
      read(body).map((item) => item.kind === 'leaf' && item.envelope.fields['stream']),
    ).toStrictEqual(['stdout', 'stderr']);
  });

  it('without their end are kept as far as they go', () => {
    expect(tell(line('stdout', 'P', event.slice(0, 300)))).toStrictEqual(['audit cut']);
  });
});

describe('the old format of the audit log', () => {
  const line =
    '2026-11-18T06:40:42.968952263Z AUDIT: id="88c9" stage="RequestReceived" ip="10.0.0.1"';

  it('is told as what it is, alone and among others', () => {
    expect(tell(`${line}\n${line}\n`)).toStrictEqual(['legacy_format']);
    expect(tell(`${event}\n${line}`)).toStrictEqual(['audit', `legacy_format: ${line}`]);
    expect(tell(JSON.stringify([{ log: line }, { log: event }]))).toStrictEqual([
      `legacy_format: ${line}`,
      'audit',
    ]);
  });
});

describe('a syslog header', () => {
  it.each([
    ['<134>1 2026-11-18T08:15:30.126Z cp-1 kube-audit 1 - - ', 'cp-1'],
    ['<134>1 2026-11-18T08:15:30.126+01:00 cp-1 app 77 ID1 [a@1 b="c"] \ufeff', 'cp-1'],
    ['<13>Nov 18 08:16:02 worker-1 falco[711]: ', 'worker-1'],
    ['Nov  8 08:16:02 worker-1 falco: ', 'worker-1'],
    ['<13>2026-11-18T08:16:02.123456+00:00 worker-1 falco[7]: ', 'worker-1'],
  ])('%s', (header, node) => {
    expect(only(`${header}${event}`)).toMatchObject({
      format: 'audit',
      envelope: { via: ['syslog'], node },
    });
  });
});
