import { hash } from 'node:crypto';
import type { AttemptClosed } from '@app/contracts';
import type { NewRecord } from '@app/messaging';
import { Commitments, leafOf, merkleRoot } from '@app/receipts';
import { SeededRandom } from '../../../src/cast/seeded-random';
import { recordOf } from './event-records';

/** An item of the calibration: the chance of the key at an ability is logistic in `a × (theta − b)`. */
export interface AnsweredItem {
  readonly itemId: string;
  readonly key: string;
  readonly a: number;
  readonly b: number;
}

export interface FormOfItems {
  readonly formId: string;
  readonly version: number;
  readonly sectionId: string;
  readonly items: readonly AnsweredItem[];
}

/** One person in one session, as the generator lets them sit. */
export interface Sitting {
  readonly attemptId: string;
  readonly analyticsId: string;
  readonly agency: string;
  readonly jobLevel: string;
  readonly sessionId: string;
  readonly theta: number;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly creditedSeconds: number;
  readonly resumes: number;
}

export interface ClosingsTask {
  readonly seed: number;
  readonly form: FormOfItems;
  readonly omittedShare: number;
  readonly sittings: readonly Sitting[];
  /** Where the next answer of each partition of the answers' topic would stand. */
  readonly nextOffsets: readonly number[];
}

export interface Closing {
  readonly attemptId: string;
  readonly sessionId: string;
  readonly root: string;
  readonly record: NewRecord;
}

export interface ClosingsBuilt {
  readonly closings: readonly Closing[];
  readonly nextOffsets: readonly number[];
}

const OPTIONS = ['1', '2', '3', '4', '5'];
const EPOCH_FACTOR = 2 ** 20;
/** People hand in within the last minutes; nobody waits for the end. */
const LAST_MINUTES = 12;

/**
 * Closes attempts as the assessment service would: answers drawn from the calibration, a commitment of each, and the
 * root of the tree over them at the positions that the answers' topic would have given them.
 */
export function buildClosings(
  task: ClosingsTask,
  commitments: Commitments,
  partitionOf: (attemptId: string) => number,
): ClosingsBuilt {
  const nextOffsets = [...task.nextOffsets];
  const reference = referenceOf(task.form);
  const closings = task.sittings.map((sitting) => {
    const random = new SeededRandom(
      Number.parseInt(hash('sha256', `${task.seed}/${sitting.attemptId}`).slice(0, 8), 16),
    );
    const partition = partitionOf(sitting.attemptId);
    const closed = closedAttempt(task, sitting, reference, random);
    const leaves = closed.itemIds.flatMap((itemId, at) => {
      const response = closed.responses[at]!;
      const seq = closed.seqs[at]!;
      if (seq === null) return [];
      const { attemptId } = sitting;
      const commitment = commitments.commit({ attemptId, itemId, seq, response });
      const offset = nextOffsets[partition]!;
      nextOffsets[partition] = offset + 1;
      return [leafOf({ attemptId, itemId, seq, commitment, partition, offset, receivedAt: closed.receivedAt[at]! })];
    });
    const root = merkleRoot(leaves);
    const id = `${sitting.attemptId}/closed/1`;
    const record = recordOf('attemptClosed', sitting.attemptId, id, Date.parse(closed.closedAt), { ...closed, root });
    return { attemptId: sitting.attemptId, sessionId: sitting.sessionId, root, record };
  });
  return { closings, nextOffsets };
}

function referenceOf({ formId, version, sectionId, items }: FormOfItems): AttemptClosed['form'] {
  const itemIds = items.map(({ itemId }) => itemId);
  return { formId, version, hash: hash('sha256', `${formId}/${version}`), sections: [{ sectionId, itemIds }] };
}

function closedAttempt(
  { form, omittedShare }: ClosingsTask,
  sitting: Sitting,
  reference: AttemptClosed['form'],
  random: SeededRandom,
): Omit<AttemptClosed, 'root'> {
  const { startsAtMs, endsAtMs } = sitting;
  const closedAtMs = endsAtMs - Math.floor(random.next() * LAST_MINUTES * 60_000) - 1_000;
  const step = (closedAtMs - startsAtMs) / (form.items.length + 1);
  const responses = form.items.map((item) =>
    random.happens(omittedShare) ? null : answerTo(item, sitting.theta, random),
  );
  const times = responses.map((response, at) =>
    response === null ? null : new Date(startsAtMs + Math.floor(step * (at + random.next()))).toISOString(),
  );
  const answered = responses.filter((response) => response !== null).length;
  let counter = 0;
  return {
    attemptId: sitting.attemptId,
    closing: 1,
    analyticsId: sitting.analyticsId,
    sessionId: sitting.sessionId,
    agency: sitting.agency,
    form: reference,
    jobLevel: sitting.jobLevel,
    performance: null,
    closedBy: 'submitted',
    startedAt: new Date(startsAtMs).toISOString(),
    closedAt: new Date(closedAtMs).toISOString(),
    creditedSeconds: sitting.creditedSeconds,
    resumes: sitting.resumes,
    itemIds: form.items.map(({ itemId }) => itemId),
    responses,
    seqs: responses.map((response) => (response === null ? null : EPOCH_FACTOR + ++counter)),
    answeredAt: times,
    receivedAt: times,
    revisions: responses.map((response) => (response === null ? 0 : 1)),
    counts: {
      recorded: answered,
      counted: answered,
      superseded: 0,
      late: 0,
      olderEpoch: 0,
      unexpected: 0,
      conflicts: 0,
    },
  };
}

/** The key with the probability of the model, else one of the other options. */
function answerTo({ key, a, b }: AnsweredItem, theta: number, random: SeededRandom): string {
  if (random.next() < 1 / (1 + Math.exp(-a * (theta - b)))) return key;
  return random.pick(OPTIONS.filter((option) => option !== key));
}
