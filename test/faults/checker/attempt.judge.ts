import { closingOf } from './attempt.closing';
import type { DecodedEvent } from './record.decoder';

/**
 * The rules of docs/architecture.md ("The fold") and docs/receipts.md, written a second time and on purpose otherwise:
 * one object per attempt that keeps its whole history and judges it anew whenever it is asked.
 */

const SEQS_PER_EPOCH = 2 ** 20;
const GRACE_MS = 2_000;

export type Verdict = 'counted' | 'superseded' | 'late' | 'older-epoch' | 'unexpected';

/** An answer where it first stood, or a conflicting one where it stands. */
export interface StandingAnswer {
  readonly seq: number;
  readonly itemId: string;
  readonly response: unknown;
  readonly answeredAt: string;
  readonly receivedAt: string;
  readonly commitment: string;
  readonly offset: number;
}

export interface ActedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly offset: number;
}

export interface Marker {
  readonly cause: 'submitted' | 'deadline' | 'forced';
  readonly atMs: number;
  readonly offset: number;
}

export interface Person {
  readonly analyticsId: string;
  readonly sessionId: string;
  readonly agency: string;
  readonly form: { readonly sections: readonly { readonly itemIds: readonly string[] }[] };
  readonly jobLevel: string | null;
  readonly performance: string | null;
  readonly durationSeconds: number;
  readonly extraSeconds: number;
}

/** Time as a ledger: what was given, and what is not charged. */
interface Clock {
  startedAtMs: number | null;
  startedOffset: number | null;
  creditedSeconds: number;
  unchargedMs: number;
  pausedAtMs: number | null;
}

const SHORT = /^petabakat\.(?:attempt\.)?(.+)\.v1$/;

export class AttemptJudge {
  readonly firsts = new Map<number, StandingAnswer>();
  readonly conflicts: StandingAnswer[] = [];
  /** Copies of first records, which have no effect. */
  repeats = 0;
  /** Control events that had an effect, in order. */
  readonly acted: ActedEvent[] = [];
  /** All control events of a known attempt, each id once. */
  readonly controls: ActedEvent[] = [];
  private readonly seenIds = new Set<string>();
  readonly openLetters = new Set<number>();
  readonly closings: Record<string, unknown>[] = [];
  marker: Marker | null = null;
  seat = '';
  resumes = 0;
  conflictsCounted = 0;
  person: Person | null = null;
  private readonly epochs: number[] = [];
  private readonly accepted: { epoch: number; offset: number }[] = [];
  private readonly clock: Clock = {
    startedAtMs: null,
    startedOffset: null,
    creditedSeconds: 0,
    unchargedMs: 0,
    pausedAtMs: null,
  };

  constructor(
    readonly attemptId: string,
    readonly partition: number,
  ) {}

  get epoch(): number {
    return this.epochs.length;
  }

  get status(): string {
    if (this.marker) return 'closed';
    if (this.clock.pausedAtMs !== null) return 'paused';
    return this.clock.startedAtMs === null ? 'logged-in' : 'started';
  }

  get startedAtMs(): number | null {
    return this.clock.startedAtMs;
  }

  get creditedSeconds(): number {
    return this.clock.creditedSeconds;
  }

  /** null before the start and while time stands still. */
  get deadlineMs(): number | null {
    const { startedAtMs, pausedAtMs, creditedSeconds, unchargedMs } = this.clock;
    if (!this.person || startedAtMs === null || pausedAtMs !== null) return null;
    const seconds = this.person.durationSeconds + this.person.extraSeconds + creditedSeconds;
    return startedAtMs + seconds * 1000 + unchargedMs;
  }

  /** What the attempt's row has to say, under the names of its header. */
  get header(): Readonly<Record<string, unknown>> {
    const { clock, person } = this;
    return {
      attemptId: this.attemptId,
      analyticsId: person?.analyticsId,
      sessionId: person?.sessionId,
      agency: person?.agency,
      seat: this.seat,
      partition: this.partition,
      epochStarts: this.epochs,
      acceptedEpochs: this.accepted,
      durationSeconds: person?.durationSeconds,
      extraSeconds: person?.extraSeconds,
      creditedSeconds: clock.creditedSeconds,
      startedAtMs: clock.startedAtMs,
      startedOffset: clock.startedOffset,
      pausedAtMs: clock.pausedAtMs,
      pausedMs: clock.unchargedMs,
      resumes: this.resumes,
      marker: this.marker,
      closing: this.closings.length,
      openDeadLetters: [...this.openLetters],
      conflicts: this.conflictsCounted,
      appliedIds: [...this.seenIds],
      version: this.acted.length,
    };
  }

  /** A record that could not be read, and stands among the dead letters. */
  takeRejected(offset: number): void {
    if (this.person) this.openLetters.add(offset);
  }

  take(event: DecodedEvent, offset: number): void {
    if (event.type === 'petabakat.answer.submitted.v1') this.takeAnswer(answerAt(event.data, offset));
    else this.takeControl(event, offset);
  }

  /** Every first record with what it is worth now. */
  verdicts(): Map<StandingAnswer, Verdict> {
    const found = new Map<StandingAnswer, Verdict>();
    const highest = new Map<string, StandingAnswer>();
    for (const answer of this.firsts.values()) {
      const verdict = this.standing(answer);
      found.set(answer, verdict);
      if (verdict === 'counted' && answer.seq >= (highest.get(answer.itemId)?.seq ?? 0))
        highest.set(answer.itemId, answer);
    }
    for (const [answer, verdict] of found) {
      if (verdict === 'counted' && highest.get(answer.itemId) !== answer) found.set(answer, 'superseded');
    }
    return found;
  }

  private takeAnswer(answer: StandingAnswer): void {
    const first = this.firsts.get(answer.seq);
    if (!first) this.firsts.set(answer.seq, answer);
    else if (first.commitment === answer.commitment) this.repeats++;
    else {
      this.conflicts.push(answer);
      if (this.person) this.conflictsCounted++;
    }
  }

  private takeControl(event: DecodedEvent, offset: number): void {
    if (this.seenIds.has(event.id)) return;
    const name = SHORT.exec(event.type)?.[1] ?? '';
    const isFirstLogin = !this.person && name === 'logged-in';
    if (!this.person && !isFirstLogin) return;
    this.seenIds.add(event.id);
    this.controls.push({ ...event, offset });
    if (!this.act(name, event.data, offset)) return;
    this.acted.push({ ...event, offset });
    if (REJUDGED_CLOSINGS.has(name)) this.close();
  }

  /** @returns whether the event had an effect in this state */
  private act(name: string, data: Readonly<Record<string, unknown>>, offset: number): boolean {
    const { clock } = this;
    const atMs = Date.parse(data.at as string);
    switch (name) {
      case 'logged-in':
        return this.logIn(data, offset);
      case 'moved':
        return this.beginEpoch(data.epoch as number, offset) && this.sit(data.seat as string);
      case 'started':
        if (clock.startedAtMs !== null || this.marker) return false;
        Object.assign(clock, { startedAtMs: atMs, startedOffset: offset });
        return true;
      case 'paused':
        if (this.status !== 'started') return false;
        clock.pausedAtMs = atMs;
        return true;
      case 'resumed':
        if (this.status !== 'paused') return false;
        return this.runOn(atMs, clock.pausedAtMs!);
      case 'time-credited':
        if (this.marker) return false;
        clock.creditedSeconds += data.seconds as number;
        return true;
      case 'older-epoch-accepted':
        if ((data.epoch as number) >= this.epoch) return false;
        this.accepted.push({ epoch: data.epoch as number, offset });
        return true;
      case 'dead-letter-replayed':
      case 'dead-letter-dismissed':
        return this.settleLetter(data);
      case 'close-requested':
        return this.mark(data, atMs, offset);
      case 'reopened':
        if (!this.marker) return false;
        this.runOn(atMs, clock.pausedAtMs ?? this.marker.atMs);
        clock.creditedSeconds += data.seconds as number;
        this.marker = null;
        return true;
      default:
        return false;
    }
  }

  private logIn(data: Readonly<Record<string, unknown>>, offset: number): boolean {
    const isFirst = !this.person;
    if (!this.beginEpoch(data.epoch as number, offset)) return false;
    if (isFirst) this.person = data as unknown as Person;
    else if (this.clock.startedAtMs !== null) this.resumes++;
    return this.sit(data.seat as string);
  }

  private beginEpoch(epoch: number, offset: number): boolean {
    if (epoch <= this.epoch) return false;
    while (this.epochs.length < epoch) this.epochs.push(offset);
    return true;
  }

  private sit(seat: string): true {
    this.seat = seat;
    return true;
  }

  /** Time goes on; what has passed since it stood still is not charged. */
  private runOn(nowMs: number, stoodStillMs: number): true {
    this.clock.unchargedMs += Math.max(0, nowMs - stoodStillMs);
    this.clock.pausedAtMs = null;
    return true;
  }

  private settleLetter(data: Readonly<Record<string, unknown>>): boolean {
    const offset = data.offset as number;
    if (!this.openLetters.delete(offset)) return false;
    const mended = data.answer as Readonly<Record<string, unknown>> | undefined;
    if (mended && !this.firsts.has(mended.seq as number)) {
      this.firsts.set(mended.seq as number, answerAt(mended, offset));
    }
    return true;
  }

  private mark(data: Readonly<Record<string, unknown>>, atMs: number, offset: number): boolean {
    if (this.marker) return false;
    const { deadlineMs } = this;
    if (data.cause === 'deadline' && (deadlineMs === null || deadlineMs > atMs)) return false;
    this.marker = { cause: data.cause as Marker['cause'], atMs, offset };
    return true;
  }

  private standing(answer: StandingAnswer): Verdict {
    const epoch = Math.floor(answer.seq / SEQS_PER_EPOCH);
    const [began, ended] = [this.epochs[epoch - 1], this.epochs[epoch]];
    const { startedOffset } = this.clock;
    const isDue =
      startedOffset !== null && startedOffset < answer.offset && began !== undefined && began < answer.offset;
    if (!isDue || !this.itemIds().includes(answer.itemId)) return 'unexpected';
    if (ended !== undefined && answer.offset > ended && !this.isAccepted(epoch, answer.offset)) return 'older-epoch';
    if (this.marker && answer.offset > this.marker.offset) return 'late';
    return Date.parse(answer.receivedAt) > this.endMs() + GRACE_MS ? 'late' : 'counted';
  }

  private isAccepted(epoch: number, offset: number): boolean {
    return this.accepted.some((one) => one.epoch === epoch && offset < one.offset);
  }

  /** When the participant's time is over: the deadline, or a forced finish if that is earlier. */
  endMs(): number {
    const forcedMs = this.marker?.cause === 'forced' ? this.marker.atMs : Infinity;
    return Math.min(this.deadlineMs ?? Infinity, forcedMs);
  }

  itemIds(): string[] {
    return this.person?.form.sections.flatMap(({ itemIds }) => itemIds) ?? [];
  }

  private close(): void {
    if (this.marker && this.openLetters.size === 0 && this.person) this.closings.push(closingOf(this));
  }
}

/** Pauses and credits of a closed attempt wait for its reopening; these change what its closing says. */
const REJUDGED_CLOSINGS: ReadonlySet<string> = new Set([
  'older-epoch-accepted',
  'dead-letter-replayed',
  'dead-letter-dismissed',
  'close-requested',
  'reopened',
]);

function answerAt(data: Readonly<Record<string, unknown>>, offset: number): StandingAnswer {
  const { seq, itemId, response, answeredAt, receivedAt, commitment } = data as unknown as StandingAnswer;
  return { seq, itemId, response, answeredAt, receivedAt, commitment, offset };
}
