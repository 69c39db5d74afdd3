import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gatherHistory } from '../../faults/checker/history.reader';
import { nowMs } from '../../load/driver/clock';
import { DriverFleet } from '../../load/driver/driver.fleet';
import { RateProfile } from '../../load/driver/answer.schedule';
import { readHistory } from '../../load/history/history.merge';
import { ExamPreparation, type Exam } from '../../load/platform/exam.preparation';
import type { StaffTokens } from '../../load/platform/load.platform';
import { StaffClient, until } from '../../load/platform/staff.client';
import { Staff } from '../../system/support/test-platform';
import { composeDatabaseUrl, composeLogEnds } from './compose.platform';
import { PositionsReader } from './positions.reader';
import { StandingWatch } from './standing.watch';
import { type UpgradeSpan, problemsOf, upgradeReportOf } from './upgrade.report';

const USAGE = `Usage: node -r ./tools/register.cjs test/packaging/upgrade/main.ts [options]

  Lets candidates answer through the balancer in front of a compose project that has just been started on empty volumes,
  runs a command that replaces its containers, and reports what the candidates saw and how far the consumers stood still.

  --gateway URL     the balancer (default http://127.0.0.1:8080)
  --command LINE    what replaces the containers (default sh deploy/rolling-upgrade.sh)
  --candidates N    people who sit at the same time (default 200)
  --rate R          answers a second, of all (default 200)
`;

/** So that the load is steady before the upgrade begins, and what it leaves behind is seen. */
const STEADY_MS = 15_000;
/** The load goes on in pieces until the upgrade has ended. */
const PIECE_MS = 10_000;
const LOOK_INTERVAL_MS = 300;
const LEAD_SECONDS = 20;
/** Longer than any upgrade. */
const SESSION_SECONDS = 3_600;
/** A small upgrade takes so long; what supervisors do falls into it. */
const INCIDENTS_SECONDS = 120;
const BREATH_MS = 500;
const PER_SECOND = 100;
const SETTLE_TIMEOUT_MS = 120_000;
const STOPPING = /, stopping /;

interface Options {
  readonly gateway: string;
  readonly command: string;
  readonly candidates: number;
  readonly rate: number;
}

function note(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 23)}  ${text}\n`);
}

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) return 0;
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-upgrade-'));
  const historyFile = join(folder, 'history.jsonl');
  const databaseUrl = composeDatabaseUrl();
  const ends = composeLogEnds();
  const positions = await PositionsReader.open(databaseUrl, ends.readEnds);
  const watch = new StandingWatch();
  try {
    const { span } = await played(options, await staffOf(databaseUrl), historyFile, positions, watch);
    const report = upgradeReportOf(await gatherHistory(readHistory(historyFile)), span, watch.longest);
    writeFileSync(join(folder, 'report.json'), `${JSON.stringify({ options, ...report }, null, 1)}\n`);
    process.stdout.write(`${JSON.stringify(report, null, 1)}\nreport.json and history.jsonl are in ${folder}\n`);
    const problems = problemsOf(report);
    for (const problem of problems) process.stdout.write(`FAILED: ${problem}\n`);
    return problems.length === 0 ? 0 : 1;
  } finally {
    await positions.close();
    await ends.close();
  }
}

function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      gateway: { type: 'string', default: 'http://127.0.0.1:8080' },
      command: { type: 'string', default: 'sh deploy/rolling-upgrade.sh' },
      candidates: { type: 'string', default: '200' },
      rate: { type: 'string', default: '200' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) process.stdout.write(USAGE);
  const { gateway, command, candidates, rate } = values;
  return values.help ? null : { gateway, command, candidates: Number(candidates), rate: Number(rate) };
}

async function staffOf(databaseUrl: string): Promise<StaffTokens> {
  const staff = await Staff.hire(databaseUrl);
  return {
    operations: staff.tokenOf('operations'),
    analyst: staff.tokenOf('analyst'),
    supervisor: staff.tokenOf('supervisor'),
    firstOfficer: staff.tokenOf('rollout-officer'),
    secondOfficer: staff.tokenOf('rollout-officer-2'),
  };
}

async function played(
  options: Options,
  staff: StaffTokens,
  historyFile: string,
  positions: PositionsReader,
  watch: StandingWatch,
): Promise<{ span: UpgradeSpan }> {
  const { gateway, candidates, rate } = options;
  const client = new StaffClient(gateway);
  note(`registering ${candidates} people`);
  const preparation = new ExamPreparation(client, staff);
  const exam = await preparation.prepare({
    candidates,
    leadSeconds: LEAD_SECONDS,
    durationSeconds: SESSION_SECONDS,
  });
  const fleet = await launched(options, exam, staff, (INCIDENTS_SECONDS * rate) / candidates, historyFile);
  try {
    await seatEverybody(fleet, exam, client, staff, candidates);
    note(`answering, ${rate} a second`);
    const looking = keepLooking(positions, watch);
    const upgrading = upgrade(options.command);
    const span = await loadUntil(fleet, rate, upgrading);
    note('submitting');
    await fleet.everyone('submissions', nowMs(), (candidates / PER_SECOND) * 1_000);
    await untilApplied(positions);
    await looking.end();
    return { span };
  } finally {
    await fleet.end();
  }
}

/** The same rate without a break, some time longer than the work takes. */
async function loadUntil<T>(fleet: DriverFleet, perSecond: number, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  // Seen below; until then a failure must not end the process.
  done.catch(() => undefined);
  const piece = new RateProfile([{ durationMs: PIECE_MS, perSecond }]);
  let fromMs = nowMs() + BREATH_MS;
  for (let afterwards = 0; afterwards <= STEADY_MS / PIECE_MS; afterwards += isDone ? 1 : 0) {
    await fleet.answers(fromMs, piece);
    fromMs += PIECE_MS;
  }
  return done;
}

function launched(
  { gateway, candidates }: Options,
  { assignments, itemIds }: Exam,
  staff: StaffTokens,
  answersEach: number,
  historyFile: string,
): Promise<DriverFleet> {
  return DriverFleet.launch(
    {
      seed: 1,
      drivers: 1,
      gateways: [gateway],
      assignments,
      itemIds,
      supervisorToken: staff.supervisor,
      // Half of the candidates are moved, credited, paused or ended, so that every service has something to do.
      incidentShare: 0.5,
      readShare: 0.01,
      answersEach,
      historyFileOf: () => historyFile,
    },
    ({ counts }) => note(`  ${candidates} candidates: ${JSON.stringify(counts)}`),
  );
}

async function seatEverybody(
  fleet: DriverFleet,
  { sessionIds, startsAtMs }: Exam,
  client: StaffClient,
  { supervisor: token }: StaffTokens,
  candidates: number,
): Promise<void> {
  note('logging in');
  await fleet.everyone('logins', nowMs() + BREATH_MS, (candidates / PER_SECOND) * 1_000);
  await fleet.everyone('forms', nowMs(), (candidates / PER_SECOND) * 1_000);
  await sleep(Math.max(0, startsAtMs - Date.now()));
  for (const sessionId of sessionIds) {
    await until(`${sessionId} opens`, SETTLE_TIMEOUT_MS, async () => {
      const opened = client.call({ method: 'POST', path: `/v1/sessions/${sessionId}/open`, token });
      return opened.then(
        () => true,
        () => false,
      );
    });
  }
  await fleet.everyone('starts', nowMs() + BREATH_MS, (candidates / PER_SECOND) * 1_000);
}

/** Runs the command under load; its lines tell when an old container is asked to stop. */
async function upgrade(command: string): Promise<UpgradeSpan> {
  await sleep(STEADY_MS);
  note(`running ${command}`);
  const fromMs = nowMs();
  const stopsMs: number[] = [];
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (STOPPING.test(line)) stopsMs.push(nowMs());
    note(`  | ${line}`);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return { fromMs, untilMs: nowMs(), stopsMs };
}

function keepLooking(positions: PositionsReader, watch: StandingWatch): { end(): Promise<void> } {
  let isOver = false;
  const look = async () => {
    while (!isOver) {
      watch.look(nowMs(), await positions.read());
      await sleep(LOOK_INTERVAL_MS);
    }
  };
  const looking = look();
  // Seen at the end; until then a failure must not end the process.
  looking.catch(() => undefined);
  return {
    end() {
      isOver = true;
      return looking;
    },
  };
}

async function untilApplied(positions: PositionsReader): Promise<void> {
  await until('everything is applied', SETTLE_TIMEOUT_MS, async () =>
    [...(await positions.read()).values()].every(({ position, end }) => position >= end),
  );
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`the run broke off: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(2);
  },
);
