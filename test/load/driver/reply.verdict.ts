import type { OperationKind, Outcome, ReceiptFields } from '../history/history.format';
import { NoReply, NotSent } from './http.connection';
import type { HttpReply } from './http.response';

/** What a try came to. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly code: string;
  readonly wasSent: boolean;
  /** Whether the same request may succeed later. */
  readonly mayRepeat: boolean;
  readonly retryAfterMs: number | null;
}

export type Body = Readonly<Record<string, unknown>>;

const OK_MIN = 200;
const OK_MAX = 299;
const TOO_MANY = 429;
const SERVER_ERROR_MIN = 500;

/** Refusals that are certain to have had no effect, although their status alone would not say so. */
const CERTAIN_CODES: ReadonlySet<string> = new Set(['answer.not-appended', 'answer.overloaded', 'service.clock-wrong']);

export function verdictOf(reply: HttpReply, body: Body): Verdict {
  const { status, retryAfterMs } = reply;
  if (status >= OK_MIN && status <= OK_MAX)
    return { outcome: 'ok', code: String(status), wasSent: true, mayRepeat: false, retryAfterMs };
  const code = typeof body.code === 'string' ? body.code : String(status);
  const isCertain = CERTAIN_CODES.has(code) || status < SERVER_ERROR_MIN;
  const mayRepeat = status >= SERVER_ERROR_MIN || status === TOO_MANY;
  return { outcome: isCertain ? 'fail' : 'unknown', code, wasSent: true, mayRepeat, retryAfterMs };
}

export function verdictOfError(error: unknown): Verdict {
  if (error instanceof NotSent) {
    return { outcome: 'fail', code: error.code, wasSent: false, mayRepeat: true, retryAfterMs: null };
  }
  if (error instanceof NoReply) {
    return { outcome: 'unknown', code: error.code, wasSent: true, mayRepeat: true, retryAfterMs: null };
  }
  throw error;
}

/** Each answer of a request by itself: a refused request may have brought some of its answers into the log. */
export function answerVerdictOf(
  whole: Verdict,
  body: Body,
  seq: number,
): { verdict: Verdict; receipt?: ReceiptFields } {
  const receipt = receiptsOf(body).find((one) => one.seq === seq);
  if (receipt) return { verdict: { ...whole, outcome: 'ok', code: 'receipt', mayRepeat: false }, receipt };
  // A reply that acknowledges the request without a receipt for this answer has acknowledged nothing.
  if (whole.outcome === 'ok') return { verdict: { ...whole, outcome: 'unknown', code: 'no-receipt', mayRepeat: true } };
  if (listed(body.unknown, seq)) return { verdict: { ...whole, outcome: 'unknown', code: 'answer.unknown' } };
  if (listed(body.notAppended, seq)) return { verdict: { ...whole, outcome: 'fail', code: 'answer.not-appended' } };
  return { verdict: whole };
}

function receiptsOf({ receipts }: Body): readonly ReceiptFields[] {
  return Array.isArray(receipts) ? (receipts as ReceiptFields[]) : [];
}

function listed(seqs: unknown, seq: number): boolean {
  return Array.isArray(seqs) && seqs.includes(seq);
}

/** An empty object where the body is none that a verdict could stand on. */
export function bodyOf({ body }: HttpReply): Body {
  if (!body.startsWith('{')) return {};
  try {
    return JSON.parse(body) as Body;
  } catch {
    return {};
  }
}

const SECRETS: ReadonlySet<string> = new Set(['token', 'formKey', 'pin', 'sealed']);

/** What of a reply goes into the history. */
export function shownOf(
  kind: OperationKind,
  body: Body,
): { answers?: [number, string, string][]; status?: string; reply?: object } {
  if (kind === 'read') {
    const answers = (body.answers as { seq: number; itemId: string; verdict: string }[] | undefined) ?? [];
    return { answers: answers.map((one) => [one.seq, one.itemId, one.verdict]), status: String(body.status) };
  }
  return { reply: Object.fromEntries(Object.entries(body).filter(([name]) => !SECRETS.has(name))) };
}
