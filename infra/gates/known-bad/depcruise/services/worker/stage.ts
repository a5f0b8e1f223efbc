import { readFileSync } from 'node:fs';
import { Kafka } from 'kafkajs';
import { store } from '../../shared/adapters/duckdb/store.ts';
import { other } from '../other/main.ts';

export const stage = [readFileSync, Kafka, store, other];
