/**
 * Owns: what is said about a key or variable that does not exist, with the nearest that does.
 */
import { nearestName } from '../domain/nearest.ts';
import { CONFIG_KEYS, findKey } from './keys.ts';

const NAMES = CONFIG_KEYS.filter((key) => !key.isHidden).map((key) => key.name);
const SECTIONS = [...new Set(NAMES.filter((name) => name.includes('.')).map(sectionOf))];

function sectionOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** The same last part in another section, for a key at the wrong depth. */
function elsewhere(name: string): string | undefined {
  return NAMES.find((known) => lastPart(known) === lastPart(name));
}

/** `isSection`: the key holds other keys. */
export function unknownKeyMessage(name: string, isSection: boolean): string {
  const secretFile = findKey(`${name}File`);
  if (secretFile !== undefined) {
    return `unknown key ${name}: secrets are read from files; name one with ${secretFile.name}`;
  }
  const guess = isSection
    ? nearestName(name, SECTIONS)
    : (nearestName(name, NAMES) ?? elsewhere(name));
  return guess === undefined
    ? `unknown key ${name}: take it out; docs/reference/config.md lists every key`
    : `unknown key ${name}: did you mean ${guess}?`;
}

export function unknownVariableMessage(variable: string): string {
  const secretFile = CONFIG_KEYS.find((key) => key.env === `${variable}_FILE`);
  if (secretFile !== undefined) {
    return `unknown variable: secrets are read from files; name one with ${secretFile.env}`;
  }
  const known = CONFIG_KEYS.filter((key) => !key.isHidden).map((key) => key.env);
  const guess = nearestName(variable, known);
  return guess === undefined
    ? 'unknown variable: unset it; docs/reference/config.md lists every one'
    : `unknown variable: did you mean ${guess}?`;
}
