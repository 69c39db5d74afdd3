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
