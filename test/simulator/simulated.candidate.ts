import { createHash } from 'node:crypto';
import {
  type AnswerSubmitted,
  type CloudEvent,
  type EventName,
  SEQ_EPOCH_FACTOR,
  TOPICS,
  buildEvent,
  isoTime,
} from '@app/contracts';
import { AppendRefused, AccumulatorFull, type OutboxEvent, partitionOf } from '@app/messaging';
import { verdicts } from '../../apps/assessment/src/attempts/domain/judgement';
import { emptyState, statusOf } from '../../apps/assessment/src/attempts/domain/attempt-state';
import type { HistoryLine, IntentLine, OperationKind, OutcomeLine } from '../load/history/history.format';
import { CommandUnknown, type SimulatedPlatform } from './simulated.platform';

export const ITEMS = ['i1', 'i2', 'i3', 'i4', 'i5', 'i6'];
const SUPERVISED = { reasonCode: 'simulated', actor: 'simulator' };
const FORM = { formId: 'f1', version: 1, hash: '0'.repeat(64), sections: [{ sectionId: 'one', itemIds: ITEMS }] };
/** As `supervision.service` delays the marker of a forced finish. */
const MARKER_DELAY_MS = 11_000;
const THINKING_MAX_MS = 1_500;
const TRIES_MAX = 40;
const OVERTIME_MS = 4_000;

type Ending = 'submit' | 'deadline' | 'finish' | 'reopen';
type Line = Omit<OutcomeLine, 'op' | 'phase' | 'kind' | 'atMs' | 'try'>;

interface Answer {
  readonly itemId: string;
  readonly seq: number;
  readonly response: string;
  readonly answeredAt: string;
}

/** Somebody who sits an attempt on a bad day, and the supervisor beside them. All of it is drawn from the seed. */
export class SimulatedCandidate {
  readonly attemptId: string;
  isDone = false;
  private epoch = 1;
  private counter = 0;
  private operations = 0;

  constructor(
    private readonly platform: SimulatedPlatform,
    private readonly history: HistoryLine[],
    nth: number,
  ) {
    this.attemptId = `attempt-${nth}`;
  }

  async sit(answers: number, durationSeconds: number): Promise<void> {
    await this.insist('login', () => this.login(durationSeconds), { attemptId: this.attemptId, epoch: 1 });
    await this.insist('start', () => this.control('attemptStarted', 'started', {}));
    const ending = this.anyOf<Ending>(['submit', 'deadline', 'finish', 'reopen']);
    const startedMs = this.nowMs;
    const endsMs = startedMs + durationSeconds * 1_000 + OVERTIME_MS;
    while (this.nowMs < endsMs && (ending === 'deadline' || this.counter < answers)) {
      await this.think();
      await this.answerSome();
      await this.meetSupervisor();
      this.platform.killSome();
      await this.spoilRecord();
    }
    await this.end(ending);
    this.isDone = true;
  }

  /** Settles dead letters as operations would. */
  async dismissLetters(): Promise<void> {
    for (const offset of this.header?.openDeadLetters ?? []) {
      const data = { ...SUPERVISED, partition: this.header!.partition, offset };
      await this.control('deadLetterDismissed', `dead-letter/${offset}`, data).catch(() => undefined);
    }
  }

  private async end(ending: Ending): Promise<void> {
    if (ending === 'submit') await this.submit();
    if (ending === 'finish' || ending === 'reopen') await this.finish();
    if (ending !== 'reopen') return;
    await this.platform.runtime.sleep(2 * MARKER_DELAY_MS);
    const header = await this.upToDateHeader();
    if (!header?.marker) return;
    const reopen = () => this.control('attemptReopened', `reopened/${header.version}`, { ...SUPERVISED, seconds: 60 });
    await this.once('reopen', reopen, { seconds: 60 });
    await this.answerSome();
    await this.submit();
  }

  private submit(): Promise<void> {
    const version = this.header?.version ?? 0;
    const data = { cause: 'submitted', actor: null, reasonCode: null };
    return this.insist('submit', () => this.control('closeRequested', `close/submitted/${version}`, data));
  }

  private async finish(): Promise<void> {
    const { attemptId, platform, nowMs } = this;
    const eventId = `${attemptId}/close/forced/${this.header?.version ?? 0}`;
    const [at, dueAt] = [nowMs, nowMs + MARKER_DELAY_MS].map((ms) => isoTime(ms));
    await this.once('finish', async () => {
      const pending = { eventId, attemptId, cause: 'forced', at: at!, dueAt: dueAt!, ...SUPERVISED } as const;
      await platform.command([], () => {
        if (!platform.tables.pendingFinishes.has(eventId)) platform.tables.pendingFinishes.set(eventId, pending);
      });
    });
  }

  private async answerSome(): Promise<void> {
    const itemId = this.anyOf(ITEMS);
    const [older, newer] = [this.nextAnswer(itemId), this.nextAnswer(itemId)];
    if (this.isLikely(0.3)) {
      // Two requests overtake each other; each is repeated by itself.
      await Promise.all([this.send(newer), this.send(older)]);
    } else {
      await this.send(older);
      await this.send(newer);
    }
    if (this.isLikely(0.1)) await this.send({ ...newer, response: `${newer.response}-other` });
    if (this.isLikely(0.4)) await this.read();
  }

  private async meetSupervisor(): Promise<void> {
    if (this.isLikely(0.05)) await this.credit();
    if (this.isLikely(0.05)) await this.pause();
    if (this.isLikely(0.03)) await this.move();
  }

  private async credit(): Promise<void> {
    const header = await this.upToDateHeader();
    if (!header || header.marker) return;
    const data = { ...SUPERVISED, seconds: 15 };
    const credit = () => this.control('attemptTimeCredited', `credited/${header.version}`, data);
    await this.once('credit', credit, { seconds: 15 });
  }

  private async pause(): Promise<void> {
    const header = await this.upToDateHeader();
    if (!header || statusOf(header) !== 'started') return;
    await this.once('pause', () => this.control('attemptPaused', `paused/${header.version}`, SUPERVISED));
    for (let seen = await this.upToDateHeader(); seen?.pausedAtMs !== null; seen = await this.upToDateHeader()) {
      await this.think();
      if (!seen) continue;
      if (seen.marker) return;
      await this.once('resume', () => this.control('attemptResumed', `resumed/${seen!.version}`, SUPERVISED));
    }
  }

  /** The old seat has something on its way that arrives after the move. */
  private async move(): Promise<void> {
    const stray = this.nextAnswer(this.anyOf(ITEMS));
    const old = this.epoch;
    this.epoch += 1;
    const [epoch, seat] = [this.epoch, `seat-${this.epoch}`];
    this.counter = 0;
    await this.insist('move', () => this.control('attemptMoved', `moved/${epoch}`, { ...SUPERVISED, epoch, seat }), {
      seat,
    });
    await this.send(stray, old);
    const header = await this.upToDateHeader();
    if (!header || !this.isLikely(0.5)) return;
    const accept = () =>
      this.control('olderEpochAccepted', `accepted/${old}/${header.version}`, { ...SUPERVISED, epoch: old });
    await this.insist('accept-older-epoch', accept, { epoch: old });
  }

  /** Something that nobody can read, under this attempt's key. */
  private async spoilRecord(): Promise<void> {
    if (!this.platform.has('bad-record')) return;
    await this.platform.log.append(TOPICS.attempts.name, [{ key: this.attemptId, value: 'nonsense' }]);
  }

  private async login(durationSeconds: number): Promise<void> {
    const person = { analyticsId: `p-${this.attemptId}`, sessionId: 's1', agency: 'bkn', seat: 'seat-1' };
    const data = {
      ...person,
      epoch: 1,
      form: FORM,
      durationSeconds,
      extraSeconds: 0,
      jobLevel: null,
      performance: null,
    };
    await this.control('attemptLoggedIn', 'logged-in/1', data);
  }

  private async send(answer: Answer, epoch = this.epoch): Promise<void> {
    const operation = this.begin('answer', { epoch, ...answer });
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      const outcome = await operation(tries, () => this.append(answer));
      if (outcome === 'ok') {
        if (this.isLikely(0.1)) await operation(tries + 1, () => this.append(answer));
        return;
      }
      await this.think();
    }
  }

  private async append(answer: Answer): Promise<Line> {
    const { attemptId, platform } = this;
    const { accumulator, process } = platform.anyGateway();
    const receivedAt = isoTime(this.nowMs);
    const commitment = createHash('sha256').update(`${answer.itemId}=${answer.response}`).digest('hex');
    const data: AnswerSubmitted = { attemptId, ...answer, receivedAt, commitment };
    const id = `${attemptId}/${answer.seq}/${commitment.slice(0, 12)}`;
    const event = buildEvent('answerSubmitted', { id, source: '/gateway', subject: attemptId, time: receivedAt, data });
    try {
      const position = await accumulator.append(attemptId, JSON.stringify(event));
      // A gateway that has died meanwhile cannot have replied.
      if (process.isDead) return { outcome: 'unknown', code: 'ECONNRESET' };
      const { itemId, seq } = answer;
      const receipt = { attemptId, itemId, seq, commitment, ...position, receivedAt, kid: 'none', signature: '' };
      return { outcome: 'ok', code: 'receipt', receipt };
    } catch (error) {
      const isCertain = !process.isDead && (error instanceof AppendRefused || error instanceof AccumulatorFull);
      return isCertain
        ? { outcome: 'fail', code: 'answer.not-appended' }
        : { outcome: 'unknown', code: 'answer.unknown' };
    }
  }

  private async read(): Promise<void> {
    const { attemptId, platform } = this;
    const operation = this.begin('read', {});
    await operation(1, async () => {
      try {
        await platform.barrier.reached(partitionOf(attemptId, TOPICS.attempts.partitions));
      } catch {
        return { outcome: 'fail', code: 'attempt.catching-up' };
      }
      const state = {
        ...emptyState(attemptId),
        header: this.header,
        answers: platform.tables.answers.get(attemptId) ?? new Map(),
      };
      const answers = verdicts(state).map(({ answer, verdict }) => [answer.seq, answer.itemId, verdict] as const);
      return { outcome: 'ok', code: '200', answers };
    });
  }

  private control(name: EventName, verb: string, data: object): Promise<void> {
    const { attemptId } = this;
    const at = isoTime(this.nowMs);
    const event: CloudEvent = buildEvent(name, {
      id: `${attemptId}/${verb}`,
      source: '/assessment',
      subject: attemptId,
      time: at,
      data: { attemptId, at, ...data },
    });
    const added: OutboxEvent = { topic: 'attempts', key: attemptId, event };
    return this.platform.command([added]);
  }

  private async once(kind: OperationKind, act: () => Promise<void>, fields: Partial<IntentLine> = {}): Promise<void> {
    await this.begin(kind, fields)(1, () => lineOf(act, fields));
  }

  private async insist(kind: OperationKind, act: () => Promise<void>, fields: Partial<IntentLine> = {}): Promise<void> {
    const operation = this.begin(kind, fields);
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      if ((await operation(tries, () => lineOf(act, fields))) === 'ok') return;
      await this.think();
    }
  }

  /** @returns what writes a try of this operation down, before it and after it */
  private begin(kind: OperationKind, fields: Partial<IntentLine>) {
    const op = `${this.attemptId}-op-${++this.operations}`;
    return async (tries: number, act: () => Promise<Line>): Promise<Line['outcome']> => {
      const { attemptId, nowMs } = this;
      const common = { op, kind, try: tries };
      this.history.push({
        ...common,
        phase: 'intent',
        atMs: nowMs,
        intendedMs: nowMs,
        gateway: '',
        attemptId,
        ...fields,
      });
      const line = await act();
      this.history.push({ ...common, phase: 'outcome', atMs: this.nowMs, ...line });
      return line.outcome;
    };
  }

  private nextAnswer(itemId: string): Answer {
    this.counter += 1;
    const seq = this.epoch * SEQ_EPOCH_FACTOR + this.counter;
    return { itemId, seq, response: this.anyOf(['A', 'B', 'C']), answeredAt: isoTime(this.nowMs) };
  }

  private think(): Promise<void> {
    return this.platform.runtime.sleep(1 + this.platform.random() * THINKING_MAX_MS);
  }

  private isLikely(share: number): boolean {
    return this.platform.random() < share;
  }

  private anyOf<T>(values: readonly T[]): T {
    return values[Math.floor(this.platform.random() * values.length)]!;
  }

  /** What a supervisor decides by: the attempt as of everything that the log has. Null where that takes too long. */
  private async upToDateHeader() {
    try {
      await this.platform.barrier.reached(partitionOf(this.attemptId, TOPICS.attempts.partitions));
      return this.header;
    } catch {
      return null;
    }
  }

  private get header() {
    return this.platform.tables.headers.get(this.attemptId) ?? null;
  }

  private get nowMs(): number {
    return this.platform.runtime.nowMs();
  }
}

async function lineOf(act: () => Promise<void>, fields: Partial<IntentLine>): Promise<Line> {
  try {
    await act();
    const { attemptId, epoch } = fields;
    return { outcome: 'ok', code: '200', reply: { attemptId, epoch } };
  } catch (error) {
    if (error instanceof CommandUnknown) return { outcome: 'unknown', code: 'timeout' };
    throw error;
  }
}
