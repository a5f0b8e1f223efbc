/**
 * Owns: what the place of a value in a record says about it: from the mode of what holds it and its
 * key to its own mode.
 * Does not own: what is done in a mode (leaf.ts).
 */
import type { JsonObject } from '../json.ts';
import { isSessionMark } from '../session-marks.ts';
import { classOf, type KeyClass } from './keys.ts';
import { isSecretName } from './names.ts';
import type { Holder } from './trace.ts';

/**
 * `secret`: a value of a Secret, in base64; `secret-text`: as it is. `config`, `binary`: of a ConfigMap.
 * `env`: variables of a container, as a list or a map; `env-value`: one; `env-secret`: one whose name
 * says it; `env-pair`: `NAME=value`. `named`: its name says that it is secret.
 */
export type Mode =
  | 'root'
  | 'plain'
  | 'kept'
  | 'secret'
  | 'secret-text'
  | 'config'
  | 'binary'
  | 'env'
  | 'env-value'
  | 'env-secret'
  | 'env-pair'
  | 'command'
  | 'joined'
  | 'named'
  | 'applied'
  | 'uri'
  | 'prose'
  | 'auth'
  | 'fields';

/** Modes that hold for all below a value. */
const LASTING: ReadonlySet<Mode> = new Set(['secret', 'secret-text', 'config', 'binary']);

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function envMode(key: string, holder: JsonObject): Mode {
  if (key === 'name') return 'kept';
  if (key === 'valueFrom') return 'plain';
  if (key === 'value') {
    if (isSessionMark(holder['name'], holder[key])) return 'kept';
    return isSecretName(String(holder['name'])) ? 'env-secret' : 'env-value';
  }
  if (typeof holder['name'] === 'string') return 'plain';
  return isSessionMark(key, holder[key]) ? 'kept' : 'env';
}

/** `{name: X, value: x}`, as headers, parameters and settings are written. */
function pairMode({ key, name }: JsonObject): Mode {
  const says = typeof name === 'string' ? name : key;
  return typeof says === 'string' && isSecretName(says) ? 'named' : 'plain';
}

function dataMode(value: unknown, holder: Holder): Mode {
  if (holder === 'secret') return 'secret';
  if (holder === 'config') return 'config';
  // A body that does not say what it is may be a Secret's.
  return holder === 'unknown' && isObject(value) ? 'secret' : 'plain';
}

function ofClass(keyClass: KeyClass, value: unknown, of: JsonObject, holder: Holder): Mode {
  switch (keyClass) {
    case 'data':
      return dataMode(value, holder);
    case 'string-data':
      return holder === 'secret' || isObject(value) ? 'secret-text' : 'plain';
    case 'binary-data':
      return holder === 'secret' ? 'secret' : 'binary';
    case 'env':
      // A label `env` is no variable.
      return typeof value === 'object' ? 'env' : 'plain';
    case 'env-line':
      return 'env-pair';
    case 'value':
      return pairMode(of);
    case 'named':
      // External Secrets: the key under which it will be stored.
      return Object.hasOwn(of, 'remoteRef') ? 'plain' : 'named';
    case 'shaped':
      return 'plain';
    default:
      return keyClass;
  }
}

/** Mode of the member `key` of an object. */
export function childMode(mode: Mode, key: string, of: JsonObject, holder: Holder): Mode {
  if (LASTING.has(mode)) return mode;
  return mode === 'env' ? envMode(key, of) : ofClass(classOf(key), of[key], of, holder);
}

/** Objects without a `kind` of their own are what those around them are. */
const TRANSPARENT = /^(?:list|table|status|admissionreview|partialobjectmetadata(?:list)?)$/;

/** What the object is, or is in. A Secret's record is about nothing else. */
export function holderIn(object: JsonObject, around: Holder): Holder {
  if (around === 'secret') return around;
  const said = kindOf(object, around);
  if (said === undefined) return around;
  const name = said.slice(said.lastIndexOf('.') + 1).toLowerCase();
  if (name === 'secret' || name === 'secretlist') return 'secret';
  if (name === 'configmap' || name === 'configmaplist') return 'config';
  // Roles, owners and targets are named by their kind, too.
  const isObjectItself = object['apiVersion'] !== undefined || object['kind'] === undefined;
  return isObjectItself && !TRANSPARENT.test(name) ? 'other' : around;
}

/** Cloud Logging says it by `@type`; looking for what is hardly ever there costs on every object. */
function kindOf(object: JsonObject, around: Holder): string | undefined {
  const { kind } = object;
  if (typeof kind === 'string') return kind;
  const type = around === 'other' ? undefined : object['@type'];
  return typeof type === 'string' ? type : undefined;
}
