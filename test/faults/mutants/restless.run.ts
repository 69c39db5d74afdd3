import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../load/driver/clock';
import { DriverFigures } from '../../load/driver/driver.figures';
import { GatewayRing } from '../../load/driver/gateway.ring';
import { OperationRecorder, newOperation } from '../../load/driver/operation.recorder';
import { seededRandom } from '../../load/driver/seeded.random';
import { SharedConnections, SingleOperations } from '../../load/driver/single.operations';
import { HistoryWriter } from '../../load/history/history.writer';
import { type Exam, ExamPreparation } from '../../load/platform/exam.preparation';
import { LoadPlatform } from '../../load/platform/load.platform';
import { StaffClient } from '../../load/platform/staff.client';
import { type CheckReport, checkEvidence } from '../checker/checker';
import { type RunPlaces, untilStill, withEvidence } from '../checker/run.evidence';
import { HARMS } from './harms';
import type { Mutant } from './mutants';
import { RestlessCandidate } from './restless.candidate';

/** A harm may miss; after so many rounds nothing new would be seen. */
const ROUNDS_MAX = 4;
const CANDIDATES_PER_ROUND = 8;
const ANSWERS_EACH = 30;
/** For logins; the session starts when it is over. */
const LEAD_SECONDS = 12;
const LONG_SECONDS = 3_600;
/** Long enough for a few hundred answers, short enough to be waited for. */
const SHORT_SECONDS = 15;
/** 11 s until the marker, and some for the fold. */
const MARKER_WAIT_MS = 15_000;
const STILL_TIMEOUT_MS = 20_000;

export type RunConditions = Pick<Mutant, 'harm' | 'log' | 'endsByDeadline'>;

export interface MutantResult {
  readonly report: CheckReport;
  readonly rounds: number;
}

/** Runs a built tree under a short, restless load, and judges it after every round until something is found. */
export async function runTree(root: string, conditions: RunConditions, seed: number): Promise<MutantResult> {
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-mutant-run-'));
  const log = conditions.log ?? 'postgres';
  const platform = await LoadPlatform.start({ log, brokers: 3, counts: {}, root });
  const run = new RestlessRun(platform, conditions, seed, join(folder, 'history.jsonl'));
  try {
    await run.prepare();
    for (let rounds = 1; ; rounds++) {
      const report = await run.round();
      if (report.broken > 0 || rounds === run.rounds) return { report, rounds };
    }
  } finally {
    await run.close();
    await platform.stop();
    rmSync(folder, { recursive: true });
  }
}

/** A few restless candidates on a platform, round by round, with everything written down. */
export class RestlessRun {
  private readonly history: HistoryWriter;
  private readonly recorder: OperationRecorder;
  private readonly connections: SharedConnections;
  private readonly operations: SingleOperations;
  private readonly random: () => number;
  private candidates: RestlessCandidate[] = [];
  private exam: Exam | null = null;

  constructor(
    private readonly platform: LoadPlatform,
    private readonly conditions: RunConditions,
    private readonly seed: number,
    private readonly historyFile: string,
  ) {
    const figures = new DriverFigures();
    this.history = new HistoryWriter(historyFile);
    this.recorder = new OperationRecorder(this.history, figures);
    this.random = seededRandom(seed);
    this.connections = new SharedConnections([new GatewayRing(platform.gatewayUrls, 0).target]);
    const { recorder, random, connections: sharedConnections } = this;
    this.operations = new SingleOperations({ recorder, figures, random, sharedConnections });
  }

  /** Attempts of one session run out of time together, so they make one round. */
  get rounds(): number {
    return this.conditions.endsByDeadline ? 1 : ROUNDS_MAX;
  }

  async prepare(): Promise<void> {
    const client = new StaffClient(this.platform.gatewayUrls[0]!);
    const { keys } = await client.call<{ keys: object[] }>({ method: 'GET', path: '/v1/keys', token: '' });
    const log = this.conditions.log ?? 'postgres';
    this.history.add({ phase: 'run', seed: this.seed, commit: '', startedMs: nowMs(), log, publicKeys: keys });
    const exam = await new ExamPreparation(client, this.platform.staff).prepare({
      candidates: CANDIDATES_PER_ROUND * this.rounds,
      leadSeconds: LEAD_SECONDS,
      durationSeconds: this.conditions.endsByDeadline ? SHORT_SECONDS : LONG_SECONDS,
    });
    this.exam = exam;
    const { recorder, operations, connections, random } = this;
    const supervisorToken = this.platform.staff.supervisor;
    const parts = { recorder, operations, connections, random, itemIds: exam.itemIds, supervisorToken };
    this.candidates = exam.assignments.map((assignment) => new RestlessCandidate(assignment, parts));
    await allDone(this.candidates.map((candidate) => candidate.logIn()));
    await sleep(Math.max(0, exam.startsAtMs - nowMs()));
    for (const sessionId of exam.sessionIds) await this.open(sessionId);
    await allDone(this.candidates.map((candidate) => candidate.start()));
  }

  async round(): Promise<CheckReport> {
    const seated = this.candidates.splice(0, CANDIDATES_PER_ROUND);
    const harmed = this.harm();
    const deadlineMs = nowMs() + SHORT_SECONDS * 1_000;
    await allDone(
      seated.map((candidate) =>
        this.conditions.endsByDeadline ? candidate.sitUntil(deadlineMs) : candidate.sit(ANSWERS_EACH),
      ),
    );
    await harmed;
    if (this.conditions.endsByDeadline) await sleep(MARKER_WAIT_MS);
    await this.history.written();
    return this.judge();
  }

  /** Waits until nothing moves any more, and looks at everything that has been left so far. */
  async judge(): Promise<CheckReport> {
    await untilStill(this.places, STILL_TIMEOUT_MS);
    return withEvidence(this.places, checkEvidence);
  }

  /** Where everything stands that has been left so far. */
  get places(): RunPlaces {
    const { historyFile, platform } = this;
    const brokers = platform.kafka?.brokers;
    return { historyFile, databaseUrl: platform.postgres.url, ...(brokers ? { brokers } : {}) };
  }

  async close(): Promise<void> {
    this.connections.close();
    await this.history.close();
  }

  private async harm(): Promise<void> {
    const { harm: name } = this.conditions;
    if (name === 'none') return;
    this.history.add({ phase: 'fault', atMs: nowMs(), name, step: 'inject' });
    await HARMS[name](this.platform);
    this.history.add({ phase: 'fault', atMs: nowMs(), name, step: 'heal' });
  }

  private async open(sessionId: string): Promise<void> {
    const token = this.platform.staff.supervisor;
    const operation = newOperation('open', nowMs(), { sessionId });
    const request = { method: 'POST', path: `/v1/sessions/${sessionId}/open`, token } as const;
    const { verdict } = await this.operations.insist(operation, request);
    if (verdict.outcome !== 'ok') throw new Error(`${sessionId} could not be opened: ${verdict.code}`);
  }
}

/** Waits for all of them, also where one fails: what is still under way writes into the history. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}
