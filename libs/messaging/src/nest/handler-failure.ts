import { DomainError } from '@app/contracts';
import { isTransientDatabaseError } from '@app/database';
import { RpcException } from '@nestjs/microservices';
import { PositionBehind, ProgressMissing } from '../consumption/batch-transaction';
import { DeadLetterNotAcknowledged } from '../dead-letters/dead-letter-writer';

/** A handler's way to say that a part it needs is out of reach: the batch is given to it again after a pause. */
export class TransientFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TransientFailure';
  }
}

/** The partition must not go on by itself; trying again costs little and finds out when the reason is gone. */
export class PartitionStandsStill extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PartitionStandsStill';
  }
}

/**
 * seek: the database knows a position before the batch; go there
 * retry: an outage; the same batch again after a pause
 * stand-still: setting records aside would not help or would do harm; a person is needed
 * records: at least one of the records is the reason
 */
export type FailureKind = 'seek' | 'retry' | 'stand-still' | 'records';

const UNAVAILABLE = 503;

/** Decides from the class of an error, never from its text. */
export function kindOfFailure(error: unknown): FailureKind {
  if (error instanceof PositionBehind) return 'seek';
  if (error instanceof PartitionStandsStill) return 'stand-still';
  // Thrown by guards and pipes of the RPC context: the wiring refuses every batch, whatever stands in it.
  if (error instanceof RpcException) return 'stand-still';
  if (isOutage(error)) return 'retry';
  return 'records';
}

function isOutage(error: unknown): boolean {
  return (
    error instanceof TransientFailure ||
    error instanceof ProgressMissing ||
    error instanceof DeadLetterNotAcknowledged ||
    (error instanceof DomainError && error.spec.status === UNAVAILABLE) ||
    isTransientDatabaseError(error)
  );
}
