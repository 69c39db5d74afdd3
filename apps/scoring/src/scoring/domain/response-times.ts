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
  const order = arrivalOrder(receivedAt);
  let measured = 0;
  let rapid = 0;
  const reader = new TimeReader();
  let beforeMs = startedAt === null ? NaN : reader.millisecondsOf(startedAt);
  for (let at = 0; at < order.length; at++) {
    const index = order[at]!;
    const text = receivedAt[index]!;
    const atMs = reader.millisecondsOf(text);
    const isAlone = text !== textAt(receivedAt, order, at - 1) && text !== textAt(receivedAt, order, at + 1);
    if (isAlone && revisions[index] === 1 && atMs > beforeMs) {
      measured++;
      if (atMs - beforeMs < secondsMin[index]! * SECOND_MS) rapid++;
    }
    beforeMs = atMs;
  }
  return { measured, rapid, flagged: rapid > rapidShareMax * measured };
}

/** Places of the recorded answers as they arrived. Times of one format sort as texts do. */
function arrivalOrder(receivedAt: readonly (string | null)[]): number[] {
  const order: number[] = [];
  let isSorted = true;
  for (let index = 0; index < receivedAt.length; index++) {
    const text = receivedAt[index];
    if (text == null) continue;
    if (order.length > 0 && receivedAt[order.at(-1)!]! > text) isSorted = false;
    order.push(index);
  }
  return isSorted ? order : order.toSorted((a, b) => (receivedAt[a]! < receivedAt[b]! ? -1 : 1));
}

function textAt(receivedAt: readonly (string | null)[], order: readonly number[], at: number): string | null {
  const index = order[at];
  return index === undefined ? null : receivedAt[index]!;
}

/** Length of `YYYY-MM-DD`. */
const DAY_LENGTH = 10;
/** Two digits by their codes, each of which is 48 too much. */
const TWO_ZEROS = 11 * '0'.charCodeAt(0);

/**
 * Milliseconds since 1970 of `YYYY-MM-DDTHH:MM:SS.mmmZ`. A year's replay reads millions of these, and the general parser
 * takes longer than everything else that is done with an answer; nearly all of a person's are of one day.
 */
class TimeReader {
  private day = '';
  private dayMs = 0;

  millisecondsOf(text: string): number {
    if (this.day === '' || !text.startsWith(this.day)) {
      this.day = text.slice(0, DAY_LENGTH);
      this.dayMs = Date.parse(this.day);
    }
    const seconds = (twoDigits(text, 11) * 60 + twoDigits(text, 14)) * 60 + twoDigits(text, 17);
    return this.dayMs + seconds * SECOND_MS + twoDigits(text, 20) * 10 + (text.charCodeAt(22) - ZERO);
  }
}

const ZERO = '0'.charCodeAt(0);

function twoDigits(text: string, from: number): number {
  return text.charCodeAt(from) * 10 + text.charCodeAt(from + 1) - TWO_ZEROS;
}
