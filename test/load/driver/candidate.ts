import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from './clock';
import type { GatewayRing } from './gateway.ring';
import { HttpConnection } from './http.connection';
import { newOperation } from './operation.recorder';
import { type SeatLogin, type SeatParts, Seat } from './seat';
import type { SingleOperations } from './single.operations';

const OPTIONS = ['A', 'B', 'C', 'D', 'E'];
const REASON_CODE = 'load-test';
const CREDIT_SECONDS = 60;
/** A supervisor looks after what is wrong and lets the candidate go on. */
const PAUSE_MS = 2_000;
/** 8 s of the longest append, 2 s grace, 1 s between clocks: then a finished attempt is closed and can be reopened. */
const CLOSES_AFTER_MS = 11_000;
const REOPEN_POLL_MS = 1_000;
const REOPEN_TRIES_MAX = 40;

export interface Assignment {
  readonly participantNumber: string;
  readonly pin: string;
  readonly sessionId: string;
  readonly seat: string;
}

/** What a supervisor has to do with one candidate. */
export type Incident = 'move' | 'credit' | 'pause' | 'finish';

export interface CandidateParts extends SeatParts {
  readonly operations: SingleOperations;
  readonly itemIds: readonly string[];
  readonly supervisorToken: string;
  /** Share of the answers after which the page reads the attempt. */
  readonly readShare: number;
}

export interface CandidateBehaviour {
  /** Of all its connections, whichever the seat. */
  readonly localAddress: string;
  /** What happens to this candidate, and at which answer. */
  readonly incident: { readonly kind: Incident; readonly atAnswer: number } | null;
}

/** One person in front of the candidate page, from the login to the submission. */
export class Candidate {
  private seat: Seat | null = null;
  private connection: HttpConnection;
  private answers = 0;
  private isPaused = false;
  private errand: Promise<void> = Promise.resolve();
  private readonly reads = new Set<Promise<unknown>>();

  constructor(
    private readonly assignment: Assignment,
    private readonly gateways: GatewayRing,
    private readonly behaviour: CandidateBehaviour,
    private readonly parts: CandidateParts,
  ) {
    this.connection = this.newConnection();
  }

  async logIn(intendedMs: number): Promise<void> {
    const { pin, seat } = this.assignment;
    const login =
      (await this.logInWith(pin, seat, this.connection, intendedMs)) ?? (await this.logInAnew(seat, this.connection));
    if (!login) throw new Error(`${this.assignment.participantNumber} could not log in`);
    this.seat = this.seatOf(login, this.connection);
  }

  async fetchForm(intendedMs: number): Promise<void> {
    await this.ask('form', 'GET', '/form', intendedMs);
  }

  async start(intendedMs: number): Promise<void> {
    await this.ask('start', 'POST', '/start', intendedMs);
  }

  /** Its time to answer has come; which item and what is left to chance, an answer may be changed later. */
  answer(intendedMs: number): void {
    if (!this.seat || this.isPaused) return;
    const { random, itemIds, readShare } = this.parts;
    const itemId = itemIds[Math.floor(random() * itemIds.length)]!;
    this.seat.answer(intendedMs, itemId, OPTIONS[Math.floor(random() * OPTIONS.length)]!);
    this.answers += 1;
    if (this.answers === this.behaviour.incident?.atAnswer) this.errand = this.meet(this.behaviour.incident.kind);
    if (random() < readShare) this.readAside();
  }

  /** After the last receipt, and after the supervisor has gone. */
  async submit(intendedMs: number): Promise<void> {
    await this.errand;
    await this.seat?.drained();
    await Promise.all(this.reads);
    // Waiting for receipts is the schedule of the candidate, not the server's latency.
    await this.ask('submit', 'POST', '/submit', Math.max(intendedMs, nowMs()));
  }

  close(): void {
    this.connection.close();
  }

  private meet(incident: Incident): Promise<void> {
    switch (incident) {
      case 'move':
        return this.moveToAnotherSeat();
      case 'credit':
        return this.supervise('credit', { seconds: CREDIT_SECONDS }).then(() => undefined);
      case 'pause':
        return this.pauseForAWhile();
      case 'finish':
        return this.finishAndReopen();
    }
  }

  /** The old seat goes on sending until the new one is logged in, as it does in a room. */
  private async moveToAnotherSeat(): Promise<void> {
    const oldSeat = this.seat!;
    const seat = `${this.assignment.seat}-b`;
    const moved = await this.supervise('move', { seat }, true);
    if (moved !== 'ok') return;
    const connection = this.newConnection();
    const login = await this.logInAnew(seat, connection);
    if (!login) return connection.close();
    this.seat = this.seatOf(login, connection);
    this.connection = connection;
    await this.read();
    await oldSeat.drained();
    oldSeat.close();
    if (this.parts.random() < 0.5) await this.supervise('accept-older-epoch', { epoch: oldSeat.login.epoch });
  }

  private async pauseForAWhile(): Promise<void> {
    if ((await this.supervise('pause', {})) === 'fail') return;
    this.isPaused = true;
    await sleep(PAUSE_MS);
    while ((await this.supervise('resume', {})) === 'unknown') await sleep(PAUSE_MS);
    this.isPaused = false;
  }

  private async finishAndReopen(): Promise<void> {
    if ((await this.supervise('finish', {}, true)) !== 'ok') return;
    await sleep(CLOSES_AFTER_MS);
    for (let tries = 0; tries < REOPEN_TRIES_MAX; tries++) {
      await sleep(REOPEN_POLL_MS);
      if ((await this.supervise('reopen', { seconds: CREDIT_SECONDS })) === 'ok') break;
    }
    this.seat!.takeUpAgain();
  }

  /** A PIN whose use is unknown may be used up, so the next try takes another. */
  private async logInAnew(seat: string, connection: HttpConnection): Promise<SeatLogin | null> {
    const { sessionId } = this.assignment;
    for (let tries = 0; tries < REOPEN_TRIES_MAX; tries++) {
      const path = `/v1/sessions/${sessionId}/seats/${seat}/pin`;
      const token = this.parts.supervisorToken;
      const { body } = await this.parts.operations.aside({ method: 'POST', path, token });
      const login = await this.logInWith(String(body.pin), seat, connection, nowMs());
      if (login) return login;
    }
    return null;
  }

  private async logInWith(
    pin: string,
    seat: string,
    connection: HttpConnection,
    intendedMs: number,
  ): Promise<SeatLogin | null> {
    const { participantNumber, sessionId } = this.assignment;
    const operation = newOperation('login', intendedMs, { participantNumber, sessionId, seat });
    const json = { participantNumber, pin };
    const request = { method: 'POST', path: '/v1/logins', json } as const;
    const { verdict, body } = await this.parts.operations.insist(operation, request, connection);
    return verdict.outcome === 'ok' ? (body as unknown as SeatLogin) : null;
  }

  private readAside(): void {
    const read = this.read().finally(() => this.reads.delete(read));
    this.reads.add(read);
  }

  private async read(): Promise<void> {
    const { attemptId, token } = this.seat!.login;
    const operation = newOperation('read', nowMs(), { attemptId });
    await this.parts.operations.insist(operation, { method: 'GET', path: `/v1/attempts/${attemptId}`, token });
  }

  private async ask(kind: 'form' | 'start' | 'submit', method: 'GET' | 'POST', path: string, intendedMs: number) {
    const { attemptId, epoch, token } = this.seat!.login;
    const operation = newOperation(kind, intendedMs, { attemptId, epoch });
    const request = { method, path: `/v1/attempts/${attemptId}${path}`, token };
    await this.parts.operations.insist(operation, request, this.connection);
  }

  /** @param repeats for commands that act once however often they come */
  private async supervise(
    kind: 'accept-older-epoch' | 'credit' | 'finish' | 'move' | 'pause' | 'reopen' | 'resume',
    fields: { seat?: string; seconds?: number; epoch?: number },
    repeats = false,
  ): Promise<'ok' | 'fail' | 'unknown'> {
    const { attemptId } = this.seat!.login;
    const { sessionId } = this.assignment;
    const json = { ...fields, reasonCode: REASON_CODE };
    const operation = newOperation(kind, nowMs(), { attemptId, sessionId, ...json });
    const path = `/v1/sessions/${sessionId}/attempts/${attemptId}/${kind}`;
    const request = { method: 'POST', path, token: this.parts.supervisorToken, json } as const;
    const { operations } = this.parts;
    const { verdict } = await (repeats ? operations.insist(operation, request) : operations.once(operation, request));
    return verdict.outcome;
  }

  private newConnection(): HttpConnection {
    return new HttpConnection(this.gateways.target, this.behaviour.localAddress);
  }

  private seatOf(login: SeatLogin, connection: HttpConnection): Seat {
    return new Seat(login, connection, this.gateways, this.parts);
  }
}
