enum Level {
  Low,
}

export function first(names: readonly string[]): string {
  return names[0];
}

export function read(map: Record<string, string>): { label?: string } {
  return { label: map.name };
}

export const level = Level.Low;
