/**
 * Owns: keys of the detector: which rules there are, and what their findings are worth.
 */
import { z } from 'zod';
import { MINUTE_MS, whole } from './values.ts';

const path = () => z.string().min(1);

const falco = z.strictObject({
  ruleMatching: z
    .enum(['first', 'all'])
    .default('first')
    .describe(
      'Which of Falco’s rules that match an event make a finding: the first, as in Falco, or all.',
    ),
  minimumPriority: z
    .enum([
      ...(['emergency', 'alert', 'critical', 'error'] as const),
      ...(['warning', 'notice', 'informational', 'debug'] as const),
    ])
    .default('debug')
    .describe('Falco’s rules that are less serious are listed, and never matched.'),
  meaning: z
    .enum(['falco', 'corrected'])
    .default('falco')
    .describe(
      'Read the fields of Falco’s rules as its k8saudit plugin does, faults included, or as they are ' +
        'documented. See docs/rules-falco.md.',
    ),
});

export const detector = z.strictObject({
  rules: z
    .array(path())
    .default([])
    .describe(
      'Files and folders with rules of your own: Sigma and Falco (.yml, .yaml), Elastic (.toml, ' +
        '.ndjson). They are read again when they change.',
    ),
  bundledRules: z.boolean().default(true).describe('Use the rules that come with the product too.'),
  stagedRules: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Rules on trial, by id or title, or all in a file or folder by its path: their findings are marked ' +
        '`test`, and never alerted.',
    ),
  exceptionPaths: z
    .array(path())
    .default([])
    .describe(
      'YAML files of exceptions: findings that are expected, each with an owner, a reason and an expiry. ' +
        'They stay, marked `excepted`, and are never alerted. See docs/exceptions.md.',
    ),
  sigmaPlaceholdersPath: path()
    .optional()
    .describe('A YAML file with the values of `%name%` in Sigma rules with the modifier `expand`.'),
  falco: falco.prefault({}),
  reloadIntervalMs: whole(100, 60 * MINUTE_MS)
    .default(5000)
    .describe('How often the files of rules and exceptions are looked at for changes.'),
});
