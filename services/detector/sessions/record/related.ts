/**
 * Owns: what a session has to do with: users, addresses and hosts (ECS `related`).
 */
import { readAddress } from '../../../../shared/domain/ip.ts';
import { type JsonObject, member, textMember } from '../../../../shared/domain/json.ts';
import type { SessionView } from '../model.ts';

/** Each once, in the order of their finding. */
export interface Related {
  readonly user: readonly string[];
  readonly ip: readonly string[];
  readonly hosts: readonly string[];
}

function distinct(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.flatMap((text) => (text === undefined || text === '' ? [] : [text])))];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** `known`: who and where, as the session's document has it; `hosts`: named in its commands. */
export function relatedOf(
  { attachers, place, request }: SessionView,
  known: JsonObject,
  hosts: readonly string[],
): Related {
  const user = known['user'];
  const of = (key: string) => texts(member(request.who['related'], key));
  const isAddress = (host: string) => readAddress(host) !== undefined;
  const users = [textMember(user, 'name'), request.userName, textMember(user, 'id')];
  const address = textMember(known['source'], 'ip');
  return {
    user: distinct([...users, ...of('user'), ...attachers.map(({ userName }) => userName)]),
    ip: distinct([
      ...[address, ...of('ip')],
      ...attachers.map(({ sourceIp }) => sourceIp),
      ...hosts,
    ]).filter(isAddress),
    hosts: distinct([place.node, ...hosts.filter((host) => !isAddress(host))]),
  };
}
