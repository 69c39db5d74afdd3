import type { ServerClock } from '@app/bootstrap';
import { DomainError } from '@app/contracts';
import type { LoadShedder } from './load-shedder';

/**
 * The moment that an answer is stamped with, by a clock that is known to be right. An answer stamped by a wrong one
 * would be acknowledged and judged late, so that the refusal comes before anything is appended, and says so.
 *
 * @param seqs of the answers, where they have been read
 * @throws DomainError `answer.not-appended`
 */
export function stampOf(clock: ServerClock, shedder: LoadShedder, seqs?: readonly number[]): number {
  try {
    return clock.nowMs();
  } catch (cause) {
    throw new DomainError('answer.not-appended', "The gateway's clock is not known to be right at this moment.", {
      cause,
      retryAfterSeconds: shedder.retryAfterSeconds(),
      ...(seqs ? { extra: { receipts: [], notAppended: seqs, unknown: [] } } : {}),
    });
  }
}
