/**
 * Owns: what a line of text that is no JSON document is: a container runtime's line around one (CRI),
 * a syslog header before one, a component's own log (klog and its like), the old audit format.
 */

export type TextLine =
  | { readonly kind: 'log' }
  | { readonly kind: 'legacy' }
  /** Where the text inside begins, in characters. */
  | {
      readonly kind: 'cri';
      readonly content: number;
      readonly stream: string;
      readonly isPartial: boolean;
    }
  | { readonly kind: 'syslog'; readonly content: number; readonly host: string }
  | { readonly kind: 'unknown' };

/** What is looked at: no header of any of them is longer. */
const HEAD_CHARS = 1024;

/** kubelet, pkg/kubelet/kuberuntime/logs: time, stream, tags (F, P), text. */
const CRI =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([FP])[^ ]* /;

/** RFC 5424: version, time, host, application, process, message id, structured data. */
const SYSLOG_5424 =
  /^<\d{1,3}>1 \S{1,40} (\S{1,255}) \S{1,48} \S{1,128} \S{1,32} (?:-|\[[^\]]{0,512}\]) (?:\ufeff|ï»¿)?/;

/** RFC 3164, as written by Falco's syslog output and by relays: [priority] time host tag. */
const SYSLOG_3164 =
  /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[+-]\d\d:\d\d)) ([^\s{]{1,255}) [^\s{:]{1,64}: ?/;

/** kube-apiserver, --audit-log-format=legacy (plugin/pkg/audit/log in Kubernetes' API server). */
const LEGACY = /^\S{10,40} AUDIT: id="/;

const LEVEL =
  '(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|trace|debug|info|warn|warning|error|fatal)';

/** Lines that components write about themselves. */
const LOGS: readonly RegExp[] = [
  // klog: I1120 11:59:58.000001       1 main.go:42] text
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \S+:\d+\] /,
  // logfmt, as logrus, slog and promlog write it.
  /^(?:time|ts|t|level|lvl|logger|caller)=\S/,
  // Go's log package.
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d+)? /,
  // zap on a console; controller-runtime.
  new RegExp(`^\\d{4}-\\d\\d-\\d\\d[T ][\\d:.,]{8,18}(?:Z|[+-]\\d\\d:?\\d\\d)?\\s+\\[?${LEVEL}\\b`),
  // Falco about itself: Thu Nov 20 11:59:58 2026: text
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}: /,
  new RegExp(`^\\[${LEVEL}\\]\\s`),
];

/** `line`: its first characters are enough. */
export function textLine(line: string): TextLine {
  const head = line.slice(0, HEAD_CHARS);
  const cri = CRI.exec(head);
  if (cri !== null) {
    const [{ length: content }, stream = '', tag] = cri;
    return { kind: 'cri', content, stream, isPartial: tag === 'P' };
  }
  if (LEGACY.test(head)) return { kind: 'legacy' };
  if (LOGS.some((log) => log.test(head))) return { kind: 'log' };
  const syslog = SYSLOG_5424.exec(head) ?? SYSLOG_3164.exec(head);
  if (syslog === null) return { kind: 'unknown' };
  const [{ length: content }, host = ''] = syslog;
  return { kind: 'syslog', content, host };
}
