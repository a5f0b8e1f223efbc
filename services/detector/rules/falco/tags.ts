/**
 * Owns: Falco's tags of ATT&CK as Sigma writes them, so that findings name techniques and tactics.
 */

/** All tags as they are, and after them what they say of ATT&CK. */
export function tagsWithAttack(tags: readonly string[]): readonly string[] {
  return [...new Set([...tags, ...tags.flatMap(attackTag)])];
}

/** `mitre_execution` and `T1609`, or `mitre_T1609`. */
function attackTag(tag: string): readonly string[] {
  const lower = tag.toLowerCase();
  const name = lower.startsWith('mitre_') ? lower.slice('mitre_'.length) : lower;
  if (/^t\d{4}(?:\.\d{3})?$/.test(name)) return [`attack.${name}`];
  return name !== lower && name !== '' ? [`attack.${name}`] : [];
}
