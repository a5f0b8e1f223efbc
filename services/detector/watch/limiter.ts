/**
 * Owns: that single senders of one source are not told of by the thousand: so many in an hour, and
 * then one event that says so.
 */
import { groupKeyOf, type Held, type Subject, type SubjectKind } from './model.ts';
import { HOUR_MS, TOLD_PER_HOUR } from './settings.ts';
import { tellOnce, type Turn } from './turn.ts';
import { things } from './wording.ts';

/** Whether one more event of `kind` about a sender is told; what is about a whole source always is. */
export function mayTell(
  turn: Turn,
  { key, subject }: Held,
  kind: SubjectKind,
  timeMs: number,
): boolean {
  if (subject.sender === null) return true;
  const groupKey = groupKeyOf(key);
  const group = turn.memory.get<Subject>(groupKey);
  if (group === undefined) return true;
  const hour = Math.floor(timeMs / HOUR_MS);
  const count = group.told.hour === hour ? group.told.count + 1 : 1;
  turn.memory.put(groupKey, { ...group, told: { hour, count } });
  if (count === TOLD_PER_HOUR + 1) {
    const { cluster, source } = subject;
    tellOnce(turn, { cluster, source, key: groupKey }, kind, {
      level: 'medium',
      timeMs,
      reason: 'many_senders',
      message: `More than ${TOLD_PER_HOUR} senders of ${things(source)} for ${cluster} have had trouble within an hour: the others are not told one by one`,
    });
  }
  return count <= TOLD_PER_HOUR;
}
