import { expect, it } from 'vitest';
import { threatOf } from '../../../../services/detector/attack.ts';

it('names tactics, techniques and subtechniques', () => {
  expect(
    threatOf([
      'attack.credential-access',
      'attack.privilege_escalation',
      'attack.T1552.007',
      'attack.t1609',
      'cve.2026-1',
    ]),
  ).toEqual({
    framework: 'MITRE ATT&CK',
    tactic: {
      id: ['TA0006', 'TA0004'],
      name: ['Credential Access', 'Privilege Escalation'],
      reference: [
        'https://attack.mitre.org/tactics/TA0006/',
        'https://attack.mitre.org/tactics/TA0004/',
      ],
    },
    technique: {
      id: ['T1552', 'T1609'],
      reference: [
        'https://attack.mitre.org/techniques/T1552/',
        'https://attack.mitre.org/techniques/T1609/',
      ],
      subtechnique: {
        id: ['T1552.007'],
        reference: ['https://attack.mitre.org/techniques/T1552/007/'],
      },
    },
  });
});

it('leaves out what it does not know', () => {
  expect(threatOf(['attack.g0016', 'attack.constructor', 'attack.t15', 'tlp.red'])).toBeUndefined();
  expect(threatOf(['attack.execution'])).toMatchObject({ tactic: { id: ['TA0002'] } });
  expect(threatOf(['attack.t1609', 'attack.t1609'])).toEqual({
    framework: 'MITRE ATT&CK',
    technique: { id: ['T1609'], reference: ['https://attack.mitre.org/techniques/T1609/'] },
  });
});
