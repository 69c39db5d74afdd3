import type { FaultRow, RowOutcome } from './harness/fault.row';
import { faultSuite } from './harness/fault.suite';
import { SecondHall } from './harness/second.hall';

const CANDIDATES = 6;
const ANSWERS = 40;

/** Candidates of a hall of their own do what no page does, beside a steady load. */
function hallRow(name: string, hit: string, act: (hall: SecondHall) => Promise<void>, judge: FaultRow['problems']) {
  return {
    name,
    logs: ['postgres', 'one-broker'],
    cutsReplies: [],
    load: { minutes: 0.6 },
    async arrange(scene) {
      hall = await SecondHall.open(scene, CANDIDATES);
    },
    async harm(scene) {
      await scene.underLoad();
      scene.inject();
      scene.hit(hit);
      await act(hall);
      scene.heal();
      await hall.submit();
    },
    problems: judge!,
  } satisfies FaultRow;
}
let hall: SecondHall;

function answersOfHall({ history }: RowOutcome) {
  const attempts = new Set(hall.attemptIds);
  return history.operations.filter(
    ({ kind, outcome, tries }) => kind === 'answer' && outcome === 'ok' && attempts.has(tries[0]!.intent.attemptId!),
  );
}

/** Both are acknowledged, since only the log knows which came first; the second is kept as evidence and changes nothing. */
const otherAnswerUnderSameSeq = hallRow(
  'same-seq-other-answer',
  'every answer is followed by another one under the same seq',
  (there) => there.contradict(ANSWERS),
  (outcome) => {
    const attempts = new Set(hall.attemptIds);
    const acknowledged = answersOfHall(outcome);
    const pairs = new Map<string, number>();
    for (const { tries } of acknowledged) {
      const { attemptId, seq } = tries[0]!.intent;
      pairs.set(`${attemptId} ${seq}`, (pairs.get(`${attemptId} ${seq}`) ?? 0) + 1);
    }
    const contradictions = [...pairs.values()].filter((count) => count === 2).length;
    const kept = outcome.tables.conflicts.filter(({ attemptId }) => attempts.has(attemptId));
    const changed = outcome.tables.answers.filter(
      ({ attemptId, response }) => attempts.has(attemptId) && response !== 'A',
    );
    return [
      ...(contradictions >= (CANDIDATES * ANSWERS) / 2
        ? []
        : [`shows nothing: only ${contradictions} answers were contradicted`]),
      ...(kept.length >= contradictions
        ? []
        : [`${contradictions} acknowledged contradictions left ${kept.length} conflicts`]),
      ...changed.map(({ attemptId, seq }) => `attempt ${attemptId} counts the second answer of seq ${seq}`),
    ];
  },
);

const outOfOrder = hallRow(
  'out-of-order',
  'of every two answers the later one is sent first',
  (there) => there.answerInReverse(ANSWERS),
  (outcome) => {
    const attempts = new Set(hall.attemptIds);
    const acknowledged = answersOfHall(outcome);
    const current = outcome.tables.answers.filter(({ attemptId }) => attempts.has(attemptId));
    const highest = new Map<string, number>();
    for (const { tries } of acknowledged) {
      const { attemptId, seq } = tries[0]!.intent;
      highest.set(attemptId!, Math.max(highest.get(attemptId!) ?? 0, seq!));
    }
    return [
      ...(acknowledged.length >= (CANDIDATES * ANSWERS) / 2
        ? []
        : [`shows nothing: only ${acknowledged.length} answers were acknowledged out of order`]),
      ...current
        .filter(({ attemptId, seq }) => seq < highest.get(attemptId)!)
        .map(({ attemptId, seq }) => `attempt ${attemptId} counts seq ${seq} of ${highest.get(attemptId)}`),
    ];
  },
);

faultSuite('the first answer of a seq stays, and the highest seq counts', [otherAnswerUnderSameSeq, outOfOrder]);
