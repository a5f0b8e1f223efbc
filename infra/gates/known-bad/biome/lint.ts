import fs from 'fs';

export default function untyped(value: any): number {
  return value!.length;
}

enum Level {
  Low,
}
