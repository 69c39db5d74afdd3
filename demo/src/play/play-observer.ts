import type { Receipt } from '../client/receipt';

/** Hears what happens while respondents play. */
export interface PlayObserver {
  /** @param latencyMs from the first time the request was made */
  acknowledged(cluster: number, answers: number, latencyMs: number): void;
  /** A request that may or may not have been received. */
  outcomeUnknown(cluster: number, who: string, what: string, reason: string): void;
  /** A request that was certainly not taken, and will be made again. */
  notTaken(cluster: number, what: string, reason: string): void;
  /** A second receipt for the same answer: the record was taken in again and has no further effect. */
  repeatDiscarded(cluster: number, who: string, receipt: Receipt): void;
  finished(cluster: number): void;
}
