import type { Kafka } from 'kafkajs';
import { runner } from '../pipeline/runner.ts';

export type Log = Kafka;
export const log = runner;
