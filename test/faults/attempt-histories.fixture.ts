import { type EventName, SEQ_EPOCH_FACTOR } from '@app/contracts';
import fc from 'fast-check';

const START_MS = Date.parse('2026-03-02T01:00:00.000Z');
const ITEMS = ['i1', 'i2', 'i3'];
/** Of dead letters that somebody settles; whether one stands there is left to chance. */
const OFFSET_MAX = 60;
const SUPERVISED = { reasonCode: 'test', actor: 'tester' };

const at = (second: number) => new Date(START_MS + second * 1000).toISOString();

/** One record of an attempt as it may come: an event with its data, or something that nobody can read. */
export type Step =
  { readonly name: EventName; readonly id: string; readonly data: Record<string, unknown> } | 'unreadable';

/** Histories of one attempt in which anything may follow anything; their events fit their schemas. */
export function attemptHistories(attemptId: string, partition: number): fc.Arbitrary<Step[]> {
  function step(name: EventName, id: string, data: object): Step {
    return { name, id, data: { attemptId, ...data } };
  }

  function login(epoch: number): Step {
    return step('attemptLoggedIn', `${attemptId}/login-${epoch}`, {
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
      attemptId,
      itemId,
      seq: epoch * SEQ_EPOCH_FACTOR + counter,
      response,
      answeredAt: at(received),
      receivedAt: at(received),
      commitment: Buffer.from(`${itemId}=${response}`).toString('hex').padEnd(64, '0'),
    }));
  const control: fc.Arbitrary<Step> = fc.oneof(
    fc.integer({ min: 1, max: 3 }).map(login),
    second.map((on) => step('attemptStarted', `${attemptId}/started`, { at: at(on) })),
    second.map((on) => step('attemptPaused', `${attemptId}/pause-${on}`, { ...SUPERVISED, at: at(on) })),
    second.map((on) => step('attemptResumed', `${attemptId}/resume-${on}`, { ...SUPERVISED, at: at(on) })),
    fc
      .integer({ min: 1, max: 300 })
      .map((seconds) =>
        step('attemptTimeCredited', `${attemptId}/credit-${seconds}`, { ...SUPERVISED, seconds, at: at(1) }),
      ),
    fc
      .integer({ min: 2, max: 4 })
      .map((epoch) =>
        step('attemptMoved', `${attemptId}/move-${epoch}`, { ...SUPERVISED, epoch, seat: 'x1', at: at(1) }),
      ),
    fc
      .integer({ min: 1, max: 3 })
      .map((epoch) => step('olderEpochAccepted', `${attemptId}/accept-${epoch}`, { ...SUPERVISED, epoch, at: at(1) })),
    fc.tuple(fc.constantFrom('submitted', 'deadline', 'forced'), second).map(([cause, on]) =>
      step('closeRequested', `${attemptId}/close-${cause}-${on}`, {
        cause,
        at: at(on),
        actor: null,
        reasonCode: null,
      }),
    ),
    fc
      .tuple(fc.integer({ min: 1, max: 60 }), second)
      .map(([seconds, on]) =>
        step('attemptReopened', `${attemptId}/reopen-${seconds}`, { ...SUPERVISED, seconds, at: at(on) }),
      ),
    fc.tuple(answerData, fc.nat({ max: OFFSET_MAX })).map(([answer, offset]) =>
      step('deadLetterReplayed', `${attemptId}/letter-${offset}`, {
        ...SUPERVISED,
        partition,
        offset,
        answer,
        at: at(1),
      }),
    ),
    fc
      .nat({ max: OFFSET_MAX })
      .map((offset) =>
        step('deadLetterDismissed', `${attemptId}/letter-${offset}`, { ...SUPERVISED, partition, offset, at: at(1) }),
      ),
  );
  const answer = answerData.map((data) => step('answerSubmitted', `${attemptId}/${data.seq}/${data.commitment}`, data));
  return fc
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
        .map((begins) =>
          begins ? [login(1), step('attemptStarted', `${attemptId}/started`, { at: at(0) }), ...steps] : steps,
        ),
    );
}
