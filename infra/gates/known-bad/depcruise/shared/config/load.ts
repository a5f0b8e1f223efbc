import { log } from '../ports/log.ts';

export const load = log;
