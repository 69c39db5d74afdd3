import type { AttemptJudge, StandingAnswer, Verdict } from '../attempt.judge';
import type { Operation } from '../evidence';
import { PropertyCheck } from '../findings';
import { type CommonEvidence, type JudgedEvidence, type SentAnswer, answerKey, nameOf } from '../judged.evidence';
import { ATTEMPTS } from '../topics';

/** Longer than an answer may travel (2 s) by the second that servers' clocks may differ. */
const TRAVEL_MS = 3_000;
/** A marker stands 11 s after its time; a sweeper that was down gets a minute on top to catch up. */
const CLOSING_MS = 11_000 + 60_000;

/** Part of P6: offsets are gap-free from the first on. */
export function checkOffsets({ shapes }: CommonEvidence): PropertyCheck {
  const check = new PropertyCheck('P6');
  for (const { topic, partition, first, gaps } of shapes.values()) {
    const name = () => `partition ${topic}/${partition}`;
    check.require(first === 0, name, `begins at ${first}`);
    check.require(gaps.length === 0, name, () => `jumps to ${gaps.slice(0, 5).join(', ')}`);
  }
  return check;
}

/** P6: what was acknowledged stands before what was sent later. */
export function checkOrder({ answers, log }: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P6');
  const sent = new Map(answers.map((answer) => [answerKey(answer), answer]));
  for (const attempt of log.attempts.values()) checkOrderOf(attempt, sent, check);
  return check;
}

function checkOrderOf(attempt: AttemptJudge, sent: ReadonlyMap<string, SentAnswer>, check: PropertyCheck): void {
  const inLog = [...attempt.firsts.values()].sort((a, b) => a.offset - b.offset);
  // Seen from the end: the earliest acknowledgement among everything that stands further back.
  let earliest: { ackedMs: number; answer: StandingAnswer } | null = null;
  let lowestSeq = Infinity;
  for (const first of inLog.reverse()) {
    const answer = sent.get(answerKey({ attemptId: attempt.attemptId, ...first }));
    if (!answer) continue;
    const overtaken = earliest;
    check.require(
      !overtaken || overtaken.ackedMs > answer.firstSentMs,
      () => `record ${ATTEMPTS}/${attempt.partition}@${first.offset} (${nameOf(answer)})`,
      () => `stands before ${overtaken!.answer.offset} (seq ${overtaken!.answer.seq}), acknowledged before it was sent`,
    );
    if (first.seq > lowestSeq) check.count('overtaken in flight');
    lowestSeq = Math.min(lowestSeq, first.seq);
    const ackedMs = Math.min(...answer.receipts.map(({ atMs }) => atMs), Infinity);
    if (ackedMs < (earliest?.ackedMs ?? Infinity)) earliest = { ackedMs, answer: first };
  }
}

/** P12: a read that began after a receipt shows its answer. */
export function checkReads({ history, answers, log }: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P12');
  const receipted = new Map<string, { answer: SentAnswer; atMs: number }[]>();
  for (const answer of answers) {
    const first = firstReceipt(answer);
    if (!first || log.deadLetters.has(`${ATTEMPTS}/${first.receipt.partition}@${first.receipt.offset}`)) continue;
    const ofAttempt = receipted.get(answer.attemptId);
    if (ofAttempt) ofAttempt.push({ answer, atMs: first.atMs });
    else receipted.set(answer.attemptId, [{ answer, atMs: first.atMs }]);
  }
  for (const { kind, op, tries } of history.operations) {
    if (kind !== 'read') continue;
    for (const { intent, outcome } of tries) {
      if (outcome?.outcome !== 'ok' || !outcome.answers) continue;
      const shown = new Set(outcome.answers.map(([seq]) => seq));
      for (const { answer, atMs } of receipted.get(intent.attemptId!) ?? []) {
        if (atMs >= intent.atMs) continue;
        check.require(shown.has(answer.seq), () => `read ${intent.attemptId} (op ${op})`, `lacks ${nameOf(answer)}`);
      }
    }
  }
  return check;
}

function firstReceipt(answer: SentAnswer) {
  return [...answer.receipts].sort((a, b) => a.atMs - b.atMs)[0];
}

/** P13: acknowledged in time is never late, sent too late never counts, and what was started closes. */
export function checkClock({ history, answers, log, tables }: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P13');
  const submissions = submissionsOf(history.operations);
  const verdicts = new Map([...log.attempts.values()].map((attempt) => [attempt, attempt.verdicts()]));
  for (const answer of answers) {
    const attempt = log.attempts.get(answer.attemptId);
    const first = attempt?.firsts.get(answer.seq);
    const isFirst = first && answerKey({ attemptId: answer.attemptId, ...first }) === answerKey(answer);
    if (!attempt || !isFirst) continue;
    requireFair(check, answer, verdicts.get(attempt)!.get(first)!, endOf(attempt, submissions.get(attempt.attemptId)));
  }
  for (const attempt of log.attempts.values()) requireClosed(check, attempt, tables.takenAtMs);
  return check;
}

/** A submission ends the attempt somewhere between its sending and its acknowledgement. */
interface End {
  readonly earliestMs: number;
  readonly latestMs: number;
}

function endOf(attempt: AttemptJudge, submission: End | undefined): End {
  const endMs = attempt.endMs();
  if (attempt.marker?.cause !== 'submitted') return { earliestMs: endMs, latestMs: endMs };
  return {
    earliestMs: Math.min(endMs, submission?.earliestMs ?? attempt.marker.atMs),
    latestMs: Math.min(endMs, submission?.latestMs ?? Infinity),
  };
}

function submissionsOf(operations: readonly Operation[]): Map<string, End> {
  const ends = new Map<string, End>();
  for (const { kind, tries, outcome } of operations) {
    if (kind !== 'submit' || outcome === 'fail') continue;
    const attemptId = tries[0]!.intent.attemptId!;
    const known = ends.get(attemptId);
    const acknowledged = tries.flatMap(({ outcome: one }) => (one?.outcome === 'ok' ? [one.atMs] : []));
    ends.set(attemptId, {
      earliestMs: Math.min(known?.earliestMs ?? Infinity, tries[0]!.intent.atMs),
      latestMs: Math.min(known?.latestMs ?? Infinity, ...acknowledged),
    });
  }
  return ends;
}

function requireFair(check: PropertyCheck, answer: SentAnswer, verdict: Verdict, end: End): void {
  const ackedMs = firstReceipt(answer)?.atMs;
  const name = () => nameOf(answer);
  if (ackedMs !== undefined && ackedMs <= end.earliestMs) {
    const early = () => `was acknowledged ${Math.round(end.earliestMs - ackedMs)} ms before the end and is late`;
    check.require(verdict !== 'late', name, early);
  }
  if (answer.firstSentMs > end.latestMs + TRAVEL_MS) {
    const counts = verdict === 'counted' || verdict === 'superseded';
    const late = () => `was sent ${Math.round(answer.firstSentMs - end.latestMs)} ms after the end and counts`;
    check.require(!counts, name, late);
  }
}

function requireClosed(check: PropertyCheck, attempt: AttemptJudge, nowMs: number): void {
  const { deadlineMs } = attempt;
  if (deadlineMs === null) return;
  if (!attempt.marker && deadlineMs + CLOSING_MS > nowMs) return check.count('still running');
  check.require(
    attempt.marker !== null,
    () => `attempt ${attempt.attemptId}`,
    () => `ran out of time ${Math.round(nowMs - deadlineMs)} ms ago and is not closed`,
  );
}
