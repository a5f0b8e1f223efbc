/**
 * Owns: tables for people: aligned columns, every cell made safe and cut to the width.
 */
import { escapeForTerminal } from './escape.ts';

export interface Column<Row> {
  readonly title: string;
  /** Longest cell; longer ones are cut with an ellipsis. */
  readonly maxWidth: number;
  readonly cell: (row: Row) => string;
}

function fit(text: string, width: number): string {
  if (text.length <= width) return text;
  // Half of a surrogate pair is no character.
  const cut = text.slice(0, width - 1).replace(/[\ud800-\udbff]$/, '');
  return `${cut}…`;
}

/** Lines of a table with a heading, without a trailing line break. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) =>
    columns.map(({ cell, maxWidth }) => fit(escapeForTerminal(cell(row)), maxWidth)),
  );
  const all = [columns.map((c) => c.title), ...cells];
  // No Math.max(...): a table may have more rows than a call may have arguments.
  const widths = columns.map((_, i) =>
    all.reduce((widest, line) => Math.max(widest, line[i]?.length ?? 0), 0),
  );
  return all
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
