import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../load/driver/clock';
import { DriverFigures } from '../../load/driver/driver.figures';
import { GatewayRing } from '../../load/driver/gateway.ring';
import { HttpConnection } from '../../load/driver/http.connection';
import { type Operation, OperationRecorder, newOperation } from '../../load/driver/operation.recorder';
import { answerVerdictOf, bodyOf, verdictOf, verdictOfError } from '../../load/driver/reply.verdict';
import type { SeatLogin } from '../../load/driver/seat';
import { SharedConnections, SingleOperations } from '../../load/driver/single.operations';
import { StaffClient, until } from '../../load/platform/staff.client';
import type { FaultScene } from './fault.scene';

export const SECOND_HALL = 'second-hall';
const DURATION_SECONDS = 1_800;
const PREPARATION_TIMEOUT_MS = 60_000;
/** PINs are used before the session starts, and have to be printed before that. */
const LEAD_MS = 20_000;
/** Ten requests a second are what the gateway lets one attempt make. */
const BETWEEN_ANSWERS_MS = 150;
const ITEM = 'item-1';

export interface Pin {
  readonly participantNumber: string;
  readonly pin: string;
  readonly seat: string;
}

interface GivenAnswer {
  readonly login: SeatLogin;
  readonly counter: number;
  /** Left out, chance decides. */
  readonly response?: string;
}

/** A few candidates besides those of the driver, who do what no page does. Everything they do is in the history. */
export class SecondHall {
  private readonly recorder: OperationRecorder;
  private readonly operations: SingleOperations;
  private readonly shared: SharedConnections;
  private logins: SeatLogin[] = [];
  private startsAtMs = 0;
  private readonly client: StaffClient;

  private constructor(private readonly scene: FaultScene) {
    const figures = new DriverFigures();
    const { gatewayUrls } = scene.platform;
    this.client = new StaffClient(gatewayUrls[0]!);
    this.recorder = new OperationRecorder(scene.parts.history, figures);
    this.shared = new SharedConnections(gatewayUrls.map((_, nth) => new GatewayRing(gatewayUrls, nth).target));
    const { recorder, shared: sharedConnections } = this;
    this.operations = new SingleOperations({ recorder, figures, random: scene.random, sharedConnections });
  }

  /** Registered and seated, with a PIN each. The session starts, and the PINs end, after so long. */
  static async planned(scene: FaultScene, candidates: number, leadMs: number) {
    const hall = new SecondHall(scene);
    return { hall, pins: await hall.prepare(candidates, leadMs) };
  }

  /** Registered, seated, logged in and started. */
  static async open(scene: FaultScene, candidates: number): Promise<SecondHall> {
    const { hall, pins } = await SecondHall.planned(scene, candidates, LEAD_MS);
    hall.logins = await Promise.all(pins.map((pin) => hall.logIn(pin)));
    await sleep(Math.max(0, hall.startsAtMs - Date.now()));
    await hall.command('open', `/v1/sessions/${SECOND_HALL}/open`, scene.platform.staff.supervisor, {
      sessionId: SECOND_HALL,
    });
    await Promise.all(hall.logins.map((login) => hall.ofAttempt('start', login)));
    return hall;
  }

  /** Every answer of every candidate goes to all gateways in the same moment. */
  answerEverywhereAtOnce(answersEach: number): Promise<void> {
    return this.everybody(answersEach, (login, counter, connections) => this.answer({ login, counter }, connections));
  }

  /** Every answer is followed by another one to the same item under the same `seq`, through the next gateway. */
  contradict(answersEach: number): Promise<void> {
    return this.everybody(answersEach, async (login, counter, connections) => {
      const [here, there] = [
        connections[counter % connections.length]!,
        connections[(counter + 1) % connections.length]!,
      ];
      await this.answer({ login, counter, response: 'A' }, [here]);
      await sleep(BETWEEN_ANSWERS_MS);
      await this.answer({ login, counter, response: 'B' }, [there]);
    });
  }

  /** Of every two answers to the same item the later one is sent first. */
  answerInReverse(answersEach: number): Promise<void> {
    return this.everybody(answersEach, async (login, nth, connections) => {
      const counter = nth % 2 === 0 ? nth + 1 : nth - 1;
      await this.answer({ login, counter, response: counter % 2 === 0 ? 'A' : 'B' }, [connections[0]!]);
    });
  }

  get attemptIds(): readonly string[] {
    return this.logins.map(({ attemptId }) => attemptId);
  }

  async submit(): Promise<void> {
    await Promise.all(this.logins.map((login) => this.ofAttempt('submit', login)));
    this.shared.close();
  }

  private async everybody(
    answersEach: number,
    give: (login: SeatLogin, counter: number, connections: readonly HttpConnection[]) => Promise<void>,
  ): Promise<void> {
    await Promise.all(
      this.logins.map(async (login) => {
        const connections = this.scene.platform.gatewayUrls.map((url) => new HttpConnection(targetOf(url)));
        for (let counter = 0; counter < answersEach; counter++) {
          await give(login, counter, connections);
          await sleep(BETWEEN_ANSWERS_MS);
        }
        for (const connection of connections) connection.close();
      }),
    );
  }

  /** Once through each of the connections. */
  private async answer(
    { login, counter, response = this.eitherResponse() }: GivenAnswer,
    at: readonly HttpConnection[],
  ) {
    const { attemptId, epoch, firstSeq, token } = login;
    const body = { itemId: ITEM, seq: firstSeq + counter, response, answeredAt: new Date().toISOString() };
    const whole = newOperation('answer', nowMs(), { attemptId, epoch, ...body });
    // Tries of one operation that overlap: each is counted before any is sent.
    const tries: Operation[] = at.map((_, nth) => ({ ...whole, tries: nth }));
    await Promise.all(tries.map((one, nth) => this.recorder.intend([one], at[nth]!.url)));
    const path = `/v1/attempts/${attemptId}/answers`;
    const request = { method: 'POST', path, token, json: { answers: [body] } } as const;
    await Promise.all(
      at.map(async (connection, nth) => {
        try {
          const reply = await connection.request(request);
          const text = bodyOf(reply);
          const { verdict, receipt } = answerVerdictOf(verdictOf(reply, text), text, body.seq);
          this.recorder.conclude(tries[nth]!, verdict, receipt ? { receipt } : {});
        } catch (error) {
          this.recorder.conclude(tries[nth]!, verdictOfError(error));
        }
      }),
    );
  }

  private eitherResponse(): string {
    return this.scene.random() < 0.5 ? 'A' : 'B';
  }

  private async prepare(candidates: number, leadMs: number): Promise<Pin[]> {
    const { staff } = this.scene.platform;
    const numbers = Array.from({ length: candidates }, (_, nth) => `Z-${String(nth + 1).padStart(6, '0')}`);
    await this.importFile('/v1/participants/import', [
      'participantNumber,name,nip,agency',
      ...numbers.map(
        (number, nth) => `${number},Peserta Kembar ${nth + 1},197506172005012${String(nth + 1).padStart(3, '0')},bkn`,
      ),
    ]);
    // Whole seconds, as the plan's file carries them.
    this.startsAtMs = Math.ceil((Date.now() + leadMs) / 1_000) * 1_000;
    await this.planIn('room-2');
    const token = staff.operations;
    const csv = await this.client.call<string>({ method: 'GET', path: '/v1/participants/pseudonyms', token });
    const ids = new Map(
      csv
        .trim()
        .split('\n')
        .map((line) => line.split(',').slice(0, 2) as [string, string]),
    );
    await this.importFile('/v1/plan/seats', [
      'sessionId,seat,analyticsId',
      ...numbers.map((number, nth) => `${SECOND_HALL},z${nth + 1},${ids.get(number)}`),
    ]);
    return until('the PINs of the second hall', PREPARATION_TIMEOUT_MS, async () => {
      const path = `/v1/sessions/${SECOND_HALL}/pins`;
      const pins = await this.client.call<Pin[]>({ method: 'POST', path, token: staff.supervisor }).catch(nothingYet);
      return pins.length === candidates && pins;
    });
  }

  /** Plans the session, or plans it anew in another room. */
  async planIn(room: string): Promise<void> {
    const [date, time] = new Date(this.startsAtMs).toISOString().split('T') as [string, string];
    await this.importFile('/v1/plan/sessions', [
      'sessionId,cluster,siteId,room,date,startsAt,timeZone,durationSeconds,seats,formId,formVersion,pinClosesMinutesBefore',
      `${SECOND_HALL},1,site-1,${room},${date},${time.slice(0, 8)},Etc/UTC,${DURATION_SECONDS},500,load-form,1,0`,
    ]);
  }

  /** @throws where the login is refused, naming the code */
  async logIn(pin: Pin): Promise<SeatLogin> {
    const { verdict, body } = await this.tryLogIn(pin);
    if (verdict.outcome !== 'ok') throw new Error(`${pin.participantNumber} could not log in: ${verdict.code}`);
    return body as unknown as SeatLogin;
  }

  /** For a login that may be refused. */
  tryLogIn({ participantNumber, pin, seat }: Pin) {
    const operation = newOperation('login', nowMs(), { participantNumber, sessionId: SECOND_HALL, seat });
    const request = { method: 'POST', path: '/v1/logins', json: { participantNumber, pin } } as const;
    return this.operations.insist(operation, request);
  }

  private async importFile(path: string, lines: readonly string[]): Promise<void> {
    const { operations: token } = this.scene.platform.staff;
    await this.client.call({ method: 'POST', path, csv: [...lines, ''].join('\n'), token });
  }

  private ofAttempt(kind: 'start' | 'submit', { attemptId, epoch, token }: SeatLogin): Promise<void> {
    return this.command(kind, `/v1/attempts/${attemptId}/${kind}`, token, { attemptId, epoch });
  }

  private async command(kind: 'open' | 'start' | 'submit', path: string, token: string, fields: object): Promise<void> {
    const operation = newOperation(kind, nowMs(), fields);
    const { verdict } = await this.operations.insist(operation, { method: 'POST', path, token });
    if (verdict.outcome !== 'ok') throw new Error(`${path}: ${verdict.code}`);
  }
}

/** The plan reaches the assessment service through the log. */
function nothingYet(error: Error): never[] {
  if (error.message.includes('session.unknown')) return [];
  throw error;
}

function targetOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
