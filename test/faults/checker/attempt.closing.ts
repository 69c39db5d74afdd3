import type { AttemptJudge, StandingAnswer, Verdict } from './attempt.judge';
import { type Leaf, rootOf } from './receipt.proofs';

/** What the closing of an attempt has to say, as its history stands; docs/events.md, `petabakat.attempt.closed.v1`. */
export function closingOf(attempt: AttemptJudge): Record<string, unknown> {
  const verdicts = attempt.verdicts();
  const counted = new Map<string, StandingAnswer>();
  const revisions = new Map<string, number>();
  for (const [answer, verdict] of verdicts) {
    revisions.set(answer.itemId, (revisions.get(answer.itemId) ?? 0) + 1);
    if (verdict === 'counted') counted.set(answer.itemId, answer);
  }
  const itemIds = attempt.itemIds();
  const column = (pick: (answer: StandingAnswer) => unknown) =>
    itemIds.map((itemId) => (counted.has(itemId) ? pick(counted.get(itemId)!) : null));
  const { analyticsId, sessionId, agency, form, jobLevel, performance } = attempt.person!;
  const { attemptId, marker, startedAtMs, creditedSeconds, resumes } = attempt;
  return {
    attemptId,
    closing: attempt.closings.length + 1,
    analyticsId,
    sessionId,
    agency,
    form,
    jobLevel,
    performance,
    closedBy: marker!.cause,
    startedAt: startedAtMs === null ? null : new Date(startedAtMs).toISOString(),
    closedAt: new Date(marker!.atMs).toISOString(),
    creditedSeconds,
    resumes,
    itemIds,
    responses: column(({ response }) => response),
    seqs: column(({ seq }) => seq),
    answeredAt: column(({ answeredAt }) => answeredAt),
    receivedAt: column(({ receivedAt }) => receivedAt),
    revisions: itemIds.map((itemId) => revisions.get(itemId) ?? 0),
    counts: countsOf([...verdicts.values()], attempt.conflictsCounted),
    root: rootOf(leavesOf(attempt)),
  };
}

function countsOf(found: readonly Verdict[], conflicts: number): Record<string, number> {
  const of = (verdict: Verdict) => found.filter((one) => one === verdict).length;
  return {
    recorded: found.length,
    counted: of('counted'),
    superseded: of('superseded'),
    late: of('late'),
    olderEpoch: of('older-epoch'),
    unexpected: of('unexpected'),
    conflicts,
  };
}

function leavesOf({ attemptId, partition, firsts }: AttemptJudge): Leaf[] {
  return [...firsts.values()]
    .sort((a, b) => a.offset - b.offset)
    .map(({ itemId, seq, commitment, offset, receivedAt }) => {
      return { attemptId, itemId, seq, commitment, partition, offset, receivedAt };
    });
}
