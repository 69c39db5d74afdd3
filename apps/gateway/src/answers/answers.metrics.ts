import type { SentBatch } from '@app/messaging';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AnswerOutcome } from './answers.service';

/** From the accumulator's own 5 ms up to the append limit of 8 s. */
const ACKNOWLEDGEMENT_BUCKETS_SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8, 10];

const OUTCOMES: readonly AnswerOutcome[] = ['appended', 'not-appended', 'overloaded', 'unknown'];

/** One answer alone up to what one append takes. */
const BATCH_BUCKETS_RECORDS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** What the answer route says about itself; docs/operations.md names the alarms that stand on it. */
export class AnswersMetrics {
  private readonly acknowledgement: Histogram;
  private readonly answers: Counter<'outcome'>;
  private readonly requests: Counter<'code'>;

  private readonly batchRecords: Histogram;

  constructor(private readonly registry: Registry) {
    this.acknowledgement = new Histogram({
      name: 'petabakat_answer_acknowledgement_seconds',
      help: 'From the request to the receipts, of requests whose answers were all appended',
      buckets: ACKNOWLEDGEMENT_BUCKETS_SECONDS,
      registers: [registry],
    });
    this.answers = new Counter({
      name: 'petabakat_answers_total',
      help: 'Answers brought to the log, by what became of them',
      labelNames: ['outcome'],
      registers: [registry],
    });
    // A counter that appears with its first event has not increased, and an alarm that waits for an increase stays silent.
    for (const outcome of OUTCOMES) this.answers.inc({ outcome }, 0);
    this.requests = new Counter({
      name: 'petabakat_answer_requests_total',
      help: 'Requests of the answer route, by the code they got',
      labelNames: ['code'],
      registers: [registry],
    });
    this.batchRecords = new Histogram({
      name: 'petabakat_answer_batch_records',
      help: 'Answers that went to the log together',
      buckets: BATCH_BUCKETS_RECORDS,
      registers: [registry],
    });
  }

  /** @param queuedRecords asked whenever the metrics are read */
  watchQueue(queuedRecords: () => number): void {
    new Gauge({
      name: 'petabakat_answer_queue_records',
      help: 'Answers that wait for the log',
      registers: [this.registry],
      collect() {
        this.set(queuedRecords());
      },
    });
  }

  observeBatch({ records }: SentBatch): void {
    this.batchRecords.observe(records);
  }

  countAnswer(outcome: AnswerOutcome): void {
    this.answers.inc({ outcome });
  }

  /** @param code `ok`, or the code of the refusal */
  countRequest(code: string): void {
    this.requests.inc({ code });
  }

  acknowledged(durationMs: number): void {
    this.acknowledgement.observe(durationMs / 1_000);
  }
}
