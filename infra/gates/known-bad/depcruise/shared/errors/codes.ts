import { kinds } from '../domain/kinds.ts';

export const codes = kinds;
