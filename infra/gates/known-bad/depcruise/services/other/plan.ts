import { other } from './main.ts';

export const plan = other;
