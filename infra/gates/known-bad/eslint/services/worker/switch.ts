export function text(kind: 'emit' | 'drop' | 'reject'): string {
  switch (kind) {
    case 'emit':
      return 'out';
    case 'drop':
      return 'gone';
  }
  return '';
}

export function unsafe(body: string): string {
  const parsed = JSON.parse(body);
  return parsed.name;
}
