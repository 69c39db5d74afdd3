import { type HttpTarget, HttpConnection, type HttpRequest } from './http.connection';
import { backOff } from './backoff';
import { nowMs } from './clock';
import type { DriverFigures } from './driver.figures';
import { type Operation, type OperationRecorder } from './operation.recorder';
import { type Body, type Verdict, bodyOf, shownOf, verdictOf, verdictOfError } from './reply.verdict';
import type { Random } from './seeded.random';

/** About five minutes of patience: longer than any fault is left in. */
const TRIES_MAX = 40;

export interface SingleReply {
  readonly verdict: Verdict;
  readonly body: Body;
}

export interface SingleOperationsParts {
  readonly recorder: OperationRecorder;
  readonly figures: DriverFigures;
  readonly random: Random;
  /** Where requests go that belong to no candidate's own connection. */
  readonly sharedConnections: SharedConnections;
}

/** Everything but answers: one request, one reply, repeated only where a repeat can do no harm. */
export class SingleOperations {
  constructor(private readonly parts: SingleOperationsParts) {}

  /** Repeats until the outcome is certain. For operations whose repeat changes nothing. */
  async insist(operation: Operation, request: HttpRequest, connection?: HttpConnection): Promise<SingleReply> {
    for (;;) {
      const reply = await this.once(operation, request, connection);
      if (!reply.verdict.mayRepeat || operation.tries >= TRIES_MAX) return reply;
      await backOff(operation.tries, reply.verdict.retryAfterMs, this.parts.random);
    }
  }

  async once(operation: Operation, request: HttpRequest, connection?: HttpConnection): Promise<SingleReply> {
    const { recorder, figures, sharedConnections } = this.parts;
    const line = connection ?? sharedConnections.take();
    await recorder.intend([operation], line.url);
    if (operation.tries === 1) figures.sent(nowMs() - operation.intendedMs);
    const reply = await ask(line, request);
    if (!connection) sharedConnections.giveBack(line);
    const details = reply.verdict.outcome === 'ok' ? shownOf(operation.kind, reply.body) : {};
    recorder.conclude(operation, reply.verdict, details);
    return reply;
  }

  /** A request that is no operation of the history: it changes nothing that is judged. */
  async aside(request: HttpRequest): Promise<SingleReply> {
    for (let failures = 1; ; failures++) {
      const line = this.parts.sharedConnections.take();
      const reply = await ask(line, request);
      this.parts.sharedConnections.giveBack(line);
      if (!reply.verdict.mayRepeat || failures >= TRIES_MAX) return reply;
      await backOff(failures, reply.verdict.retryAfterMs, this.parts.random);
    }
  }
}

async function ask(connection: HttpConnection, request: HttpRequest): Promise<SingleReply> {
  try {
    const reply = await connection.request(request);
    const body = bodyOf(reply);
    return { verdict: verdictOf(reply, body), body };
  } catch (error) {
    return { verdict: verdictOfError(error), body: {} };
  }
}

/** Connections of supervisors and of pages that read: few, kept alive, each with one request at a time. */
export class SharedConnections {
  private readonly idle: HttpConnection[] = [];
  private taken = 0;

  constructor(private readonly targets: readonly HttpTarget[]) {}

  take(): HttpConnection {
    const target = this.targets[this.taken++ % this.targets.length]!;
    return this.idle.pop() ?? new HttpConnection(target);
  }

  giveBack(connection: HttpConnection): void {
    // After a failure the next one may go to a gateway that lives.
    if (connection.isOpen) this.idle.push(connection);
  }

  close(): void {
    for (const connection of this.idle) connection.close();
  }
}
