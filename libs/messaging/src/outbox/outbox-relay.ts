import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { AppendOutcome, EventLog } from '../log/event-log';
import { grouped } from '../log/grouped';
import type { Runtime } from '../log/runtime';
import { announcePublished, onOutboxWake } from './outbox-signals';
import type { OutboxStore, PublishedRow, WaitingRow } from './outbox-store';
import { SqlOutboxStore } from './sql-outbox-store';

export const RELAY_LIMITS = {
  /** Rows of one round; one statement takes them, one marks them. So many held-up rows begin to hold up other keys. */
  rowsMax: 500,
  /** Bytes of one round: below the 1 MiB that a broker takes at once, even if all rows go to one partition. */
  bytesMax: 800_000,
  /** How often a relay that does not lead asks again: the pause in publishing after the leader died. */
  standbyMs: 1_000,
  /** Polling of an empty outbox, from the first pause to the longest. Commits in this process wake the relay anyway. */
  idleFirstMs: 10,
  idleLongestMs: 250,
  /** Pauses after a round that failed. Short at the top: during an outage every command waits for the relay. */
  failureFirstMs: 50,
  failureLongestMs: 2_000,
  /** Published rows stay for an hour: long enough for everybody who waits for one, and for a look after an incident. */
  keepPublishedMs: 3_600_000,
  sweepEveryMs: 60_000,
  /** Rows deleted by one statement; small enough not to hold up a round. */
  sweepRowsMax: 1_000,
  /** Pause between two steps of one sweep. */
  sweepStepMs: 200,
} as const;

export interface OutboxRelayOptions {
  readonly log: EventLog;
  readonly runtime: Runtime;
}

export interface SqlOutboxRelayOptions extends OutboxRelayOptions {
  readonly dataSource: DataSource;
  readonly schema: string;
}

export interface SimulatedOutboxRelayOptions extends OutboxRelayOptions {
  readonly store: OutboxStore;
}

export interface RelayFigures {
  readonly leading: boolean;
  readonly published: number;
  /** Appends that the log refused or could not vouch for; each was or will be repeated. */
  readonly repeated: number;
  /** Rounds in which the database or the log could not be reached at all. */
  readonly failedRounds: number;
}

/**
 * Publishes a schema's outbox in the order of its ids and marks only what the log acknowledged. What is unknown is
 * appended again: event ids are deterministic, so a second copy has no effect.
 *
 * A row behind a failed row of the same key counts as failed too, even where the log took it: its last copy must stand
 * behind the row before it.
 */
export class OutboxRelay {
  private readonly store: OutboxStore;
  private readonly dataSource: DataSource | null;
  private readonly logger = new Logger(OutboxRelay.name);
  private loop: Promise<void> | null = null;
  private stopping = false;
  private abortPause: (() => void) | null = null;
  private wakePause: (() => void) | null = null;
  private woken = false;
  private stopListening: () => void = () => undefined;
  private emptyRounds = 0;
  private failuresInRow = 0;
  private nextSweepAtMs = 0;
  private leading = false;
  private published = 0;
  private repeated = 0;
  private failedRounds = 0;

  constructor(private readonly options: SqlOutboxRelayOptions | SimulatedOutboxRelayOptions) {
    this.dataSource = 'dataSource' in options ? options.dataSource : null;
    this.store = 'store' in options ? options.store : new SqlOutboxStore(options.dataSource, options.schema);
  }

  get figures(): RelayFigures {
    const { leading, published, repeated, failedRounds } = this;
    return { leading, published, repeated, failedRounds };
  }

  start(): void {
    if (this.loop) throw new Error('the relay runs already');
    this.stopping = false;
    if (this.dataSource) this.stopListening = onOutboxWake(this.dataSource, () => this.wake());
    this.loop = this.run();
  }

  /** Says that rows may be waiting. Cuts short the pause of an empty outbox, never the one after a failure. */
  wake(): void {
    this.woken = true;
    this.emptyRounds = 0;
    this.wakePause?.();
  }

  /** Finishes the round in work and gives the leadership up. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.stopListening();
    this.abortPause?.();
    await this.loop;
    this.loop = null;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      const pause = await this.round();
      if (!this.stopping) await this.rest(pause);
    }
    await this.resign();
  }

  private async round(): Promise<Pause> {
    try {
      this.leading = await this.store.lead();
      if (!this.leading) return { ms: RELAY_LIMITS.standbyMs, wakeable: false };
      const rows = await this.store.take(RELAY_LIMITS.rowsMax, RELAY_LIMITS.bytesMax);
      const published = await this.publish(rows);
      await this.sweepWhenDue();
      return this.pauseAfter(rows.length, published);
    } catch (error) {
      this.failedRounds++;
      this.logger.warn({ message: 'a round failed and will be repeated', error: describe(error) });
      await this.resign();
      return this.pauseAfterFailure();
    }
  }

  private async publish(rows: readonly WaitingRow[]): Promise<number> {
    if (rows.length === 0) return 0;
    const acknowledged = (
      await Promise.all([...grouped(rows, ({ topic }) => topic)].map(([topic, its]) => this.append(topic, its)))
    ).flat();
    this.repeated += rows.length - acknowledged.length;
    if (acknowledged.length === 0) return 0;
    await this.store.mark(acknowledged);
    this.published += acknowledged.length;
    if (this.dataSource) announcePublished(this.dataSource);
    return acknowledged.length;
  }

  private async append(topic: string, rows: readonly WaitingRow[]): Promise<PublishedRow[]> {
    const outcomes = await this.appendSafely(topic, rows);
    const heldUpKeys = new Set<string>();
    const acknowledged: PublishedRow[] = [];
    rows.forEach((row, index) => {
      const outcome = outcomes[index];
      if (outcome?.status !== 'appended') heldUpKeys.add(row.key);
      else if (!heldUpKeys.has(row.key)) {
        acknowledged.push({ id: row.id, partition: outcome.partition, offset: outcome.offset });
      }
    });
    this.warnOf(topic, outcomes);
    return acknowledged;
  }

  private async appendSafely(topic: string, rows: readonly WaitingRow[]): Promise<AppendOutcome[]> {
    try {
      return await this.options.log.append(
        topic,
        rows.map(({ key, value }) => ({ key, value })),
      );
    } catch (error) {
      this.logger.warn({ message: 'an append failed as a whole', topic, error: describe(error) });
      return [];
    }
  }

  /** One line per topic and round: an outage fails every row. */
  private warnOf(topic: string, outcomes: readonly AppendOutcome[]): void {
    const failed = outcomes.filter((outcome) => outcome.status !== 'appended');
    if (!failed[0]) return;
    const refused = failed.filter(({ status }) => status === 'refused').length;
    const unknown = failed.length - refused;
    const error = failed[0].error.message;
    this.logger.warn({ message: 'outbox rows were not acknowledged', topic, refused, unknown, error });
  }

  private async sweepWhenDue(): Promise<void> {
    const nowMs = this.options.runtime.monotonicMs();
    if (nowMs < this.nextSweepAtMs) return;
    const deleted = await this.store.sweep(RELAY_LIMITS.keepPublishedMs, RELAY_LIMITS.sweepRowsMax);
    const isMoreLeft = deleted === RELAY_LIMITS.sweepRowsMax;
    this.nextSweepAtMs = nowMs + (isMoreLeft ? RELAY_LIMITS.sweepStepMs : RELAY_LIMITS.sweepEveryMs);
  }

  private pauseAfter(taken: number, published: number): Pause {
    if (published < taken) {
      if (published > 0) this.failuresInRow = 0;
      return this.pauseAfterFailure();
    }
    this.failuresInRow = 0;
    if (taken > 0) {
      this.emptyRounds = 0;
      return { ms: 0, wakeable: true };
    }
    const ms = Math.min(RELAY_LIMITS.idleFirstMs * 2 ** this.emptyRounds, RELAY_LIMITS.idleLongestMs);
    this.emptyRounds++;
    return { ms, wakeable: true };
  }

  private pauseAfterFailure(): Pause {
    const full = Math.min(RELAY_LIMITS.failureFirstMs * 2 ** this.failuresInRow, RELAY_LIMITS.failureLongestMs);
    this.failuresInRow++;
    return { ms: full * (0.5 + this.options.runtime.random() / 2), wakeable: false };
  }

  private async rest(pause: Pause): Promise<void> {
    if (pause.ms === 0 || (pause.wakeable && this.woken)) return;
    const interruption = new AbortController();
    this.abortPause = () => interruption.abort();
    if (pause.wakeable) this.wakePause = this.abortPause;
    await this.options.runtime.sleep(pause.ms, interruption.signal);
    this.abortPause = null;
    this.wakePause = null;
  }

  private async resign(): Promise<void> {
    this.leading = false;
    try {
      await this.store.resign();
    } catch (error) {
      this.logger.warn({ message: 'the leadership ended with its connection', error: describe(error) });
    }
  }
}

interface Pause {
  readonly ms: number;
  /** Whether a new row ends it. */
  readonly wakeable: boolean;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
