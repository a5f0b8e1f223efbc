/**
 * Owns: a rule's ATT&CK mapping (`threat`) to tags as Sigma writes them.
 */
import { type RawObject, objectsOf, textOf, memberOf } from './raw-rule.ts';

/** Tactics, techniques, subtechniques, each once, in the order in which they are written. */
export function attackTags(threat: unknown): readonly string[] {
  const tags = objectsOf(threat).flatMap((entry) => {
    const techniques = objectsOf(memberOf(entry, 'technique'));
    const ids = techniques.flatMap((technique) => [
      ...idsOf(technique),
      ...objectsOf(memberOf(technique, 'subtechnique')).flatMap(idsOf),
    ]);
    return [...objectsOf(memberOf(entry, 'tactic')).flatMap(tacticOf), ...ids];
  });
  return [...new Set(tags)];
}

function tacticOf(tactic: RawObject): readonly string[] {
  const name = textOf(memberOf(tactic, 'name'));
  return name === undefined ? [] : [`attack.${name.toLowerCase().replaceAll(' ', '-')}`];
}

function idsOf(technique: RawObject): readonly string[] {
  const id = textOf(memberOf(technique, 'id'));
  return id === undefined || !/^T\d{4}(?:\.\d{3})?$/.test(id) ? [] : [`attack.${id.toLowerCase()}`];
}
