/**
 * Owns: reading PODWITNESS_* variables into values, and finding variables that do not exist.
 * Does not own: process.env (load.ts hands it in), types and limits (schema.ts).
 */
import type { ConfigProblem, GivenValue, SourceReading } from './draft.ts';
import { CONFIG_KEYS, type ConfigKey } from './keys.ts';
import { unknownVariableMessage } from './unknown-key.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'PODWITNESS_';
/** Variables of the tests and of the local servers, which are no configuration. */
const OTHERS = /^PODWITNESS_(REAL|DATA|(LOCAL|BENCH)_.*)$/;
/**
 * Kubernetes gives a pod variables for every Service of its namespace, named after the Service:
 * a Service `podwitness-collector` gives PODWITNESS_COLLECTOR_PORT=tcp://10.0.0.1:8440 and more.
 */
const SERVICE_LINK =
  /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/;
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//;

const byVariable = new Map(CONFIG_KEYS.map((key) => [key.env, key]));

function isServiceLink(variable: string, text: string): boolean {
  return SERVICE_LINK.test(variable) || (variable.endsWith('_PORT') && SERVICE_ADDRESS.test(text));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // No JSON: the schema refuses a text.
  }
}

/** Text that does not convert stays text, for the schema to refuse with its own words. */
function convert(key: ConfigKey, text: string): unknown {
  switch (key.kind) {
    case 'number':
      return /^-?\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    case 'list':
      return text.split(',').map((item) => item.trim());
    case 'entries':
      return parseJson(text);
    case 'text':
      return text;
  }
}

/** A variable that is set to nothing counts as not set. */
export function readEnvironment(env: Environment): SourceReading {
  const given: GivenValue[] = [];
  const problems: ConfigProblem[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || text === undefined || text === '') continue;
    if (OTHERS.test(variable) || isServiceLink(variable, text)) continue;
    const key = byVariable.get(variable);
    if (key === undefined) {
      problems.push({ where: variable, message: unknownVariableMessage(variable) });
    } else {
      given.push({ name: key.name, value: convert(key, text), where: variable });
    }
  }
  return { given, problems };
}
