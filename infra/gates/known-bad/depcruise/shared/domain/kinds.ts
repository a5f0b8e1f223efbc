import { readFileSync } from 'node:fs';

export const kinds = readFileSync;
