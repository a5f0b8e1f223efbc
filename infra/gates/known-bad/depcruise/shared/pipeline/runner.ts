import { store } from '../adapters/duckdb/store.ts';

export const runner = store;
