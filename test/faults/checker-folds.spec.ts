import { EVENTS, isoTime } from '@app/contracts';
import { leafOf, merkleRoot } from '@app/receipts';
import fc from 'fast-check';
import { foldRecords } from '../../apps/assessment/src/attempts/domain/attempt-history';
import { deadlineOf, emptyState, statusOf } from '../../apps/assessment/src/attempts/domain/attempt-state';
import { type RootOf } from '../../apps/assessment/src/attempts/domain/closing';
import { verdicts } from '../../apps/assessment/src/attempts/domain/judgement';
import { type Step, attemptHistories } from './attempt-histories.fixture';
import { AttemptJudge } from './checker/attempt.judge';

const ATTEMPT = 'attempt-1';
const PARTITION = 3;
const rootOf: RootOf = (answers, partition) =>
  merkleRoot(answers.map((one) => leafOf({ ...one, partition, receivedAt: isoTime(one.receivedAtMs) })));

function byProduct(steps: readonly Step[]) {
  const records = steps.map((one, offset) => ({
    attemptId: ATTEMPT,
    record:
      one === 'unreadable'
        ? { kind: 'rejected' as const, partition: PARTITION, offset }
        : { kind: 'event' as const, partition: PARTITION, offset, ...one },
  }));
  const state = emptyState(ATTEMPT);
  const { closed, conflicts } = foldRecords(new Map([[ATTEMPT, state]]), records, rootOf);
  const { header } = state;
  return {
    closed,
    conflicts: conflicts.map(({ offset }) => offset),
    verdicts: verdicts(state).map((one) => [one.answer.seq, one.answer.offset, one.verdict]),
    deadlineMs: header && deadlineOf(header),
    status: header && statusOf(header),
    version: header?.version,
    header,
  };
}

function byChecker(steps: readonly Step[]) {
  const judge = new AttemptJudge(ATTEMPT, PARTITION);
  steps.forEach((one, offset) => {
    if (one === 'unreadable') judge.takeRejected(offset);
    else judge.take({ id: one.id, type: EVENTS[one.name].type, data: one.data }, offset);
  });
  const { person } = judge;
  const judged = [...judge.verdicts()].map(([{ seq, offset }, verdict]) => [seq, offset, verdict] as const);
  return {
    closed: judge.closings,
    conflicts: judge.conflicts.map(({ offset }) => offset),
    verdicts: judged.sort(([a], [b]) => a - b),
    deadlineMs: person && judge.deadlineMs,
    status: person && judge.status,
    version: person ? judge.acted.length : undefined,
    header: person && {
      ...judge.header,
      form: person.form,
      jobLevel: person.jobLevel,
      performance: person.performance,
    },
  };
}

test('the checker and the product fold any history to the same end, each by its own code', () => {
  fc.assert(
    fc.property(attemptHistories(ATTEMPT, PARTITION), (steps) => {
      expect(byChecker(steps)).toEqual(byProduct(steps));
    }),
    { numRuns: 2_000 },
  );
});
