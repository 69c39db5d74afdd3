import { type EventName, EVENTS, SEQ_EPOCH_FACTOR, isoTime } from '@app/contracts';
import { leafOf, merkleRoot } from '@app/receipts';
import fc from 'fast-check';
import { foldRecords } from '../../apps/assessment/src/attempts/domain/attempt-history';
import { deadlineOf, emptyState, statusOf } from '../../apps/assessment/src/attempts/domain/attempt-state';
import { type RootOf } from '../../apps/assessment/src/attempts/domain/closing';
import { verdicts } from '../../apps/assessment/src/attempts/domain/judgement';
import { AttemptJudge } from './checker/attempt.judge';

const ATTEMPT = 'attempt-1';
const PARTITION = 3;
const START_MS = Date.parse('2026-03-02T01:00:00.000Z');
const ITEMS = ['i1', 'i2', 'i3'];
const SUPERVISED = { reasonCode: 'test', actor: 'tester' };

const at = (second: number) => new Date(START_MS + second * 1000).toISOString();
const rootOf: RootOf = (answers, partition) =>
  merkleRoot(answers.map((one) => leafOf({ ...one, partition, receivedAt: isoTime(one.receivedAtMs) })));

type Step = { readonly name: EventName; readonly id: string; readonly data: Record<string, unknown> } | 'unreadable';

function step(name: EventName, id: string, data: object): Step {
  return { name, id, data: { attemptId: ATTEMPT, ...data } };
}

function login(epoch: number): Step {
  return step('attemptLoggedIn', `login-${epoch}`, {
    epoch,
    analyticsId: 'p1',
    sessionId: 's1',
    agency: 'bkn',
    seat: `a${epoch}`,
    form: { formId: 'f1', version: 1, hash: '0'.repeat(64), sections: [{ sectionId: 'one', itemIds: ITEMS }] },
    durationSeconds: 600,
    extraSeconds: 30,
    jobLevel: null,
    performance: 'good',
    at: at(0),
  });
}

const second = fc.integer({ min: 0, max: 900 });
const answerData = fc
  .record({
    epoch: fc.integer({ min: 1, max: 3 }),
    counter: fc.integer({ min: 1, max: 12 }),
    itemId: fc.constantFrom(...ITEMS, 'foreign'),
    response: fc.constantFrom('A', 'B', null),
    received: second,
  })
  .map(({ epoch, counter, itemId, response, received }) => ({
    attemptId: ATTEMPT,
    itemId,
    seq: epoch * SEQ_EPOCH_FACTOR + counter,
    response,
    answeredAt: at(received),
    receivedAt: at(received),
    commitment: Buffer.from(`${itemId}=${response}`).toString('hex').padEnd(64, '0'),
  }));
const control: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: 1, max: 3 }).map(login),
  second.map((on) => step('attemptStarted', 'started', { at: at(on) })),
  second.map((on) => step('attemptPaused', `pause-${on}`, { ...SUPERVISED, at: at(on) })),
  second.map((on) => step('attemptResumed', `resume-${on}`, { ...SUPERVISED, at: at(on) })),
  fc
    .integer({ min: 1, max: 300 })
    .map((seconds) => step('attemptTimeCredited', `credit-${seconds}`, { ...SUPERVISED, seconds, at: at(1) })),
  fc
    .integer({ min: 2, max: 4 })
    .map((epoch) => step('attemptMoved', `move-${epoch}`, { ...SUPERVISED, epoch, seat: 'x1', at: at(1) })),
  fc
    .integer({ min: 1, max: 3 })
    .map((epoch) => step('olderEpochAccepted', `accept-${epoch}`, { ...SUPERVISED, epoch, at: at(1) })),
  fc
    .tuple(fc.constantFrom('submitted', 'deadline', 'forced'), second)
    .map(([cause, on]) => step('closeRequested', `close-${cause}-${on}`, { cause, at: at(on) })),
  fc
    .tuple(fc.integer({ min: 1, max: 60 }), second)
    .map(([seconds, on]) => step('attemptReopened', `reopen-${seconds}`, { ...SUPERVISED, seconds, at: at(on) })),
  fc.tuple(answerData, fc.nat({ max: 60 })).map(([answer, offset]) =>
    step('deadLetterReplayed', `letter-${offset}`, {
      ...SUPERVISED,
      partition: PARTITION,
      offset,
      answer,
      at: at(1),
    }),
  ),
  fc
    .nat({ max: 60 })
    .map((offset) =>
      step('deadLetterDismissed', `letter-${offset}`, { ...SUPERVISED, partition: PARTITION, offset, at: at(1) }),
    ),
);
const answer = answerData.map((data) => step('answerSubmitted', `${data.seq}/${data.commitment}`, data));
const history = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: answer },
      { weight: 4, arbitrary: control },
      { weight: 1, arbitrary: fc.constant<Step>('unreadable') },
    ),
    { maxLength: 70 },
  )
  .chain((steps) =>
    // Some histories begin as they should; in the others anything may come first.
    fc
      .boolean()
      .map((begins) => (begins ? [login(1), step('attemptStarted', 'started', { at: at(0) }), ...steps] : steps)),
  );

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
    fc.property(history, (steps) => {
      expect(byChecker(steps)).toEqual(byProduct(steps));
    }),
    { numRuns: 2_000 },
  );
});
