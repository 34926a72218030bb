import type { StreamRecord } from '../messages/projector.ts';

/** A record as Lambda and as GetRecords deliver it: the texts in its image are all that the projector reads. */
export interface RawRecord {
  eventName?: string | undefined;
  dynamodb?:
    | { SequenceNumber?: string | undefined; NewImage?: Record<string, { S?: string | undefined }> | undefined }
    | undefined;
}

export interface SequencedRecord extends StreamRecord {
  sequenceNumber: string;
}

/** @throws where the record has no sequence number: without one it can be neither reported nor passed over. */
export function parseRecord({ eventName, dynamodb }: RawRecord): SequencedRecord {
  if (dynamodb?.SequenceNumber === undefined) throw new Error('A stream record has no sequence number');
  return {
    sequenceNumber: dynamodb.SequenceNumber,
    eventName: eventName ?? '',
    newImage: dynamodb.NewImage
      ? Object.fromEntries(Object.entries(dynamodb.NewImage).map(([name, value]) => [name, value.S]))
      : null,
  };
}
