import { codes } from '../shared/errors/codes.ts';

export const topics = codes;
