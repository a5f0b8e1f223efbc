/**
 * Owns: what a user may choose about rules, apart from which ones there are.
 */

/** From the most to the least serious (falco_common.h). */
export const PRIORITIES = [
  ...(['emergency', 'alert', 'critical', 'error'] as const),
  ...(['warning', 'notice', 'informational', 'debug'] as const),
] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface RuleOptions {
  readonly falco: {
    /** Rules less serious than this are listed, and never matched. */
    readonly minimumPriority: Priority;
    /**
     * `falco`: fields are extracted as Falco's k8saudit plugin does, faults included, and what was not
     * recorded is absent. `corrected`: fields mean what their documentation says, and what was not
     * recorded can't be told.
     */
    readonly meaning: 'falco' | 'corrected';
  };
  readonly sigma: {
    /** Values for `%name%` in tests with the modifier `expand`. */
    readonly placeholders: Readonly<Record<string, readonly string[]>>;
  };
}

export const DEFAULT_OPTIONS: RuleOptions = {
  falco: { minimumPriority: 'debug', meaning: 'falco' },
  sigma: { placeholders: {} },
};
