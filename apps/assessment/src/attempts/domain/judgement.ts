import { SEQ_EPOCH_FACTOR } from '@app/contracts';
import { type AnswerRecord, type AttemptHeader, type AttemptState, deadlineOf } from './attempt-state';

/** Time an answer may have travelled when it counts: sent before the deadline, received up to this much later. */
export const ARRIVAL_GRACE_MS = 2_000;

export type Verdict = 'counted' | 'superseded' | 'late' | 'older-epoch' | 'unexpected';
/** A verdict before answers to the same item are compared. */
export type Standing = Exclude<Verdict, 'superseded'>;

/**
 * What an answer is worth by the header now in force. A header that changes re-judges its whole history, so a credit
 * given later reaches back and an answer is never frozen as late.
 */
export function standingOf(answer: AnswerRecord, header: AttemptHeader | null): Standing {
  if (!header || !isExpected(answer, header)) return 'unexpected';
  if (isOfOlderEpoch(answer, header)) return 'older-epoch';
  return isLate(answer, header) ? 'late' : 'counted';
}

function isExpected(answer: AnswerRecord, header: AttemptHeader): boolean {
  const epochStart = header.epochStarts[epochOfSeq(answer.seq) - 1];
  return (
    header.startedOffset !== null &&
    answer.offset > header.startedOffset &&
    epochStart !== undefined &&
    answer.offset > epochStart &&
    hasItem(header, answer.itemId)
  );
}

function isOfOlderEpoch(answer: AnswerRecord, header: AttemptHeader): boolean {
  const epoch = epochOfSeq(answer.seq);
  const nextEpochStart = header.epochStarts[epoch];
  if (nextEpochStart === undefined || answer.offset < nextEpochStart) return false;
  return !header.acceptedEpochs.some((accepted) => accepted.epoch === epoch && answer.offset < accepted.offset);
}

function isLate(answer: AnswerRecord, header: AttemptHeader): boolean {
  if (header.marker && answer.offset > header.marker.offset) return true;
  const deadlineMs = deadlineOf(header) ?? Number.POSITIVE_INFINITY;
  const forcedMs = header.marker?.cause === 'forced' ? header.marker.atMs : Number.POSITIVE_INFINITY;
  return answer.receivedAtMs > Math.min(deadlineMs, forcedMs) + ARRIVAL_GRACE_MS;
}

function hasItem(header: AttemptHeader, itemId: string): boolean {
  return header.form.sections.some((section) => section.itemIds.includes(itemId));
}

export function epochOfSeq(seq: number): number {
  return Math.floor(seq / SEQ_EPOCH_FACTOR);
}

/** The answer that counts for each item: of those that stand, the one with the highest `seq`. Needs the whole history. */
export function currentAnswers(
  answers: Iterable<AnswerRecord>,
  header: AttemptHeader | null,
): Map<string, AnswerRecord> {
  const current = new Map<string, AnswerRecord>();
  for (const answer of answers) {
    if (standingOf(answer, header) !== 'counted') continue;
    const rival = current.get(answer.itemId);
    if (!rival || answer.seq > rival.seq) current.set(answer.itemId, answer);
  }
  return current;
}

/** Every recorded answer with its verdict, in the order of `seq`. Needs the whole history. */
export function verdicts(state: AttemptState): { answer: AnswerRecord; verdict: Verdict }[] {
  const current = currentAnswers(state.answers.values(), state.header);
  return [...state.answers.values()]
    .sort((a, b) => a.seq - b.seq)
    .map((answer) => {
      const standing = standingOf(answer, state.header);
      const superseded = standing === 'counted' && current.get(answer.itemId) !== answer;
      return { answer, verdict: superseded ? 'superseded' : standing };
    });
}
