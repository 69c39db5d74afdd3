import { randomUUID } from 'node:crypto';
import { AttemptTokens } from '@app/access';
import { SEQ_EPOCH_FACTOR } from '@app/contracts';
import type { AttemptView } from '@app/views';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../load/driver/clock';
import { HttpConnection, type HttpTarget } from '../../load/driver/http.connection';

/** Connections, each of one attempt, as many as a gateway has at the rate of a hall. */
const ATTEMPTS = 500;
const ITEMS = 45;
const SESSION_MS = 6 * 3_600_000;
const OK = 200;

/** Attempts that somebody sits, with tokens that both gateways know. */
export class BenchAttempts {
  readonly itemIds = Array.from({ length: ITEMS }, (_, index) => `item-${index + 1}`);
  readonly attempts: readonly { readonly attemptId: string; readonly token: string }[];
  private counter = 0;

  constructor(tokens: AttemptTokens) {
    const expiresAtMs = Date.now() + SESSION_MS;
    this.attempts = Array.from({ length: ATTEMPTS }, () => {
      const attemptId = randomUUID();
      return { attemptId, token: tokens.issue({ attemptId, epoch: 1, sessionId: 'bench', expiresAtMs }) };
    });
  }

  get views(): AttemptView[] {
    const { itemIds } = this;
    const deadlineMs = Date.now() + SESSION_MS;
    return this.attempts.map(({ attemptId }) => {
      return { attemptId, epoch: 1, status: 'started', deadlineMs, itemIds, version: 2 };
    });
  }

  /** Never the same `seq` twice, whoever is asked. */
  nextAnswer() {
    this.counter += 1;
    const itemId = this.itemIds[this.counter % ITEMS]!;
    return { itemId, seq: SEQ_EPOCH_FACTOR + this.counter, response: 'C', answeredAt: new Date().toISOString() };
  }
}

/** Sends answers to one gateway at a fixed rate, whether it keeps up or not. */
export class RateSender {
  private readonly connections: readonly HttpConnection[];
  private readonly busy = new Set<number>();
  private next = 0;
  private failures = 0;

  constructor(
    target: HttpTarget,
    private readonly attempts: BenchAttempts,
  ) {
    this.connections = attempts.attempts.map(() => new HttpConnection(target));
  }

  /** @returns answers acknowledged; the others were refused, or their connection was still busy */
  async send(perSecond: number, seconds: number): Promise<number> {
    const fromMs = nowMs();
    const replies: Promise<boolean>[] = [];
    for (let nth = 0; nth < perSecond * seconds; nth++) {
      const waitMs = fromMs + (nth / perSecond) * 1_000 - nowMs();
      if (waitMs > 0) await sleep(waitMs);
      replies.push(this.sendOne());
    }
    return (await Promise.all(replies)).filter(Boolean).length;
  }

  /** Requests since the beginning that got another reply than receipts, or none. */
  get refused(): number {
    return this.failures;
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  private async sendOne(): Promise<boolean> {
    const nth = this.next++ % this.connections.length;
    if (this.busy.has(nth)) return false;
    this.busy.add(nth);
    const { attemptId, token } = this.attempts.attempts[nth]!;
    const path = `/v1/attempts/${attemptId}/answers`;
    const json = { answers: [this.attempts.nextAnswer()] };
    try {
      const { status } = await this.connections[nth]!.request({ method: 'POST', path, token, json });
      if (status === OK) return true;
    } catch {
      // Counted as any other failure.
    } finally {
      this.busy.delete(nth);
    }
    this.failures += 1;
    return false;
  }
}
