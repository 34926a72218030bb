import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import type { StreamRecord } from '../messages/projector.ts';

const attributeValue = z.custom<AttributeValue>((value) => typeof value === 'object' && value !== null);

/** A record as Lambda delivers it (times are seconds) and as GetRecords does (times are dates). */
const rawRecord = z.object({
  eventName: z.string().default(''),
  dynamodb: z.object({
    SequenceNumber: z.string().min(1),
    ApproximateCreationDateTime: z.union([z.number(), z.date()]).optional().catch(undefined),
    NewImage: z.record(z.string(), attributeValue).nullish(),
  }),
});

/** Keys are texts in the table's definition; nothing else is known of an image. */
const plainImage = z.looseObject({ pk: z.string().optional(), sk: z.string().optional() });

/** What a log may say of a record: its ids and its key, never its texts. */
const loggedRecord = z
  .object({
    eventID: z.unknown(),
    eventName: z.unknown(),
    dynamodb: z.object({ SequenceNumber: z.unknown(), Keys: z.unknown() }).partial().optional().catch(undefined),
  })
  .partial()
  .catch({});

/** @throws if the record has no sequence number, or an image that is not made of attribute values. */
export function parseRecord(raw: unknown): StreamRecord {
  const { eventName, dynamodb } = rawRecord.parse(raw);
  const { SequenceNumber: sequenceNumber, ApproximateCreationDateTime: storedAt = 0, NewImage: image } = dynamodb;
  return {
    eventName,
    newImage: image ? plainImage.parse(unmarshall(image, { wrapNumbers: Number })) : null,
    sequenceNumber,
    storedAt: typeof storedAt === 'number' ? storedAt * 1000 : storedAt.getTime(),
  };
}

/** What is known of a record that cannot be parsed. */
export function describeRecord(raw: unknown): object {
  return loggedRecord.parse(raw);
}
