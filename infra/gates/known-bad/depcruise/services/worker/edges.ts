import avsc from 'avsc';
import { ClassicLevel } from 'classic-level';
import { Command } from 'commander';
import { DuckDBInstance } from '@duckdb/node-api';
import { Client } from '@elastic/elasticsearch';
import fastify from 'fastify';
import { Decompress } from 'fzstd';
import { jwtVerify } from 'jose';
import pino from 'pino';
import client from 'prom-client';
import { z } from 'zod';

export const edges = [
  ...[avsc, ClassicLevel, Command, DuckDBInstance, Client, fastify],
  ...[Decompress, jwtVerify, pino, client, z],
];
