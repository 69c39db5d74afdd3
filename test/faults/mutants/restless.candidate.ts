import { setTimeout as sleep } from 'node:timers/promises';
import { backOff } from '../../load/driver/backoff';
import type { Assignment } from '../../load/driver/candidate';
import { nowMs } from '../../load/driver/clock';
import { type Operation, type OperationRecorder, newOperation } from '../../load/driver/operation.recorder';
import { type Verdict, answerVerdictOf, bodyOf, verdictOf, verdictOfError } from '../../load/driver/reply.verdict';
import type { SeatLogin } from '../../load/driver/seat';
import type { Random } from '../../load/driver/seeded.random';
import type { SharedConnections, SingleOperations } from '../../load/driver/single.operations';

const OPTIONS = ['A', 'B', 'C', 'D', 'E'];
const REASON_CODE = 'mutant-run';
const CREDIT_SECONDS = 30;
/** A kill and a restart take some ten seconds, and each try a second or two. */
const TRIES_MAX = 60;
/** Answers go on this long after the time is over, to be told that they are too late. */
const OVERTIME_MS = 5_000;
const BREATH_MS = 40;

/** How often a candidate does what a well-behaved page does seldom or never. */
const SHARES = { reversed: 0.3, repeated: 0.2, conflicting: 0.1, read: 0.5, credited: 0.15 } as const;

export interface RestlessParts {
  readonly recorder: OperationRecorder;
  readonly operations: SingleOperations;
  readonly connections: SharedConnections;
  readonly random: Random;
  readonly itemIds: readonly string[];
  readonly supervisorToken: string;
}

interface Answer {
  readonly itemId: string;
  readonly seq: number;
  readonly response: string;
  readonly answeredAt: string;
}

/**
 * A candidate whose network is as bad as it can be: answers overtake one another, come twice, come with another text
 * under the same number, and are read back at once. In a few hundred answers it does what a hall does in a day.
 */
export class RestlessCandidate {
  private login: SeatLogin | null = null;
  private counter = 0;
  private mayBeCredited = true;

  constructor(
    private readonly assignment: Assignment,
    private readonly parts: RestlessParts,
  ) {}

  async logIn(): Promise<void> {
    const { participantNumber, pin, sessionId, seat } = this.assignment;
    const operation = newOperation('login', nowMs(), { participantNumber, sessionId, seat });
    const request = { method: 'POST', path: '/v1/logins', json: { participantNumber, pin } } as const;
    const { verdict, body } = await this.parts.operations.insist(operation, request);
    if (verdict.outcome !== 'ok') throw new Error(`${participantNumber} could not log in: ${verdict.code}`);
    this.login = body as unknown as SeatLogin;
  }

  async start(): Promise<void> {
    await this.command('start');
  }

  /** So many answers and a submission. */
  async sit(answers: number): Promise<void> {
    while (this.counter < answers && (await this.answerSome()));
    await this.command('submit');
  }

  /** Answers until the time is over and some time longer. Nobody gets any more of it. */
  async sitUntil(deadlineMs: number): Promise<void> {
    this.mayBeCredited = false;
    while (nowMs() < deadlineMs + OVERTIME_MS && (await this.answerSome())) await sleep(BREATH_MS);
  }

  /** @returns whether the server still takes answers */
  private async answerSome(): Promise<boolean> {
    const { random } = this.parts;
    const itemId = this.anyOf(this.parts.itemIds);
    const [first, second] = [this.nextAnswer(itemId), this.nextAnswer(itemId)];
    // The newer one has its receipt before the older one is sent.
    const inOrder = random() < SHARES.reversed ? [second, first] : [first, second];
    for (const answer of inOrder) {
      if (!(await this.send(answer))) return false;
      if (random() < SHARES.conflicting) await this.send({ ...answer, response: `${answer.response}-other` });
    }
    if (random() < SHARES.read) await this.read();
    if (this.mayBeCredited && random() < SHARES.credited) await this.credit();
    return true;
  }

  /** Sends until there is a receipt, and now and then once more. @returns false where the server wants no more answers */
  private async send(answer: Answer): Promise<boolean> {
    const { attemptId, epoch } = this.login!;
    const operation = newOperation('answer', nowMs(), { attemptId, epoch, ...answer });
    for (let failures = 0; operation.tries < TRIES_MAX;) {
      const verdict = await this.trySending(operation, answer);
      if (verdict.outcome === 'ok') {
        if (this.parts.random() < SHARES.repeated) await this.trySending(operation, answer);
        return true;
      }
      if (!verdict.mayRepeat) return false;
      await backOff((failures += 1), verdict.retryAfterMs, this.parts.random);
    }
    return false;
  }

  private async trySending(operation: Operation, answer: Answer): Promise<Verdict> {
    const { connections, recorder } = this.parts;
    const { attemptId, token } = this.login!;
    const connection = connections.take();
    await recorder.intend([operation], connection.url);
    try {
      const path = `/v1/attempts/${attemptId}/answers`;
      const reply = await connection.request({ method: 'POST', path, token, json: { answers: [answer] } });
      const body = bodyOf(reply);
      const { verdict, receipt } = answerVerdictOf(verdictOf(reply, body), body, answer.seq);
      recorder.conclude(operation, verdict, receipt ? { receipt } : {});
      return verdict;
    } catch (error) {
      const verdict = verdictOfError(error);
      recorder.conclude(operation, verdict);
      return verdict;
    } finally {
      connections.giveBack(connection);
    }
  }

  private async command(kind: 'start' | 'submit'): Promise<void> {
    const { attemptId, epoch, token } = this.login!;
    const operation = newOperation(kind, nowMs(), { attemptId, epoch });
    await this.parts.operations.insist(operation, { method: 'POST', path: `/v1/attempts/${attemptId}/${kind}`, token });
  }

  private async read(): Promise<void> {
    const { attemptId, token } = this.login!;
    const operation = newOperation('read', nowMs(), { attemptId });
    await this.parts.operations.once(operation, { method: 'GET', path: `/v1/attempts/${attemptId}`, token });
  }

  private async credit(): Promise<void> {
    const { attemptId } = this.login!;
    const { sessionId } = this.assignment;
    const json = { seconds: CREDIT_SECONDS, reasonCode: REASON_CODE };
    const operation = newOperation('credit', nowMs(), { attemptId, sessionId, ...json });
    const path = `/v1/sessions/${sessionId}/attempts/${attemptId}/credit`;
    await this.parts.operations.once(operation, { method: 'POST', path, token: this.parts.supervisorToken, json });
  }

  private nextAnswer(itemId: string): Answer {
    const seq = this.login!.firstSeq + this.counter;
    this.counter += 1;
    return { itemId, seq, response: this.anyOf(OPTIONS), answeredAt: new Date().toISOString() };
  }

  private anyOf<T>(values: readonly T[]): T {
    return values[Math.floor(this.parts.random() * values.length)]!;
  }
}
