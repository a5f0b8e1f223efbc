/**
 * Owns: whether a value is a fact, member by member, with numbers in the ranges that facts have.
 */
import { isObject } from '../../../../shared/domain/json.ts';
import { LEVELS } from '../../rules/model.ts';
import { FIRST_MS, LAST_MS } from './fitted.ts';
import { SESSION_KINDS, type SessionFact } from './model.ts';

type Test = (value: unknown) => boolean;
interface Shape {
  readonly must: Readonly<Record<string, Test>>;
  readonly may: Readonly<Record<string, Test>>;
}

const text: Test = (value) => typeof value === 'string';
const flag: Test = (value) => typeof value === 'boolean';
const count: Test = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const whole: Test = (value) => Number.isSafeInteger(value);
const time: Test = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= FIRST_MS && value <= LAST_MS;

function oneOf(...values: readonly string[]): Test {
  return (value) => values.some((known) => known === value);
}

function list(test: Test): Test {
  return (value) => Array.isArray(value) && value.every(test);
}

function shaped({ may, must }: Shape): Test {
  const required = Object.entries(must);
  const optional = Object.entries(may);
  return (value) => {
    if (!isObject(value)) return false;
    const at = (name: string) => (Object.hasOwn(value, name) ? value[name] : undefined);
    return (
      required.every(([name, test]) => test(at(name))) &&
      optional.every(([name, test]) => at(name) === undefined || test(at(name)))
    );
  };
}

const place = shaped({
  must: {},
  may: { namespace: text, pod: text, container: text, node: text },
});

const FINDING = {
  ...{ id: text, ruleId: text, ruleName: text, level: oneOf(...LEVELS) },
  ...{ mode: text, timeMs: time, message: text },
};
const refs = list(shaped({ must: FINDING, may: {} }));
const held = list(shaped({ must: { ...FINDING, record: isObject, document: isObject }, may: {} }));

const EVENT = { eventId: text, timeMs: time, place };

const request = shaped({
  must: {
    ...{ ...EVENT, session: text, sessionKind: oneOf(...SESSION_KINDS), receivedMs: time },
    state: oneOf('asked', 'started', 'ended', 'refused', 'changed'),
    marking: oneOf('marked', 'failed_open', 'not_mutated', 'unsaid'),
    ...{ argv: list(text), namesMark: flag, who: isObject, context: isObject },
    ...{ partial: flag, findings: refs },
  },
  may: {
    ...{ auditId: text, stage: text, code: whole, userName: text, commandLine: text },
    ...{ tty: flag, stdin: flag, copy: oneOf('to_container', 'from_container') },
    ...{ ports: list(count), requestUid: text, containers: list(text), images: list(text) },
    ...{ privileged: flag, unconfined: flag },
  },
});

const line = shaped({
  must: {
    ...{ ...EVENT, isWholeSecond: flag, scope: oneOf('container', 'node') },
    ...{ isSessionStart: flag, partial: flag, findings: held },
  },
  may: {
    ...{ pid: count, userId: text, groupId: text, executable: text, commandLine: text },
    ...{ requestUid: text, syscalls: list(text), workload: text },
  },
});

const alert = shaped({
  must: { ...EVENT, rule: text, partial: flag, findings: held },
  may: {
    ...{ priority: text, message: text, pid: count, commandLine: text, executable: text },
    ...{ processName: text, parentName: text, hasTerminal: flag, requestUid: text },
    workload: text,
  },
});

const pod = shaped({
  must: { ...EVENT, change: oneOf('created', 'deleted', 'bound') },
  may: { privileged: flag, unconfined: flag },
});

const SHAPES: ReadonlyMap<unknown, Test> = new Map<SessionFact['kind'], Test>([
  ['request', request],
  ['line', line],
  ['alert', alert],
  ['pod', pod],
]);

export function isFact(value: unknown): value is SessionFact {
  if (!isObject(value)) return false;
  const kind = Object.hasOwn(value, 'kind') ? value['kind'] : undefined;
  return SHAPES.get(kind)?.(value) === true;
}
