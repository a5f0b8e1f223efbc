/**
 * Owns: what parsed JSON is to whoever must not trust it. Types only.
 */

/** A JSON object as it was parsed; never changed. Its keys are an attacker's choice. */
export type JsonObject = Readonly<Record<string, unknown>>;
