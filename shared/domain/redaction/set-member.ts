/**
 * Owns: writing a member whose name is an attacker's choice.
 */

/** An own member, `__proto__` too. */
export function setMember(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else {
    const plain = { enumerable: true, configurable: true, writable: true };
    Object.defineProperty(object, key, { value, ...plain });
  }
}
