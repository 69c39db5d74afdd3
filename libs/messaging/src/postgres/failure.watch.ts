import { isTransientDatabaseError } from '@app/database';

/** Failures in a row that no repetition can be expected to cure: a missing table, a right that was taken away. */
const HOPELESS_FAILURES_MAX = 5;

/** Tells an outage, which is waited out, from what cannot go on. */
export class FailureWatch {
  private hopelessFailures = 0;

  /** @param onHopeless called once for each unbroken row of hopeless failures */
  constructor(private readonly onHopeless: (error: Error) => void) {}

  noteSuccess(): void {
    this.hopelessFailures = 0;
  }

  noteFailure(error: unknown): void {
    if (isTransientDatabaseError(error)) return;
    this.hopelessFailures += 1;
    if (this.hopelessFailures === HOPELESS_FAILURES_MAX) this.onHopeless(error as Error);
  }
}
