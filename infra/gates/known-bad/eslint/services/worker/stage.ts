import { connect } from 'node:net';

export const open = connect;

export function stamp(): number {
  return Date.now() + Math.random();
}

export function brokers(): string {
  return process.env['PODWITNESS_KAFKA_BROKERS'] ?? new Date().toISOString();
}
