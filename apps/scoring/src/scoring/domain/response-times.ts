import type { AttemptClosed, ResponseTimeReport } from '@app/contracts';
import type { FlagRule } from './scoring-package';

const SECOND_MS = 1000;

/**
 * Counts answers that came faster than an item can be read. The time of an answer is that from the last earlier moment
 * at which anything arrived, by the server's clock. Answers that arrived together, as they do after a connection is
 * back, say nothing about each other and are not measured; neither are answers that replaced an earlier one.
 *
 * @param secondsMin per item, in the order of the closing's columns
 */
export function responseTimes(
  { receivedAt, revisions, startedAt }: Pick<AttemptClosed, 'receivedAt' | 'revisions' | 'startedAt'>,
  secondsMin: readonly number[],
  { rapidShareMax }: FlagRule,
): ResponseTimeReport {
  const arrivals = receivedAt
    .flatMap((at, index) => (at === null ? [] : [{ atMs: Date.parse(at), index }]))
    .toSorted((a, b) => a.atMs - b.atMs || a.index - b.index);
  let measured = 0;
  let rapid = 0;
  let beforeMs = startedAt === null ? NaN : Date.parse(startedAt);
  for (let at = 0; at < arrivals.length; at++) {
    const { atMs, index } = arrivals[at]!;
    const alone = arrivals[at + 1]?.atMs !== atMs && arrivals[at - 1]?.atMs !== atMs;
    if (alone && revisions[index] === 1 && atMs > beforeMs) {
      measured++;
      if (atMs - beforeMs < secondsMin[index]! * SECOND_MS) rapid++;
    }
    beforeMs = atMs;
  }
  return { measured, rapid, flagged: rapid > rapidShareMax * measured };
}
