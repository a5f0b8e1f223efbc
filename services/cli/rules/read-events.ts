/**
 * Owns: the events of a file that a person wants explained: documents as they are stored, and records
 * of any kind.
 */
import { FatalError } from '../../../shared/errors/fault.ts';
import type { NormalEvent } from '../../detector/rules/kit/event.ts';
import { readBodies } from '../offline/read-files.ts';
import { eventsOf, openOffline, storedEvent } from './events.ts';

/** Stored documents in their order, then the others by time. Throws FatalError where there is none. */
export async function readEvents(file: string): Promise<readonly NormalEvent[]> {
  const offline = openOffline();
  const stored: NormalEvent[] = [];
  const { bodies } = await readBodies(file, () => {
    process.stderr.write('The gzip is torn or damaged; what is before that was read\n');
  });
  for await (const { bytes } of bodies) {
    const others: string[] = [];
    for (const { event, text } of parts(bytes.toString('utf8'))) {
      if (event === undefined) others.push(text);
      else stored.push(event);
    }
    if (others.length > 0) offline.add(Buffer.from(others.join('\n')));
  }
  const events = [...stored, ...eventsOf(offline)];
  if (events.length > 0) return events;
  throw new FatalError(`${file} has no event that rules are matched with`, {
    code: 'unreadable_input',
  });
}

interface Part {
  readonly text: string;
  /** Absent: it is a record, or part of one. */
  readonly event?: NormalEvent | undefined;
}

/** One document over several lines, or a document or record a line. */
function parts(text: string): readonly Part[] {
  const whole = storedEvent(parse(text));
  if (whole !== undefined) return [{ text, event: whole }];
  return text.split('\n').map((line) => ({ text: line, event: storedEvent(parse(line)) }));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
