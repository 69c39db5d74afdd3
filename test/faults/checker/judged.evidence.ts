import type { ReceiptFields } from '../../load/history/history.format';
import type { AttemptTables, CommonTables, HistoryEvidence, Operation, Try } from './evidence';
import type { JudgedLog } from './log.judge';
import type { PartitionShape } from './log.shapes';
import type { RolloutJudge } from './rollout.judge';

/** An answer as the driver knows it: what it sent, and every receipt that it got for it. */
export interface SentAnswer {
  readonly operation: Operation;
  readonly attemptId: string;
  readonly seq: number;
  readonly itemId: string;
  readonly response: unknown;
  readonly firstSentMs: number;
  readonly receipts: readonly { readonly receipt: ReceiptFields; readonly atMs: number }[];
}

/** What properties of attempts look at: all attempts of a run, or some with everything that belongs to them. */
export interface JudgedEvidence {
  readonly history: HistoryEvidence;
  readonly log: JudgedLog;
  readonly tables: AttemptTables & Pick<CommonTables, 'packages' | 'takenAtMs'>;
  readonly answers: readonly SentAnswer[];
  readonly commitmentSecret?: Buffer;
  readonly isUnsigned?: true;
}

/** What properties of the run as a whole look at. */
export interface CommonEvidence extends CommonTables {
  readonly faults: HistoryEvidence['faults'];
  readonly shapes: ReadonlyMap<string, PartitionShape>;
  /** Of all events that are no answers, by position. */
  readonly eventIds: ReadonlyMap<string, string>;
  readonly rollout: RolloutJudge;
}

export function sentAnswers(history: HistoryEvidence): SentAnswer[] {
  return history.operations.filter(({ kind }) => kind === 'answer').map(sentAnswer);
}

function sentAnswer(operation: Operation): SentAnswer {
  const { intent } = operation.tries[0]!;
  const receipts = operation.tries.flatMap(({ outcome }: Try) =>
    outcome?.outcome === 'ok' && outcome.receipt ? [{ receipt: outcome.receipt, atMs: outcome.atMs }] : [],
  );
  return {
    operation,
    attemptId: intent.attemptId!,
    seq: intent.seq!,
    itemId: intent.itemId!,
    response: intent.response,
    firstSentMs: intent.atMs,
    receipts,
  };
}

/** An answer is its attempt, its `seq` and what it says. */
export function answerKey(answer: {
  readonly attemptId: string;
  readonly seq: number;
  readonly itemId: string;
  readonly response: unknown;
}): string {
  return JSON.stringify([answer.attemptId, answer.seq, answer.itemId, answer.response]);
}

export function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

/** JSON with the keys of every object in order: columns and events write the same thing in different orders. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Names an answer's operation so that a person finds it in the history. */
export function nameOf(answer: SentAnswer): string {
  return `answer ${answer.attemptId} seq ${answer.seq} (op ${answer.operation.op})`;
}
