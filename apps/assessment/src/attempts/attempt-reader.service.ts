import { DomainError, TOPICS, isoTime } from '@app/contracts';
import { type Runtime, partitionOf } from '@app/messaging';
import type { Commitments } from '@app/receipts';
import type { DataSource } from 'typeorm';
import type { AttemptBarrier } from './attempt-barrier';
import type { AttemptsRepository } from './attempts.repository';
import { type AttemptHeader, type AttemptState, deadlineOf, epochOf, statusOf } from './domain/attempt-state';
import { type Verdict, verdicts } from './domain/judgement';

export interface AttemptReading {
  readonly attemptId: string;
  readonly status: string;
  readonly epoch: number;
  readonly seat: string;
  readonly startedAt: string | null;
  readonly deadline: string | null;
  readonly serverTime: string;
  readonly closing: number;
  readonly closedBy: string | null;
  /** Open dead letters: while there are any, the responses are not published. */
  readonly deadLetters: readonly number[];
  readonly conflicts: number;
  /** Every recorded answer, in the order of `seq`. */
  readonly answers: readonly {
    readonly itemId: string;
    readonly seq: number;
    readonly response: unknown;
    readonly answeredAt: string;
    readonly receivedAt: string;
    readonly commitment: string;
    /** Opens the commitment, base64url. */
    readonly salt: string;
    readonly offset: number;
    readonly verdict: Verdict;
  }[];
}

/** Reads attempts behind the barrier: never fewer answers than the reader holds receipts for. */
export class AttemptReader {
  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: AttemptsRepository,
    private readonly barrier: AttemptBarrier,
    private readonly commitments: Commitments,
    private readonly runtime: Runtime,
  ) {}

  /** @throws DomainError `attempt.unknown`, `attempt.catching-up` */
  async read(attemptId: string): Promise<AttemptReading> {
    const state = await this.state(attemptId);
    const { header } = state;
    if (!header) throw new DomainError('attempt.unknown');
    const deadlineMs = deadlineOf(header);
    return {
      attemptId,
      status: statusOf(header),
      epoch: epochOf(header),
      seat: header.seat,
      startedAt: header.startedAtMs === null ? null : isoTime(header.startedAtMs),
      deadline: deadlineMs === null ? null : isoTime(deadlineMs),
      serverTime: isoTime(this.runtime.nowMs()),
      closing: header.closing,
      closedBy: header.marker?.cause ?? null,
      deadLetters: header.openDeadLetters,
      conflicts: header.conflicts,
      answers: verdicts(state).map(({ answer, verdict }) => ({
        itemId: answer.itemId,
        seq: answer.seq,
        response: answer.response,
        answeredAt: answer.answeredAt,
        receivedAt: isoTime(answer.receivedAtMs),
        commitment: answer.commitment,
        salt: this.commitments.salt(attemptId, answer.seq).toString('base64url'),
        offset: answer.offset,
        verdict,
      })),
    };
  }

  /** The attempt as of everything appended before the call. @throws DomainError `attempt.unknown`, `attempt.catching-up` */
  async header(attemptId: string): Promise<AttemptHeader> {
    await this.barrier.reached(partitionOf(attemptId, TOPICS.attempts.partitions));
    const header = await this.repository.header(this.dataSource.manager, attemptId);
    if (!header) throw new DomainError('attempt.unknown');
    return header;
  }

  /** The same with every answer. The header is null where the attempt does not exist. */
  async state(attemptId: string): Promise<AttemptState> {
    await this.barrier.reached(partitionOf(attemptId, TOPICS.attempts.partitions));
    // One snapshot: the fold may go on between the two statements that load an attempt.
    const states = await this.dataSource.transaction('REPEATABLE READ', (manager) =>
      this.repository.load(manager, { attemptIds: [], wholeIds: [attemptId], touched: [] }),
    );
    return states.get(attemptId)!;
  }
}
