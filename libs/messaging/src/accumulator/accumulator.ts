import type { EventLog } from '../log/event-log';
import type { Runtime } from '../log/runtime';
import { AccumulatorFull, AppendRefused } from './append-errors';
import { Lane, type SentBatch } from './lane';

// A request waits this long for company: a tenth of what an acknowledgement takes anyway.
const LINGER_MS = 5;
// From 256 records on a batch costs no less per record; 500 keep one append within a few milliseconds.
const BATCH_RECORDS_MAX = 500;
// What one append to a partition's leader takes.
const BATCH_BYTES_MAX = 1_000_000;
// Two seconds of a gateway's full load: more would only expire while it waits.
const QUEUE_RECORDS_MAX = 5_000;
// 5,000 records of 4 KB.
const QUEUE_BYTES_MAX = 20_000_000;
// The platform's append limit: markers of deadlines count on nothing being appended later than this after its receipt.
const DEADLINE_MS = 8_000;

export interface AccumulatorLimits {
  readonly lingerMs: number;
  readonly batchRecords: number;
  readonly batchBytes: number;
  /** Of everything that is held: waiting, or handed to the log without an answer yet. */
  readonly queueRecords: number;
  readonly queueBytes: number;
  readonly deadlineMs: number;
}

export const ACCUMULATOR_LIMITS: AccumulatorLimits = {
  lingerMs: LINGER_MS,
  batchRecords: BATCH_RECORDS_MAX,
  batchBytes: BATCH_BYTES_MAX,
  queueRecords: QUEUE_RECORDS_MAX,
  queueBytes: QUEUE_BYTES_MAX,
  deadlineMs: DEADLINE_MS,
};

export interface AppendedAt {
  readonly partition: number;
  readonly offset: number;
}

export interface AccumulatorFigures {
  /** Held now: waiting, or handed to the log without an answer yet. */
  readonly queuedRecords: number;
  readonly queuedBytes: number;
  readonly batchesInFlight: number;
  /** Since the start. */
  readonly batchesSent: number;
  readonly recordsAppended: number;
  readonly recordsRefused: number;
  readonly recordsUnknown: number;
  readonly recordsTurnedAway: number;
}

/**
 * Many small appends become few. One batch is in flight per lane of the log, and the next one grows meanwhile, so that
 * batches adapt to the load by themselves. Every queue is bounded, every waiter has a deadline, and a waiter is told
 * `appended` only what the log said of its own record.
 */
export class Accumulator {
  private readonly lanes = new Map<string, Lane>();
  private readonly limits: AccumulatorLimits;
  private heldRecords = 0;
  private heldBytes = 0;
  private turnedAway = 0;
  private isClosed = false;

  /** @param observe called after each answer of the log, for histograms of sizes and times */
  constructor(
    private readonly log: EventLog,
    private readonly topic: string,
    limits: Partial<AccumulatorLimits>,
    private readonly runtime: Runtime,
    private readonly observe: (batch: SentBatch) => void = () => undefined,
  ) {
    this.limits = { ...ACCUMULATOR_LIMITS, ...limits };
  }

  /** Rejects with AppendRefused, AppendUnknown or AccumulatorFull. */
  append(key: string, value: string): Promise<AppendedAt> {
    if (this.isClosed) return Promise.reject(new AppendRefused('the accumulator is closed'));
    const bytes = Buffer.byteLength(key) + Buffer.byteLength(value);
    const lane = this.laneOf(key);
    const isFull = this.heldRecords >= this.limits.queueRecords || this.heldBytes + bytes > this.limits.queueBytes;
    if (isFull || lane.isFull) {
      this.turnedAway += 1;
      return Promise.reject(new AccumulatorFull());
    }
    this.heldRecords += 1;
    this.heldBytes += bytes;
    return lane.append({ key, value }, bytes);
  }

  /** Sends without lingering; resolves when everything taken before has its answer. */
  async flush(): Promise<void> {
    await Promise.all([...this.lanes.values()].map((lane) => lane.flush()));
  }

  /** Takes nothing more, and waits for the answers to what it has taken. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.flush();
    for (const lane of this.lanes.values()) lane.close();
  }

  get figures(): AccumulatorFigures {
    const lanes = [...this.lanes.values()];
    const sum = (figure: (lane: Lane) => number) => lanes.reduce((total, lane) => total + figure(lane), 0);
    return {
      queuedRecords: this.heldRecords,
      queuedBytes: this.heldBytes,
      batchesInFlight: sum((lane) => (lane.isInFlight ? 1 : 0)),
      batchesSent: sum((lane) => lane.batchesSent),
      recordsAppended: sum((lane) => lane.counts.appended),
      recordsRefused: sum((lane) => lane.counts.refused),
      recordsUnknown: sum((lane) => lane.counts.unknown),
      recordsTurnedAway: this.turnedAway,
    };
  }

  private laneOf(key: string): Lane {
    const name = this.log.laneOf?.(this.topic, key) ?? '';
    let lane = this.lanes.get(name);
    if (!lane) {
      const release = (records: number, bytes: number) => {
        this.heldRecords -= records;
        this.heldBytes -= bytes;
      };
      lane = new Lane(this.log, this.topic, this.limits, this.runtime, { release, observe: this.observe });
      this.lanes.set(name, lane);
    }
    return lane;
  }
}
