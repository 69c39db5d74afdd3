import type { DriverFigures } from './driver.figures';
import { backOff } from './backoff';
import { nowMs } from './clock';
import type { HttpConnection } from './http.connection';
import { type Operation, type OperationRecorder, newOperation } from './operation.recorder';
import { type Body, type Verdict, answerVerdictOf, bodyOf, verdictOf, verdictOfError } from './reply.verdict';
import type { GatewayRing } from './gateway.ring';
import type { Random } from './seeded.random';

/** What the answer route takes at once. */
const REQUEST_ANSWERS_MAX = 100;

export interface SeatParts {
  readonly recorder: OperationRecorder;
  readonly figures: DriverFigures;
  readonly random: Random;
}

/** What a login gives. */
export interface SeatLogin {
  readonly attemptId: string;
  readonly token: string;
  readonly epoch: number;
  readonly firstSeq: number;
}

interface QueuedAnswer extends Operation {
  readonly body: {
    readonly itemId: string;
    readonly seq: number;
    readonly response: string;
    readonly answeredAt: string;
  };
}

/**
 * The page at one seat, as far as answers go: a queue of what is not acknowledged yet, one request at a time with all
 * that waits, and repeats with the same `seq` until there is a receipt or a refusal that repeating cannot change.
 */
export class Seat {
  private readonly queue: QueuedAnswer[] = [];
  private sending: Promise<void> | null = null;
  private counter = 0;
  private refusal: string | null = null;

  constructor(
    readonly login: SeatLogin,
    private readonly connection: HttpConnection,
    private readonly gateways: GatewayRing,
    private readonly parts: SeatParts,
  ) {}

  /** Why the server takes no more answers from this seat; null while it does. */
  get refusedWith(): string | null {
    return this.refusal;
  }

  /** After the attempt was reopened. */
  takeUpAgain(): void {
    this.refusal = null;
  }

  answer(intendedMs: number, itemId: string, response: string): void {
    if (this.refusal !== null) return;
    const { attemptId, epoch, firstSeq } = this.login;
    const body = { itemId, seq: firstSeq + this.counter, response, answeredAt: new Date().toISOString() };
    this.counter += 1;
    this.queue.push({ ...newOperation('answer', intendedMs, { attemptId, epoch, ...body }), body });
    this.parts.figures.offered();
    // What waits behind another request is late by the server's fault: the driver itself is at it in time.
    if (this.sending) this.parts.figures.sent(nowMs() - intendedMs);
    else this.sending = this.sendAll().finally(() => (this.sending = null));
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.sending;
  }

  close(): void {
    this.connection.close();
  }

  private async sendAll(): Promise<void> {
    const [first] = this.queue;
    await this.parts.recorder.intend([first!], this.gateways.url);
    this.parts.figures.sent(nowMs() - first!.intendedMs);
    let verdict = await this.send([first!]);
    for (let failures = 0; this.queue.length > 0;) {
      if (verdict) await this.recover(verdict, (failures += 1));
      else failures = 0;
      const batch = this.queue.slice(0, REQUEST_ANSWERS_MAX);
      await this.parts.recorder.intend(batch, this.gateways.url);
      verdict = await this.send(batch);
    }
  }

  /** A gateway that is silent may be gone for good; one that refuses is there and will take answers again. */
  private async recover({ outcome, wasSent, retryAfterMs }: Verdict, failures: number): Promise<void> {
    if (!wasSent || outcome === 'unknown') this.connection.retarget(this.gateways.next());
    await backOff(failures, retryAfterMs, this.parts.random);
  }

  /** @returns the verdict on the request where something of it has to be repeated */
  private async send(batch: readonly QueuedAnswer[]): Promise<Verdict | null> {
    const { verdict, body } = await this.request(batch);
    let mustRepeat = false;
    for (const answer of batch) {
      const own = answerVerdictOf(verdict, body, answer.body.seq);
      this.parts.recorder.conclude(answer, own.verdict, own.receipt ? { receipt: own.receipt } : {});
      if (own.verdict.mayRepeat) mustRepeat = true;
      else this.queue.splice(this.queue.indexOf(answer), 1);
    }
    if (verdict.outcome === 'fail' && !verdict.mayRepeat) this.refusal = verdict.code;
    return mustRepeat ? verdict : null;
  }

  private async request(batch: readonly QueuedAnswer[]): Promise<{ verdict: Verdict; body: Body }> {
    const { attemptId, token } = this.login;
    const json = { answers: batch.map(({ body }) => body) };
    try {
      const path = `/v1/attempts/${attemptId}/answers`;
      const reply = await this.connection.request({ method: 'POST', path, token, json });
      const body = bodyOf(reply);
      return { verdict: verdictOf(reply, body), body };
    } catch (error) {
      return { verdict: verdictOfError(error), body: {} };
    }
  }
}
