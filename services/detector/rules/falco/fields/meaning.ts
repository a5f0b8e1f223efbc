/** Owns: which of the two meanings of Falco's fields is asked for. */
import type { RuleOptions } from '../../options.ts';

/** `falco`: what the plugin extracts, faults included; `corrected`: what its documentation says. */
export type Meaning = RuleOptions['falco']['meaning'];
