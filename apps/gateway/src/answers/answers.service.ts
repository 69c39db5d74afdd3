import type { ServerClock } from '@app/bootstrap';
import { type AnswerSubmitted, DomainError, type ErrorCode, SEQ_EPOCH_FACTOR, buildEvent } from '@app/contracts';
import type { AttemptClaims } from '@app/access';
import { type Accumulator, AccumulatorFull, AppendRefused, type Runtime } from '@app/messaging';
import type { Commitments, Receipt, ReceiptSigner } from '@app/receipts';
import { isTracingRecords } from '@app/observability';
import type { AttemptView } from '@app/views';
import { Logger } from '@nestjs/common';
import { stampOf } from './answer-stamp';
import type { AnswersMetrics } from './answers.metrics';
import type { AttemptViewCache } from './attempt-view.cache';
import type { LoadShedder } from './load-shedder';
import { type SubmittedAnswer, readAnswers } from './submit-answers.schema';

const SOURCE = '/petabakat/gateway';
/** Tells conflicting payloads of one `seq` apart in the event id; the fold compares whole commitments. */
const ID_COMMITMENT_DIGITS = 12;

export interface AnswersReply {
  readonly receipts: readonly Receipt[];
  readonly serverTime: string;
  /** Of the attempt, as last seen; null where this gateway does not know it. */
  readonly deadline: string | null;
}

export type AnswerOutcome = 'appended' | 'not-appended' | 'overloaded' | 'unknown';

type Appended = { readonly outcome: 'appended'; readonly receipt: Receipt };
type Failed = { readonly outcome: Exclude<AnswerOutcome, 'appended'>; readonly seq: number };

export interface AnswersServiceParts {
  readonly accumulator: Accumulator;
  readonly views: AttemptViewCache;
  readonly commitments: Commitments;
  readonly signer: ReceiptSigner;
  readonly shedder: LoadShedder;
  readonly metrics: AnswersMetrics;
  readonly clock: ServerClock;
  readonly runtime: Runtime;
}

/** Brings answers into the log and says about each what became of it; acknowledges only what the log holds. */
export class AnswersService {
  private readonly logger = new Logger(AnswersService.name);

  constructor(private readonly parts: AnswersServiceParts) {}

  /** @param body as parsed from JSON, otherwise unchecked */
  async submit(claims: AttemptClaims, body: unknown, correlationId: string | undefined): Promise<AnswersReply> {
    const answers = readAnswers(body);
    assertEpoch(claims, answers);
    const view = await this.admittingView(claims, answers);
    // Stamped right before the append: the closing marker counts on an append within the limit after this moment.
    const { clock, shedder, runtime } = this.parts;
    const seqs = answers.map(({ seq }) => seq);
    const receivedAtMs = stampOf(clock, shedder, seqs);
    const stampedAtMs = runtime.monotonicMs();
    const receivedAt = new Date(receivedAtMs).toISOString();
    const results = await Promise.all(
      answers.map((answer) => this.append(claims.attemptId, answer, receivedAt, correlationId)),
    );
    for (const { outcome } of results) this.parts.metrics.countAnswer(outcome);
    const receipts = results.filter(isAppended).map(({ receipt }) => receipt);
    if (isTracingRecords()) this.trace(receipts, correlationId);
    const failures = results.filter((result) => !isAppended(result));
    if (failures.length > 0) throw this.failureOf(failures, receipts);
    return {
      receipts,
      // Carried on from the stamp: what stands in the log is acknowledged, whatever the clock has done since.
      serverTime: new Date(receivedAtMs + runtime.monotonicMs() - stampedAtMs).toISOString(),
      deadline: view === null || view.deadlineMs === null ? null : new Date(view.deadlineMs).toISOString(),
    };
  }

  /** The view that lets the answers pass; null where nothing is known, in which case the fold decides. */
  private async admittingView(claims: AttemptClaims, answers: readonly SubmittedAnswer[]): Promise<AttemptView | null> {
    const cached = await this.parts.views.get(claims.attemptId);
    if (cached === null || refusalOf(cached, claims, answers) === null) return cached;
    // The attempt may have been reopened within the second that the view was cached.
    const view = await this.parts.views.read(claims.attemptId);
    const refusal = view && refusalOf(view, claims, answers);
    if (refusal) throw refusal;
    return view;
  }

  private async append(
    attemptId: string,
    answer: SubmittedAnswer,
    receivedAt: string,
    correlationId: string | undefined,
  ): Promise<Appended | Failed> {
    const { itemId, seq, response, answeredAt } = answer;
    const commitment = this.parts.commitments.commit({ attemptId, itemId, seq, response });
    const event = buildEvent<AnswerSubmitted>('answerSubmitted', {
      id: `${attemptId}/${seq}/${commitment.slice(0, ID_COMMITMENT_DIGITS)}`,
      source: SOURCE,
      subject: attemptId,
      time: receivedAt,
      correlationId,
      data: { attemptId, itemId, seq, response, answeredAt, receivedAt, commitment },
    });
    let position: { partition: number; offset: number };
    try {
      position = await this.parts.accumulator.append(attemptId, JSON.stringify(event));
    } catch (error) {
      return { outcome: failedOutcomeOf(error), seq };
    }
    const receipt = await this.parts.signer.sign({ attemptId, itemId, seq, commitment, ...position, receivedAt });
    return { outcome: 'appended', receipt };
  }

  private trace(receipts: readonly Receipt[], correlationId: string | undefined): void {
    for (const { attemptId, seq, partition, offset } of receipts) {
      this.logger.debug({ message: 'an answer was recorded', attemptId, seq, partition, offset, correlationId });
    }
  }

  private failureOf(failures: readonly Failed[], receipts: readonly Receipt[]): DomainError {
    const seqsOf = (certain: boolean) =>
      failures.filter(({ outcome }) => (outcome !== 'unknown') === certain).map(({ seq }) => seq);
    return new DomainError(codeOf(failures, receipts), undefined, {
      retryAfterSeconds: this.parts.shedder.retryAfterSeconds(),
      // What stands in the log needs no repeat, although the request as a whole has failed.
      extra: { receipts, notAppended: seqsOf(true), unknown: seqsOf(false) },
    });
  }
}

function assertEpoch(claims: AttemptClaims, answers: readonly SubmittedAnswer[]): void {
  const at = answers.findIndex(({ seq }) => Math.floor(seq / SEQ_EPOCH_FACTOR) !== claims.epoch);
  if (at < 0) return;
  const problems = [{ at: `answers.${at}.seq`, message: `is not of epoch ${claims.epoch}` }];
  throw new DomainError('answer.epoch-mismatch', undefined, { problems });
}

function refusalOf(view: AttemptView, claims: AttemptClaims, answers: readonly SubmittedAnswer[]): DomainError | null {
  if (view.status === 'closed') return new DomainError('attempt.closed');
  if (claims.epoch < view.epoch) return new DomainError('attempt.superseded');
  const at = answers.findIndex(({ itemId }) => !view.itemIds.includes(itemId));
  if (at < 0) return null;
  const problems = [{ at: `answers.${at}.itemId`, message: 'is not an item of the form' }];
  return new DomainError('attempt.unknown-item', undefined, { problems });
}

/** Whatever is not certainly outside the log has to be called unknown. */
function failedOutcomeOf(error: unknown): Failed['outcome'] {
  if (error instanceof AccumulatorFull) return 'overloaded';
  return error instanceof AppendRefused ? 'not-appended' : 'unknown';
}

function codeOf(failures: readonly Failed[], receipts: readonly Receipt[]): ErrorCode {
  if (failures.some(({ outcome }) => outcome === 'unknown')) return 'answer.unknown';
  const nothingTaken = receipts.length === 0 && failures.every(({ outcome }) => outcome === 'overloaded');
  return nothingTaken ? 'answer.overloaded' : 'answer.not-appended';
}

function isAppended(result: Appended | Failed): result is Appended {
  return result.outcome === 'appended';
}
