import type { HistoryEvidence, Operation, Try } from '../checker/evidence';

export interface AnswerTry extends Try {
  readonly operation: Operation;
}

/** Every sending of every answer. */
export function answerTries({ operations }: HistoryEvidence): AnswerTry[] {
  return operations
    .filter(({ kind }) => kind === 'answer')
    .flatMap((operation) => operation.tries.map((one) => ({ ...one, operation })));
}

/** Answers whose receipts came between the first injection and the last healing. */
export function acknowledgedDuring(history: HistoryEvidence): number {
  const { fromMs, untilMs } = faultWindow(history);
  return answerTries(history).filter(
    ({ outcome }) => outcome?.outcome === 'ok' && outcome.atMs > fromMs && outcome.atMs < untilMs,
  ).length;
}

export function faultWindow({ faults }: HistoryEvidence): { fromMs: number; untilMs: number } {
  const times = (wanted: 'heal' | 'inject') => faults.filter(({ step }) => step === wanted).map(({ atMs }) => atMs);
  return { fromMs: Math.min(...times('inject')), untilMs: Math.max(...times('heal')) };
}

/** The gateway refuses early where its process gets too little of the machine, fault or no fault. */
const BUSY_MACHINE = 'answer.overloaded';
/** Share of the sendings by which a fault may seem to add to that, since the machine is not equally busy throughout. */
const BUSIER_BY_CHANCE = 0.01;
const NAMED_MAX = 5;

/**
 * What a fault did to answers sent under it where it should have done nothing: no refusal and no silence but for a busy
 * machine, and not more of that than the same run had before and after.
 */
export function refusalsDuring(history: HistoryEvidence): string[] {
  const { fromMs, untilMs } = faultWindow(history);
  const isDuring = ({ intent: { atMs } }: AnswerTry) => atMs > fromMs && atMs < untilMs;
  const tries = answerTries(history);
  const [during, otherwise] = [tries.filter(isDuring), tries.filter((one) => !isDuring(one))];
  const problems = during
    .filter(({ outcome }) => outcome?.outcome !== 'ok' && outcome?.code !== BUSY_MACHINE)
    .map(({ operation, outcome }) => `answer ${operation.op} was not acknowledged (${outcome?.code ?? 'silence'})`);
  const [busyDuring, busyOtherwise] = [busyShare(during), busyShare(otherwise)];
  if (busyDuring <= busyOtherwise + BUSIER_BY_CHANCE) return problems.slice(0, NAMED_MAX);
  const [share, usual] = [busyDuring, busyOtherwise].map((one) => `${(one * 100).toFixed(1)} %`);
  return [...problems.slice(0, NAMED_MAX), `${share} were refused as overload under the fault, ${usual} without it`];
}

function busyShare(tries: readonly AnswerTry[]): number {
  return tries.filter(({ outcome }) => outcome?.code === BUSY_MACHINE).length / Math.max(1, tries.length);
}
