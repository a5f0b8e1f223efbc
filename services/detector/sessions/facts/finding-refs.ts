/**
 * Owns: findings of the event of a fact: as a session lists them, and held back whole until it is
 * known whose command they are about.
 */
import type { MadeFinding } from '../../finding.ts';
import { cutText, fitItems, type Room, within } from '../record/room.ts';
import { msOf, NAME_BYTES } from './fitted.ts';
import type { FindingRef, HeldFinding } from './model.ts';

const REFS_BYTES = 12 * 1024;
const COMMA_BYTES = 2;

function refOf({ record }: MadeFinding): FindingRef {
  const { id, level, message, mode, ruleId, ruleName, time } = record;
  const name = (text: string) => cutText(text, NAME_BYTES);
  return {
    ...{ id, ruleId: name(ruleId), ruleName: name(ruleName) },
    ...{ level: level.toLowerCase(), mode, timeMs: msOf(time) ?? 0, message: name(message) },
  };
}

/** The first of them that there is room for. */
export function refsOf(room: Room, findings: readonly MadeFinding[]): readonly FindingRef[] {
  if (findings.length === 0) return [];
  return within(room, REFS_BYTES, (part) => fitItems(part, findings.map(refOf)));
}

/** Those that there is room for, whole: a finding is told as it is, or not held. */
export function heldOf(room: Room, findings: readonly MadeFinding[]): readonly HeldFinding[] {
  return findings.flatMap((finding) => {
    const held = { ...refOf(finding), record: { ...finding.record }, document: finding.document };
    const bytes = Buffer.byteLength(JSON.stringify(held)) + COMMA_BYTES;
    if (bytes > room.left) return [];
    room.left -= bytes;
    return [held];
  });
}
