import { type AnswerResponse, type AttemptClosed, isoTime } from '@app/contracts';
import type { AnswerRecord, AttemptHeader, AttemptState, CloseMarker } from './attempt-state';
import { type Verdict, verdicts } from './judgement';

/** Hash of an RFC 9162 tree over leaves in the given order, hexadecimal. */
export type RootOf = (leaves: readonly AnswerRecord[], partition: number) => string;

/**
 * The final responses of a closed attempt, in columns in the order of the form.
 * @param state the whole attempt, its marker in the header
 */
export function closedResponses(
  state: AttemptState,
  header: AttemptHeader,
  marker: CloseMarker,
  rootOf: RootOf,
): AttemptClosed {
  const judged = verdicts(state);
  const counted = new Map(
    judged.filter(({ verdict }) => verdict === 'counted').map(({ answer }) => [answer.itemId, answer]),
  );
  const revisions = countByItem(state.answers.values());
  const itemIds = header.form.sections.flatMap((section) => section.itemIds);
  const column = <T>(pick: (answer: AnswerRecord) => T): (T | null)[] =>
    itemIds.map((itemId) => {
      const answer = counted.get(itemId);
      return answer ? pick(answer) : null;
    });
  return {
    attemptId: header.attemptId,
    closing: header.closing,
    analyticsId: header.analyticsId,
    sessionId: header.sessionId,
    agency: header.agency,
    form: header.form,
    jobLevel: header.jobLevel,
    performance: header.performance,
    closedBy: marker.cause,
    startedAt: header.startedAtMs === null ? null : isoTime(header.startedAtMs),
    closedAt: isoTime(marker.atMs),
    creditedSeconds: header.creditedSeconds,
    resumes: header.resumes,
    itemIds,
    responses: column<AnswerResponse>((answer) => answer.response),
    seqs: column((answer) => answer.seq),
    answeredAt: column((answer) => answer.answeredAt),
    receivedAt: column((answer) => isoTime(answer.receivedAtMs)),
    revisions: itemIds.map((itemId) => revisions.get(itemId) ?? 0),
    counts: countVerdicts(
      judged.map(({ verdict }) => verdict),
      header.conflicts,
    ),
    root: rootOf(
      [...state.answers.values()].sort((a, b) => a.offset - b.offset),
      header.partition,
    ),
  };
}

function countByItem(answers: Iterable<AnswerRecord>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { itemId } of answers) counts.set(itemId, (counts.get(itemId) ?? 0) + 1);
  return counts;
}

function countVerdicts(found: readonly Verdict[], conflicts: number): AttemptClosed['counts'] {
  const count = (verdict: Verdict) => found.filter((one) => one === verdict).length;
  return {
    recorded: found.length,
    counted: count('counted'),
    superseded: count('superseded'),
    late: count('late'),
    olderEpoch: count('older-epoch'),
    unexpected: count('unexpected'),
    conflicts,
  };
}
