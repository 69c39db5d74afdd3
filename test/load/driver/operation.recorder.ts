import { randomUUID } from 'node:crypto';
import type { IntentLine, OperationKind, OutcomeLine } from '../history/history.format';
import type { HistoryWriter } from '../history/history.writer';
import { nowMs, rounded } from './clock';
import type { DriverFigures } from './driver.figures';
import type { Verdict } from './reply.verdict';

/** What an operation asks for; the same for all its tries. */
export type OperationFields = Omit<IntentLine, 'op' | 'phase' | 'kind' | 'atMs' | 'intendedMs' | 'try' | 'gateway'>;

export interface Operation {
  readonly op: string;
  readonly kind: OperationKind;
  readonly intendedMs: number;
  readonly fields: OperationFields;
  /** Tries so far. */
  tries: number;
}

export function newOperation(kind: OperationKind, intendedMs: number, fields: OperationFields): Operation {
  return { op: randomUUID(), kind, intendedMs, fields, tries: 0 };
}

/** Writes each try into the history, its intent before anything is sent, and counts it. */
export class OperationRecorder {
  constructor(
    private readonly history: HistoryWriter,
    private readonly figures: DriverFigures,
  ) {}

  /** Resolves when the intents may be followed by the request. */
  intend(operations: readonly Operation[], gateway: string): Promise<void> {
    const atMs = rounded(nowMs());
    for (const operation of operations) {
      operation.tries += 1;
      if (operation.tries > 1) this.figures.repeated();
      const { op, kind, fields, tries } = operation;
      const intendedMs = rounded(operation.intendedMs);
      this.history.add({ op, phase: 'intent', kind, atMs, intendedMs, ...fields, try: tries, gateway });
    }
    return this.history.written();
  }

  conclude(
    { op, kind, intendedMs, tries }: Operation,
    { outcome, code, wasSent }: Verdict,
    details: Partial<Pick<OutcomeLine, 'answers' | 'receipt' | 'reply' | 'status'>> = {},
  ): void {
    const atMs = nowMs();
    this.history.add({ op, phase: 'outcome', kind, atMs: rounded(atMs), try: tries, outcome, code, ...details });
    if (outcome === 'ok') this.figures.done(kind, atMs - intendedMs);
    else this.figures.notDone(kind, outcome, code, wasSent);
  }
}
