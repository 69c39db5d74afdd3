import type { HistoryEvidence, Operation, Try } from '../checker/evidence';

interface AnswerTry extends Try {
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

/** Why answers that were sent under the fault were not acknowledged at once, other than by a busy machine. */
export function refusalsDuring(history: HistoryEvidence): string[] {
  const { fromMs, untilMs } = faultWindow(history);
  return answerTries(history)
    .filter(({ intent }) => intent.atMs > fromMs && intent.atMs < untilMs)
    .filter(({ outcome }) => outcome?.outcome !== 'ok' && outcome?.code !== BUSY_MACHINE)
    .map(({ operation, outcome }) => `answer ${operation.op} was not acknowledged (${outcome?.code ?? 'silence'})`);
}
