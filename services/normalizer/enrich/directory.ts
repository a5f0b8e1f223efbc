/**
 * Owns: people, and what else logs in, by user name: the CSV file's columns and what they become.
 * Does not own: CSV (csv.ts).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { nearestName } from '../../../shared/domain/nearest.ts';
import { type Wildcard, wildcard } from '../../../shared/domain/wildcard.ts';
import { type CsvRecord, readCsv } from './csv.ts';
import type { Parsed, Problem } from './parsed.ts';
import { remembered } from '../remembered.ts';

export interface Person {
  /** Under `user`, or `user.effective`. */
  readonly user: JsonObject;
  /** Under `podwitness.actor.directory`, at a time in milliseconds since 1970. */
  directory(timeMs: number): JsonObject;
}

/** By the user name as the API server has it. */
export type Directory = (userName: string) => Person | undefined;

const COLUMNS = [
  ...['username', 'full_name', 'email', 'domain'],
  ...['department', 'title', 'manager', 'active', 'active_until'],
] as const;
type Column = (typeof COLUMNS)[number];
/** What a record says, by column; what is empty is not there. */
type Said = Readonly<Partial<Record<Column, string>>>;

const MAX_USERS = 10_000;
const MAX_PROBLEMS = 10;
const DAY_MS = 86_400_000;
const YES = new Set(['true', 'yes', '1', 'active', 'enabled']);
const NO = new Set(['false', 'no', '0', 'inactive', 'disabled']);

/** The end of the last day, in UTC; undefined: it is no date. */
function endOf(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const start = Date.parse(day);
  const isOnCalendar = !Number.isNaN(start) && new Date(start).toISOString().startsWith(day);
  return isOnCalendar ? start + DAY_MS : undefined;
}

function isActive(said: Said): boolean | undefined {
  return said.active === undefined ? undefined : YES.has(said.active.toLowerCase());
}

function personOf(said: Said): Person {
  const { department, manager, title } = said;
  const until = said.active_until === undefined ? undefined : endOf(said.active_until);
  const active = isActive(said);
  const as = (isIn: boolean | undefined) => ({ department, title, manager, active: isIn });
  const before = as(until === undefined ? active : (active ?? true));
  const after = as(false);
  return {
    user: { full_name: said.full_name, email: said.email, domain: said.domain },
    directory: (timeMs) => (until === undefined || timeMs < until ? before : after),
  };
}

/** Other columns are left alone: an export has what it has. A slip of the pen is none of those. */
function headerProblems({ fields, line }: CsvRecord): readonly Problem[] {
  const names = fields.map((name) => name.toLowerCase());
  const lacking = COLUMNS.filter((column) => !names.includes(column));
  const unknown = names.filter((name) => name !== '' && !COLUMNS.some((known) => known === name));
  const slips = unknown.flatMap((name) => {
    const meant = nearestName(name, lacking, 2);
    const message = `unknown column ${name}: did you mean ${meant}? Other columns may stay`;
    return meant === undefined ? [] : [{ line, message }];
  });
  if (!lacking.includes('username') || slips.length > 0) return slips;
  const message = 'the first line names the columns, and one of them is username: add it';
  return [{ line, message }];
}

function saidIn({ fields }: CsvRecord, names: readonly string[]): Said {
  const said: Partial<Record<Column, string>> = {};
  for (const column of COLUMNS) {
    const value = fields[names.indexOf(column)];
    if (value !== undefined && value !== '') said[column] = value;
  }
  return said;
}

function* recordProblems(record: CsvRecord, said: Said, width: number): Generator<Problem> {
  const { fields, line } = record;
  if (fields.length !== width) {
    const message = `${fields.length} fields where the first line names ${width}: one for each column`;
    yield { line, message };
    return;
  }
  if (said.username === undefined) {
    yield { line, message: 'no username: give it one, or take the line out' };
  }
  const active = said.active?.toLowerCase();
  if (active !== undefined && !YES.has(active) && !NO.has(active)) {
    yield { line, message: 'active is neither true nor false: write one of them, or nothing' };
  }
  if (said.active_until !== undefined && endOf(said.active_until) === undefined) {
    const message = 'active_until is no day: write the last one as 2026-12-31, or nothing';
    yield { line, message };
  }
}

interface Pattern {
  readonly matches: Wildcard;
  readonly literals: number;
  readonly person: Person;
}

/** An exact name before every pattern, then the pattern that says most of the name. */
function directoryOf(people: readonly (readonly [name: string, person: Person])[]): Directory {
  const exact = new Map(people);
  const patterns = people
    .filter(([name]) => name.includes('*'))
    .map(([name, person]): Pattern => {
      const literals = name.replaceAll('*', '').length;
      return { matches: wildcard(name), literals, person };
    })
    .sort((a, b) => b.literals - a.literals);
  if (patterns.length === 0) return (userName) => exact.get(userName);
  return remembered(
    (userName) => exact.get(userName) ?? patterns.find(({ matches }) => matches(userName))?.person,
    MAX_USERS,
  );
}

/** A header, then one record for each user name, or pattern with `*`. No name may come twice. */
export function readDirectory(text: string): Parsed<Directory> {
  const reading = readCsv(text);
  if (!reading.ok) return { ok: false, problems: [reading.problem] };
  const [header = { line: 1, fields: [] }, ...records] = reading.records;
  const names = header.fields.map((name) => name.toLowerCase());
  const problems: Problem[] = [...headerProblems(header)];
  const people = new Map<string, Person>();
  if (problems.length > 0) return { ok: false, problems };
  for (const record of records) {
    const said = saidIn(record, names);
    problems.push(...recordProblems(record, said, names.length));
    const name = said.username ?? '';
    if (people.has(name)) {
      const message = 'this username was there before: take one of the two out';
      problems.push({ line: record.line, message });
    }
    people.set(name, personOf(said));
    if (problems.length >= MAX_PROBLEMS) break;
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, value: directoryOf([...people]), entries: people.size };
}
