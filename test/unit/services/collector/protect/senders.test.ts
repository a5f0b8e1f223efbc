/**
 * Owns: the proof that a body without its secrets is read as the body that came: by every sender's
 * sample, with the product's own rules of redaction.
 */
import { expect, it } from 'vitest';
import { redactBody } from '../../../../../services/collector/protect/redact-body.ts';
import { createRedact } from '../../../../../shared/domain/redaction/redact.ts';
import { readSamples, resultOfBody, type Sample } from '../../../../support/samples.ts';

// Under the key of the normalizer that reads them here: none.
const redact = createRedact({});
const SAMPLES = readSamples().map((sample) => ({
  sample,
  redacted: redactBody(sample.input, redact),
}));

interface Document {
  readonly event: object;
  readonly podwitness?: { readonly redaction?: { readonly fields: readonly string[] } };
}

/** An id is made of the URI as it came (docs/raw-protection.md): another one without its secrets. */
function comparable(event: { readonly record: object; readonly document: unknown }) {
  const document = event.document as Document;
  if (document.podwitness?.redaction?.fields.includes('requestURI') !== true) return event;
  const id = 'of a redacted URI';
  return {
    record: { ...event.record, id },
    document: { ...document, event: { ...document.event, id } },
  };
}

function read(body: Buffer, { source }: Sample) {
  const { dropped, events, rejected } = resultOfBody(body, { source });
  return { events: events.map(comparable), rejected: rejected.length, dropped };
}

it('understands the bodies of most senders, and seals the others', () => {
  const sealed = SAMPLES.filter(({ redacted }) => redacted === undefined);
  expect(sealed.map(({ sample }) => sample.name)).toMatchSnapshot();
  expect(sealed.length).toBeLessThan(SAMPLES.length / 2);
});

it.each(
  SAMPLES.flatMap(({ redacted, sample }) =>
    redacted === undefined ? [] : [[sample.name, sample, redacted] as const],
  ),
)('%s is read as it came', (_name, sample, redacted) => {
  expect(read(redacted, sample)).toEqual(read(sample.input, sample));
  expect(redactBody(redacted, redact)).toEqual(redacted);
});
