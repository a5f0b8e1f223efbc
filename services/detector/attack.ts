/**
 * Owns: a rule's tags to the ECS field set threat.*.
 * Does not own: which tags rules have, names of techniques (their pages have them).
 */

/** Tactics of ATT&CK for Enterprise, by the tag that Sigma has for each (tags appendix v2.1.0). */
const TACTICS: Readonly<Record<string, readonly [id: string, name: string]>> = {
  reconnaissance: ['TA0043', 'Reconnaissance'],
  'resource-development': ['TA0042', 'Resource Development'],
  'initial-access': ['TA0001', 'Initial Access'],
  execution: ['TA0002', 'Execution'],
  persistence: ['TA0003', 'Persistence'],
  'privilege-escalation': ['TA0004', 'Privilege Escalation'],
  'defense-evasion': ['TA0005', 'Defense Evasion'],
  'credential-access': ['TA0006', 'Credential Access'],
  discovery: ['TA0007', 'Discovery'],
  'lateral-movement': ['TA0008', 'Lateral Movement'],
  collection: ['TA0009', 'Collection'],
  exfiltration: ['TA0010', 'Exfiltration'],
  'command-and-control': ['TA0011', 'Command and Control'],
  impact: ['TA0040', 'Impact'],
};
const SITE = 'https://attack.mitre.org';

/** The object for `threat`, empty parts left out; undefined where no tag speaks of ATT&CK. */
export function threatOf(tags: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  const names = tags
    .map((tag) => tag.toLowerCase())
    .filter((tag) => tag.startsWith('attack.'))
    .map((tag) => tag.slice('attack.'.length));
  const tactics = names.flatMap((name) => {
    const key = name.replaceAll('_', '-');
    const tactic = Object.hasOwn(TACTICS, key) ? TACTICS[key] : undefined;
    return tactic === undefined ? [] : [tactic];
  });
  const written = names.filter((name) => /^t\d{4}(\.\d{3})?$/.test(name));
  const techniques = unique(written.map((name) => name.slice(0, 5).toUpperCase()));
  const subtechniques = unique(written.filter((name) => name.length > 5).map(upper));
  if (tactics.length + techniques.length === 0) return undefined;
  return {
    framework: 'MITRE ATT&CK',
    ...(tactics.length > 0 && {
      tactic: {
        id: tactics.map(([id]) => id),
        name: tactics.map(([, name]) => name),
        reference: tactics.map(([id]) => `${SITE}/tactics/${id}/`),
      },
    }),
    ...(techniques.length > 0 && { technique: techniqueOf(techniques, subtechniques) }),
  };
}

function techniqueOf(techniques: readonly string[], subtechniques: readonly string[]) {
  const subtechnique = {
    id: subtechniques,
    reference: subtechniques.map((id) => `${SITE}/techniques/${id.replace('.', '/')}/`),
  };
  return {
    id: techniques,
    reference: techniques.map((id) => `${SITE}/techniques/${id}/`),
    ...(subtechniques.length > 0 && { subtechnique }),
  };
}

function upper(name: string): string {
  return name.toUpperCase();
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
