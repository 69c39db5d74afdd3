import { setPriority } from 'node:os';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { HistoryWriter } from '../history/history.writer';
import { RateProfile, type ScheduledAnswer, answerSchedule, onceEach } from './answer.schedule';
import { Candidate } from './candidate';
import { nowMs } from './clock';
import { DriverFigures } from './driver.figures';
import type { DriverCommand, DriverReport, DriverSettings, EveryonePhase } from './driver.protocol';
import { GatewayRing } from './gateway.ring';
import { incidentOf } from './incident.plan';
import { OperationRecorder } from './operation.recorder';
import { seededRandom } from './seeded.random';
import { SharedConnections, SingleOperations } from './single.operations';
import { SOURCE_ADDRESSES } from './source.addresses';

const REPORT_INTERVAL_MS = 1_000;
/** When the driver is behind, it still lets replies in between. */
const EVENTS_PER_TURN = 50;
/** The driver stands for other machines: it must not wait for the processes that it measures. */
const PRIORITY = -20;
const FAILURES_SHOWN_MAX = 5;

const ACTIONS = {
  logins: (candidate, intendedMs) => candidate.logIn(intendedMs),
  forms: (candidate, intendedMs) => candidate.fetchForm(intendedMs),
  starts: (candidate, intendedMs) => candidate.start(intendedMs),
  submissions: (candidate, intendedMs) => candidate.submit(intendedMs),
} satisfies Record<EveryonePhase, (candidate: Candidate, intendedMs: number) => Promise<void>>;

/** One process of the load driver: some thousands of candidates, their schedule, their history. */
class DriverProcess {
  private readonly figures = new DriverFigures();
  private readonly history: HistoryWriter;
  private readonly candidates: readonly Candidate[];
  private readonly shared: SharedConnections;
  private readonly reporting: NodeJS.Timeout;

  constructor(private readonly settings: DriverSettings) {
    const { seed, gateways, historyFile, assignments } = settings;
    const random = seededRandom(seed);
    this.history = new HistoryWriter(historyFile);
    const recorder = new OperationRecorder(this.history, this.figures);
    this.shared = new SharedConnections(gateways.map((_, nth) => new GatewayRing(gateways, nth).target));
    const common = { recorder, figures: this.figures, random };
    const operations = new SingleOperations({ ...common, sharedConnections: this.shared });
    const parts = { ...common, ...settings, operations };
    this.candidates = assignments.map((assignment, nth) => {
      const localAddress = SOURCE_ADDRESSES[nth % SOURCE_ADDRESSES.length]!;
      const incident = incidentOf(random, settings.incidentShare, settings.answersEach);
      return new Candidate(assignment, new GatewayRing(gateways, nth), { localAddress, incident }, parts);
    });
    this.reporting = setInterval(() => this.report(), REPORT_INTERVAL_MS);
  }

  async everyone(phase: EveryonePhase, fromMs: number, overMs: number): Promise<void> {
    const actions: Promise<void>[] = [];
    const failures: string[] = [];
    await follow(onceEach(this.candidates.length, overMs), fromMs, (candidate, intendedMs) => {
      const action = ACTIONS[phase](this.candidates[candidate]!, intendedMs);
      actions.push(action.catch((error: unknown) => void failures.push(String(error))));
    });
    await Promise.all(actions);
    send({ type: 'phase-done', phase, failures: failures.slice(0, FAILURES_SHOWN_MAX) });
  }

  async answers(fromMs: number, profile: RateProfile): Promise<void> {
    const { population, seed } = this.settings;
    const schedule = answerSchedule(profile, population, this.candidates.length, seededRandom(seed + 1));
    await follow(schedule, fromMs, (candidate, intendedMs) => this.candidates[candidate]!.answer(intendedMs));
    await sleep(Math.max(0, fromMs + profile.durationMs - nowMs()));
    send({ type: 'phase-done', phase: 'answers', failures: [] });
  }

  async end(): Promise<void> {
    clearInterval(this.reporting);
    for (const candidate of this.candidates) candidate.close();
    this.shared.close();
    await this.history.close();
    this.report();
    send({ type: 'ended', total: this.figures.total() });
  }

  private report(): void {
    send({ type: 'figures', report: this.figures.report(nowMs()) });
  }
}

/** Waits for each event's time and does it; never waits for what it leads to. */
async function follow(
  schedule: Iterable<ScheduledAnswer>,
  fromMs: number,
  act: (candidate: number, intendedMs: number) => void,
): Promise<void> {
  let inThisTurn = 0;
  for (const { candidate, atMs } of schedule) {
    const waitMs = fromMs + atMs - nowMs();
    if (waitMs > 0) await sleep(waitMs);
    else if (++inThisTurn >= EVENTS_PER_TURN) await nextTurn();
    if (waitMs > 0 || inThisTurn >= EVENTS_PER_TURN) inThisTurn = 0;
    act(candidate, fromMs + atMs);
  }
}

function send(report: DriverReport): void {
  process.send!(report);
}

function preferThisProcess(): void {
  try {
    setPriority(PRIORITY);
  } catch {
    // Only root may; without it the lag of the sends decides whether the run counts.
  }
}

let driver: DriverProcess;

async function obey(command: DriverCommand): Promise<void> {
  switch (command.type) {
    case 'prepare':
      driver = new DriverProcess(command.settings);
      return send({ type: 'ready' });
    case 'phase':
      return command.phase === 'answers'
        ? driver.answers(command.fromMs, new RateProfile(command.steps))
        : driver.everyone(command.phase, command.fromMs, command.overMs);
    case 'end':
      return driver.end();
  }
}

preferThisProcess();
process.on('message', (command: DriverCommand) => void obey(command));
// The run has died: without it nobody would end this process.
process.on('disconnect', () => process.exit());
