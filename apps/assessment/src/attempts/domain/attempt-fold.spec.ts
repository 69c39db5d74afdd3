import { SEQ_EPOCH_FACTOR } from '@app/contracts';
import fc from 'fast-check';
import { type AttemptRecord, rejudges } from './attempt-fold';
import { foldRecords } from './attempt-history';
import { type AttemptState, deadlineOf, emptyState, statusOf } from './attempt-state';
import type { RootOf } from './closing';
import { currentAnswers, epochOfSeq, verdicts } from './judgement';

const ATTEMPT = 'attempt-1';
const START_MS = Date.parse('2022-10-05T02:00:00.000Z');
const DURATION_SECONDS = 600;
const ITEMS = ['i1', 'i2', 'i3'];
/** Stands in for the tree: names what stood under it, in order. */
const rootOf: RootOf = (answers) => answers.map((answer) => `${answer.seq}:${answer.commitment}`).join('|');

type Event = Omit<Extract<AttemptRecord, { kind: 'event' }>, 'kind' | 'partition' | 'offset'>;
const at = (seconds: number) => new Date(START_MS + seconds * 1000).toISOString();
const seqOf = (epoch: number, counter: number) => epoch * SEQ_EPOCH_FACTOR + counter;

function control(name: Event['name'], id: string, data: object = {}): Event {
  return { id, name, data: { attemptId: ATTEMPT, at: at(0), reasonCode: 'test', actor: 'tester', ...data } };
}

function loggedIn(epoch = 1): Event {
  return control('attemptLoggedIn', `login-${epoch}`, {
    epoch,
    analyticsId: 'p1',
    sessionId: 's1',
    agency: 'bkn',
    seat: 'a1',
    form: { formId: 'f1', version: 1, hash: '0'.repeat(64), sections: [{ sectionId: 'one', itemIds: ITEMS }] },
    durationSeconds: DURATION_SECONDS,
    extraSeconds: 0,
    jobLevel: null,
    performance: null,
  });
}

function answer(seq: number, itemId: string, response: string, receivedSecond = 1): Event {
  const data = {
    attemptId: ATTEMPT,
    itemId,
    seq,
    response,
    answeredAt: '',
    receivedAt: at(receivedSecond),
    commitment: `${itemId}=${response}`,
  };
  return { id: `answer-${seq}`, name: 'answerSubmitted', data };
}

const started = control('attemptStarted', 'started');
const closeBy = (cause: string, second: number, id = `close-${cause}-${second}`) =>
  control('closeRequested', id, { cause, at: at(second) });

function keyed(events: readonly Event[], firstOffset = 0) {
  return events.map((event, index) => ({
    attemptId: ATTEMPT,
    record: { kind: 'event' as const, partition: 3, offset: firstOffset + index, ...event },
  }));
}

function foldAll(events: readonly Event[], state: AttemptState = emptyState(ATTEMPT), firstOffset = 0) {
  const changes = foldRecords(new Map([[ATTEMPT, state]]), keyed(events, firstOffset), rootOf);
  return { state, changes, closed: changes.closed };
}

const responses = (state: AttemptState) =>
  Object.fromEntries([...state.current].map(([itemId, one]) => [itemId, one.response]));
const verdictOf = (state: AttemptState, seq: number) => verdicts(state).find((one) => one.answer.seq === seq)?.verdict;

describe('order of answers', () => {
  test('the highest seq of an item is current, whatever the order of arrival', () => {
    const { state } = foldAll([loggedIn(), started, answer(seqOf(1, 2), 'i1', 'B'), answer(seqOf(1, 1), 'i1', 'A')]);
    expect(responses(state)).toEqual({ i1: 'B' });
    expect(verdictOf(state, seqOf(1, 1))).toBe('superseded');
  });

  test('a repeat of the same seq and payload changes nothing', () => {
    const { state } = foldAll([loggedIn(), started, answer(seqOf(1, 1), 'i1', 'A')]);
    const { changes } = foldAll([answer(seqOf(1, 1), 'i1', 'A', 5)], state, 10);
    expect(changes.answers).toHaveLength(0);
    expect(changes.conflicts).toHaveLength(0);
  });

  test('the same seq with another payload is a conflict, and the first stays', () => {
    const { state, changes } = foldAll([
      loggedIn(),
      started,
      answer(seqOf(1, 1), 'i1', 'A'),
      answer(seqOf(1, 1), 'i1', 'B'),
    ]);
    expect(changes.conflicts).toHaveLength(1);
    expect(responses(state)).toEqual({ i1: 'A' });
    expect(state.header?.conflicts).toBe(1);
  });

  test('a cleared answer counts as the answer null', () => {
    const cleared = {
      ...answer(seqOf(1, 2), 'i1', ''),
      data: { ...(answer(seqOf(1, 2), 'i1', '').data as object), response: null },
    };
    const { closed } = foldAll([
      loggedIn(),
      started,
      answer(seqOf(1, 1), 'i1', 'A'),
      cleared,
      closeBy('submitted', 60),
    ]);
    expect(closed[0]?.responses[0]).toBeNull();
    expect(closed[0]?.seqs[0]).toBe(seqOf(1, 2));
    expect(closed[0]?.seqs[1]).toBeNull();
  });

  test('an answer to an item that the form does not have never counts', () => {
    const { state } = foldAll([loggedIn(), started, answer(seqOf(1, 1), 'i9', 'A')]);
    expect(verdictOf(state, seqOf(1, 1))).toBe('unexpected');
  });

  test('an answer before the start never counts', () => {
    const { state } = foldAll([loggedIn(), answer(seqOf(1, 1), 'i1', 'A'), started]);
    expect(verdictOf(state, seqOf(1, 1))).toBe('unexpected');
  });
});

describe('epochs', () => {
  const move = control('attemptMoved', 'move-2', { epoch: 2, seat: 'b2' });

  test('answers of an older epoch that arrive after a move are recorded and do not count', () => {
    const { state } = foldAll([
      loggedIn(),
      started,
      answer(seqOf(1, 1), 'i1', 'A'),
      move,
      answer(seqOf(1, 2), 'i2', 'B'),
    ]);
    expect(verdictOf(state, seqOf(1, 2))).toBe('older-epoch');
    expect(responses(state)).toEqual({ i1: 'A' });
  });

  test('accepted answers of an older epoch count where no newer answer stands', () => {
    const { state } = foldAll([
      loggedIn(),
      started,
      move,
      answer(seqOf(1, 2), 'i1', 'old'),
      answer(seqOf(1, 3), 'i2', 'old'),
      answer(seqOf(2, 1), 'i1', 'new'),
      control('olderEpochAccepted', 'accept-1', { epoch: 1 }),
    ]);
    expect(responses(state)).toEqual({ i1: 'new', i2: 'old' });
  });

  test('an acceptance does not cover what arrives after it', () => {
    const { state } = foldAll([
      loggedIn(),
      started,
      move,
      control('olderEpochAccepted', 'accept-1', { epoch: 1 }),
      answer(seqOf(1, 2), 'i1', 'A'),
    ]);
    expect(verdictOf(state, seqOf(1, 2))).toBe('older-epoch');
  });

  test('a login after the start counts as a resume', () => {
    const { state } = foldAll([loggedIn(), started, loggedIn(2)]);
    expect(state.header?.resumes).toBe(1);
  });
});

describe('closing', () => {
  test('an answer counts if it stands before the marker and was received within the grace after the deadline', () => {
    const { state } = foldAll([
      loggedIn(),
      started,
      answer(seqOf(1, 1), 'i1', 'A', DURATION_SECONDS + 2),
      answer(seqOf(1, 2), 'i2', 'B', DURATION_SECONDS + 2.001),
      closeBy('deadline', DURATION_SECONDS),
      answer(seqOf(1, 3), 'i3', 'C', 10),
    ]);
    expect([1, 2, 3].map((counter) => verdictOf(state, seqOf(1, counter)))).toEqual(['counted', 'late', 'late']);
  });

  test('a deadline marker is ignored where the deadline in force is later', () => {
    const { state, closed } = foldAll([
      loggedIn(),
      started,
      control('attemptTimeCredited', 'credit-1', { seconds: 60 }),
      closeBy('deadline', DURATION_SECONDS),
    ]);
    expect(closed).toHaveLength(0);
    expect(state.header && statusOf(state.header)).toBe('started');
  });

  test('a credit reaches back to answers that were late before it', () => {
    const { state } = foldAll([
      loggedIn(),
      started,
      answer(seqOf(1, 1), 'i1', 'A', DURATION_SECONDS + 5),
      control('attemptTimeCredited', 'credit-1', { seconds: 60 }),
    ]);
    expect(responses(state)).toEqual({ i1: 'A' });
  });

  test('a forced finish cuts off what was received more than the grace after it', () => {
    const { state } = foldAll([
      loggedIn(),
      started,
      answer(seqOf(1, 1), 'i1', 'A', 100),
      answer(seqOf(1, 2), 'i2', 'B', 103),
      closeBy('forced', 100),
    ]);
    expect(responses(state)).toEqual({ i1: 'A' });
  });

  test('only the first marker closes', () => {
    const { closed } = foldAll([
      loggedIn(),
      started,
      closeBy('submitted', 50),
      closeBy('forced', 55),
      closeBy('deadline', DURATION_SECONDS),
    ]);
    expect(closed.map((one) => [one.closing, one.closedBy])).toEqual([[1, 'submitted']]);
  });

  test('a reopened attempt closes again under a higher number, with answers that were late meanwhile', () => {
    const { closed } = foldAll([
      loggedIn(),
      started,
      answer(seqOf(1, 1), 'i1', 'A'),
      closeBy('deadline', DURATION_SECONDS),
      answer(seqOf(1, 2), 'i2', 'B', DURATION_SECONDS + 20),
      control('attemptReopened', 'reopen-1', { seconds: 60, at: at(DURATION_SECONDS + 30) }),
      closeBy('submitted', DURATION_SECONDS + 40),
    ]);
    expect(closed.map((one) => one.closing)).toEqual([1, 2]);
    expect(closed[1]?.responses).toEqual(['A', 'B', null]);
    expect(closed[1]?.creditedSeconds).toBe(60);
  });

  test('the time between an end and its reopening is not charged', () => {
    const { state } = foldAll([
      loggedIn(),
      started,
      closeBy('deadline', DURATION_SECONDS),
      control('attemptReopened', 'reopen-1', { seconds: 60, at: at(DURATION_SECONDS + 500) }),
    ]);
    expect(state.header && deadlineOf(state.header)).toBe(START_MS + (DURATION_SECONDS + 500 + 60) * 1000);
  });

  test('a repeated marker does not close an attempt that was reopened since', () => {
    const marker = closeBy('forced', 50, 'close-forced-1');
    const { state } = foldAll([
      loggedIn(),
      started,
      closeBy('submitted', 40),
      marker,
      control('attemptReopened', 'reopen-1', { seconds: 60 }),
      marker,
    ]);
    expect(state.header && statusOf(state.header)).toBe('started');
  });

  test('time does not run while an attempt is paused', () => {
    const { state } = foldAll([
      loggedIn(),
      started,
      control('attemptPaused', 'pause-1', { at: at(100) }),
      control('attemptResumed', 'resume-1', { at: at(160) }),
    ]);
    expect(state.header && deadlineOf(state.header)).toBe(START_MS + (DURATION_SECONDS + 60) * 1000);
  });

  test('the root stands over the first record of each seq in the order of the log, late ones included', () => {
    const { closed } = foldAll([
      loggedIn(),
      started,
      answer(seqOf(1, 2), 'i1', 'B'),
      answer(seqOf(1, 1), 'i1', 'A', 9999),
      answer(seqOf(1, 2), 'i1', 'B'),
      closeBy('submitted', 60),
    ]);
    expect(closed[0]?.root).toBe(`${seqOf(1, 2)}:i1=B|${seqOf(1, 1)}:i1=A`);
  });
});

describe('dead letters', () => {
  const rejected = (offset: number) => ({
    attemptId: ATTEMPT,
    record: { kind: 'rejected' as const, partition: 3, offset },
  });
  const settle = (name: 'deadLetterReplayed' | 'deadLetterDismissed', offset: number, data: object = {}) =>
    control(name, `${name}-${offset}`, { partition: 3, offset, ...data });

  function withDeadLetter() {
    const state = emptyState(ATTEMPT);
    const records = [
      ...keyed([loggedIn(), started, answer(seqOf(1, 1), 'i1', 'A')]),
      rejected(3),
      ...keyed([closeBy('submitted', 60)], 4),
    ];
    return { state, closed: foldRecords(new Map([[ATTEMPT, state]]), records, rootOf).closed };
  }

  test('an attempt with an open dead letter is closed but its responses are withheld', () => {
    const { state, closed } = withDeadLetter();
    expect(closed).toHaveLength(0);
    expect(state.header && statusOf(state.header)).toBe('closed');
  });

  test('a replayed dead letter is judged at the position where it first stood', () => {
    const { state } = withDeadLetter();
    const { closed } = foldAll(
      [settle('deadLetterReplayed', 3, { answer: answer(seqOf(1, 2), 'i2', 'B').data })],
      state,
      5,
    );
    expect(closed[0]?.responses).toEqual(['A', 'B', null]);
    expect(closed[0]?.closing).toBe(1);
  });

  test('a dismissed dead letter lets the responses go out without it', () => {
    const { state } = withDeadLetter();
    expect(foldAll([settle('deadLetterDismissed', 3)], state, 5).closed[0]?.responses).toEqual(['A', null, null]);
  });
});

describe('any history', () => {
  const anyAnswer = fc
    .record({
      epoch: fc.integer({ min: 1, max: 3 }),
      counter: fc.integer({ min: 1, max: 12 }),
      item: fc.constantFrom(...ITEMS),
      response: fc.constantFrom('A', 'B'),
      second: fc.integer({ min: 0, max: 900 }),
    })
    .map(({ epoch, counter, item, response, second }) => answer(seqOf(epoch, counter), item, response, second));
  const anyControl = fc.oneof(
    fc.integer({ min: 1, max: 3 }).map((epoch) => loggedIn(epoch)),
    fc.constant(started),
    fc.integer({ min: 0, max: 700 }).map((second) => control('attemptPaused', `pause-${second}`, { at: at(second) })),
    fc.integer({ min: 0, max: 800 }).map((second) => control('attemptResumed', `resume-${second}`, { at: at(second) })),
    fc.integer({ min: 1, max: 300 }).map((seconds) => control('attemptTimeCredited', `credit-${seconds}`, { seconds })),
    fc.integer({ min: 2, max: 3 }).map((epoch) => control('attemptMoved', `move-${epoch}`, { epoch, seat: 'x1' })),
    fc.integer({ min: 1, max: 2 }).map((epoch) => control('olderEpochAccepted', `accept-${epoch}`, { epoch })),
    fc
      .tuple(fc.constantFrom('submitted', 'deadline', 'forced'), fc.integer({ min: 0, max: 900 }))
      .map(([cause, second]) => closeBy(cause, second)),
    fc
      .integer({ min: 1, max: 60 })
      .map((seconds) => control('attemptReopened', `reopen-${seconds}`, { seconds, at: at(seconds * 20) })),
  );
  const anyHistory = fc
    .array(fc.oneof({ weight: 4, arbitrary: anyAnswer }, { weight: 1, arbitrary: anyControl }), { maxLength: 60 })
    .map((events) => [loggedIn(1), started, ...events]);

  /** What the service loads for an event: all of it where it re-judges, else the rows that it touches. */
  function loadedFor(event: Event, whole: AttemptState): AttemptState {
    if (rejudges(event.name)) return { ...whole, answers: new Map(whole.answers), current: new Map(whole.current) };
    const state: AttemptState = { ...whole, answers: new Map(), current: new Map() };
    if (event.name !== 'answerSubmitted') return state;
    const { seq, itemId } = event.data as { seq: number; itemId: string };
    const first = whole.answers.get(seq);
    const current = whole.current.get(itemId);
    if (first) state.answers.set(seq, first);
    if (current) state.current.set(itemId, current);
    return state;
  }

  test('folds to the same whether an event is given the whole attempt or only the rows it touches', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const whole = foldAll(events);
        const stored = emptyState(ATTEMPT);
        const closed = events.flatMap((event, offset) => {
          const state = loadedFor(event, stored);
          const changes = foldRecords(new Map([[ATTEMPT, state]]), keyed([event], offset), rootOf);
          stored.header = state.header;
          for (const one of changes.answers) stored.answers.set(one.seq, one);
          for (const one of changes.current.get(ATTEMPT)?.values() ?? []) stored.current.set(one.itemId, one);
          const rejudged = changes.rejudged.get(ATTEMPT);
          if (rejudged) {
            stored.current.clear();
            for (const [itemId, one] of rejudged) stored.current.set(itemId, one);
          }
          return changes.closed;
        });
        expect(stored).toEqual(whole.state);
        expect(closed).toEqual(whole.closed);
      }),
      { numRuns: 300 },
    );
  });

  test('the answers that count are what the header in force makes of the history', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const { state } = foldAll(events);
        expect(state.current).toEqual(currentAnswers(state.answers.values(), state.header));
      }),
      { numRuns: 300 },
    );
  });

  test('repeating any event anywhere later changes neither state nor closings, positions apart', () => {
    fc.assert(
      fc.property(anyHistory, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 8 }), (events, repeats) => {
        const tagged = events.map((event, index) => ({ event, index }));
        for (const [from, to] of repeats) {
          const index = from % events.length;
          const first = tagged.findIndex((one) => one.index === index);
          tagged.splice(first + 1 + (to % (tagged.length - first)), 0, { event: events[index]!, index });
        }
        // The repeats take no position of their own, so that the two runs can be compared byte by byte.
        const seen = new Set<number>();
        const state = emptyState(ATTEMPT);
        const closed = tagged.flatMap(({ event, index }) => {
          const offset = seen.has(index) ? Math.max(...seen) + 0.5 : index;
          seen.add(index);
          return foldRecords(new Map([[ATTEMPT, state]]), keyed([event], offset), rootOf).closed;
        });
        const once = foldAll(events);
        // A conflict is evidence: each record of it is counted, so repeats of conflicts are set aside here.
        fc.pre(state.header?.conflicts === once.state.header?.conflicts);
        expect(state).toEqual(once.state);
        expect(closed).toEqual(once.closed);
      }),
      { numRuns: 300 },
    );
  });

  test('answers of one epoch give the same current answers in any order of arrival', () => {
    const distinct = fc.uniqueArray(anyAnswer, {
      selector: (event) => (event.data as { seq: number }).seq,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        distinct.map((all) => all.filter((event) => epochOfSeq((event.data as { seq: number }).seq) === 1)),
        fc.nat(),
        (answers, rotation) => {
          const turned = [
            ...answers.slice(rotation % (answers.length || 1)),
            ...answers.slice(0, rotation % (answers.length || 1)),
          ].reverse();
          expect(responses(foldAll([loggedIn(), started, ...turned]).state)).toEqual(
            responses(foldAll([loggedIn(), started, ...answers]).state),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
