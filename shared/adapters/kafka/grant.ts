/**
 * Owns: granting rights on a real cluster. Adds what is missing, takes nothing away.
 */
import kafkajs, { type AclEntry } from 'kafkajs';
import type { LogOperation, LogRight } from '../../domain/access.ts';
import { FatalError } from '../../errors/fault.ts';
import { adminAccess } from './admin-access.ts';
import { createClient } from './connection.ts';
import { typeOf } from './errors.ts';
import type { KafkaLogOptions } from './options.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const OPERATIONS: Readonly<Record<LogOperation, number>> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
};

const RESOURCES: Readonly<Record<LogRight['resource'], number>> = {
  Topic: AclResourceTypes.TOPIC,
  Group: AclResourceTypes.GROUP,
  TransactionalId: AclResourceTypes.TRANSACTIONAL_ID,
  Cluster: AclResourceTypes.CLUSTER,
};

function entriesOf(right: LogRight): readonly AclEntry[] {
  return right.operations.map((operation) => ({
    principal: right.principal,
    host: '*',
    operation: OPERATIONS[operation],
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: RESOURCES[right.resource],
    resourceName: right.resource === 'Cluster' ? 'kafka-cluster' : right.name,
    resourcePatternType: right.isPrefix
      ? ResourcePatternTypes.PREFIXED
      : ResourcePatternTypes.LITERAL,
  }));
}

export interface Granted {
  readonly state: 'changed' | 'unsupported';
  readonly detail: string;
}

/** The broker keeps no rights, or this user may not grant them: said, not thrown. */
function refusal(error: unknown): string | undefined {
  switch (typeOf(error)) {
    case 'SECURITY_DISABLED':
      return 'the brokers have no authorizer: everybody may do everything';
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return 'this user may not grant rights: let an administrator run the commands of --print';
    default:
      return undefined;
  }
}

/** Kafka takes a right that is there already as done, so granting again changes nothing. */
export async function grantRights(
  options: KafkaLogOptions,
  rights: readonly LogRight[],
): Promise<Granted> {
  const admin = adminAccess(createClient(options));
  try {
    const acl = rights.flatMap(entriesOf);
    await admin.ask('granting rights', (client) => client.createAcls({ acl }));
    return { state: 'changed', detail: `${acl.length} rights granted` };
  } catch (error) {
    const reason = error instanceof FatalError ? refusal(error.cause) : undefined;
    if (reason === undefined) throw error;
    return { state: 'unsupported', detail: reason };
  } finally {
    await admin.close();
  }
}
