/**
 * Owns: what Firehose says about its own request: the id that it wants back, the stream. Pure.
 * Source: Amazon Data Firehose, HTTP endpoint delivery request and response specifications.
 */
const REQUEST_ID = /^[A-Za-z0-9._:/-]{1,128}$/;
const ARN = /^arn:[A-Za-z0-9._:/-]{1,512}$/;
/** Firehose writes the id first; where it stands elsewhere, the header has it. */
const LOOKED_AT_BYTES = 4096;
const IN_BODY = /"requestId"\s{0,16}:\s{0,16}"([A-Za-z0-9._:/-]{1,128})"/;

/** The id that the headers give; empty where there is none that can be one. */
export function headerRequestId(header: unknown): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : '';
}

/** The id at the beginning of an unpacked body; empty for none. */
export function bodyRequestId(body: Buffer): string {
  return IN_BODY.exec(body.toString('latin1', 0, LOOKED_AT_BYTES))?.[1] ?? '';
}

/** For the record: where the body was taken from, as JSON; empty for nothing that is known. */
export function firehoseOrigin(requestId: string, sourceArn: unknown): string {
  const stream = typeof sourceArn === 'string' && ARN.test(sourceArn) ? { stream: sourceArn } : {};
  const origin = { ...(requestId === '' ? {} : { requestId }), ...stream };
  return Object.keys(origin).length === 0 ? '' : JSON.stringify(origin);
}
