import type { CloudEvent, ErrorCode, EventName } from '@app/contracts';

/** A record that passed its checks. */
export interface EventRecord {
  readonly offset: number;
  readonly key: string;
  readonly name: EventName;
  readonly event: CloudEvent;
}

/** A record that did not; its dead letter is acknowledged before a handler sees this. */
export interface RejectedRecord {
  readonly offset: number;
  readonly key: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

/** What a `@BatchHandler` gets: a slice of one partition, good and bad records apart. */
export interface EventBatch {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first record of the slice, good or bad. */
  readonly firstOffset: number;
  /** Offset behind the last record of the slice: the position once the slice is applied. */
  readonly nextOffset: number;
  readonly events: readonly EventRecord[];
  readonly rejected: readonly RejectedRecord[];
}
