import { client } from '../elasticsearch/client.ts';

export const store = client;
