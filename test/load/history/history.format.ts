/**
 * What the load driver did and what it was told, one JSON document a line. Every operation has an intent, written before
 * the first byte is sent, and an outcome once it is known; a repeat is a further try of the same operation. What has an
 * intent and no outcome is unknown. Nothing here is the product's: a checker may read it without trusting the product.
 */
export type HistoryLine = RunLine | IntentLine | OutcomeLine | FaultLine | EndLine;

export const OPERATION_KINDS = [
  'login',
  'start',
  'form',
  'answer',
  'read',
  'submit',
  'pause',
  'resume',
  'credit',
  'move',
  'finish',
  'reopen',
  'accept-older-epoch',
  'seal',
  'open',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** First line of a history. */
export interface RunLine {
  readonly phase: 'run';
  readonly seed: number;
  readonly commit: string;
  readonly startedMs: number;
  readonly log: 'postgres' | 'kafka';
  /** As `GET /v1/keys` shows them. */
  readonly publicKeys: readonly object[];
}

export interface IntentLine extends Partial<AnswerFields>, Partial<CommandFields> {
  readonly op: string;
  readonly phase: 'intent';
  readonly kind: OperationKind;
  /** When it was written. */
  readonly atMs: number;
  /** When the schedule wanted it sent. */
  readonly intendedMs: number;
  /** From 1. */
  readonly try: number;
  readonly gateway: string;
  readonly attemptId?: string;
  readonly sessionId?: string;
}

export interface AnswerFields {
  readonly epoch: number;
  readonly itemId: string;
  readonly seq: number;
  readonly response: string;
  readonly answeredAt: string;
}

/** What a command asks for, as its body says it. */
export interface CommandFields {
  readonly seat: string;
  readonly seconds: number;
  readonly reasonCode: string;
  readonly participantNumber: string;
}

/**
 * `ok`: the reply says that it was done. `fail`: certainly without effect. `unknown`: everything else. The operation as
 * a whole is ok if any try was ok, and failed only if no try was ok or unknown.
 */
export type Outcome = 'ok' | 'fail' | 'unknown';

export interface OutcomeLine {
  readonly op: string;
  readonly phase: 'outcome';
  readonly kind: OperationKind;
  readonly atMs: number;
  readonly try: number;
  readonly outcome: Outcome;
  /** Code of the refusal, HTTP status, or the name of the connection's error. */
  readonly code: string;
  /** Of an acknowledged answer, as signed. */
  readonly receipt?: ReceiptFields;
  /** Of a read: `[seq, itemId, verdict]` of each answer shown. */
  readonly answers?: readonly (readonly [seq: number, itemId: string, verdict: string])[];
  /** Of a read: the attempt's status. */
  readonly status?: string;
  /** Of a command, login or start: the reply without tokens, PINs and keys. */
  readonly reply?: object;
}

export interface ReceiptFields {
  readonly attemptId: string;
  readonly itemId: string;
  readonly seq: number;
  readonly commitment: string;
  readonly partition: number;
  readonly offset: number;
  readonly receivedAt: string;
  readonly kid: string;
  readonly signature: string;
}

export interface FaultLine {
  readonly phase: 'fault';
  readonly atMs: number;
  readonly name: string;
  readonly step: 'inject' | 'heal' | 'hit';
  readonly detail?: string;
}

/** Last line of a history that was not cut off. */
export interface EndLine {
  readonly phase: 'end';
  readonly atMs: number;
}
