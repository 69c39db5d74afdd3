import { TOPICS, isoTime } from '@app/contracts';
import { ASSESSMENT_GROUP } from '../../apps/assessment/src/assessment.tokens';
import { deadlineOf, statusOf } from '../../apps/assessment/src/attempts/domain/attempt-state';
import { checkEvidence } from '../faults/checker/checker';
import type { LogEntry, ProgressRow, TablesEvidence } from '../faults/checker/evidence';
import type { Finding } from '../faults/checker/findings';
import { gatherHistory } from '../faults/checker/history.reader';
import { ATTEMPTS_DEAD_LETTERS, RESPONSES } from '../faults/checker/topics';
import type { HistoryLine } from '../load/history/history.format';
import type { FaultName } from './seeded.faults';
import { SimulatedCandidate } from './simulated.candidate';
import { SimulatedPlatform } from './simulated.platform';

const TOPIC = TOPICS.attempts.name;
/** People who sit at the same time; whoever leaves makes room for the next. */
const SEATS = 4;
/** So much has to happen in every seed, however slow its log is. */
const HISTORY_MIN = 750;
const ANSWERS_EACH = 24;
const DURATIONS_SECONDS = [40, 60, 90];
/** What is not done by then, with everything healed or with what is left, will never be done. */
const LIMIT_MS = 1_800_000;
const LOOK_EVERY_MS = 500;

/** `safety`: faults until everybody has left, then none. `liveness`: some faults stay, and a process is gone for good. */
export type Mode = 'safety' | 'liveness';

/** Every fourth seed leaves some faults in for good. */
export function modeOf(seed: number): Mode {
  return seed % 4 === 0 ? 'liveness' : 'safety';
}

export interface SeedReport {
  readonly seed: number;
  readonly mode: Mode;
  /** Tries of operations and records of the log. */
  readonly events: number;
  readonly faults: ReadonlyMap<FaultName, number>;
  readonly acknowledged: number;
  readonly broken: readonly Finding[];
  /** Why the run did not come to its end; null where it did. */
  readonly stuck: string | null;
}

/** One run, wholly determined by its seed. */
export async function simulate(seed: number, mode: Mode): Promise<SeedReport> {
  const platform = new SimulatedPlatform(seed);
  const { runtime } = platform;
  const startedMs = runtime.nowMs();
  const history: HistoryLine[] = [
    { phase: 'run', seed, commit: '', startedMs, log: 'postgres', publicKeys: [] },
    { phase: 'fault', atMs: startedMs, name: 'simulated', step: 'inject' },
  ];
  const hall = new Hall(platform, history);
  const stuck = await livesThrough(platform, hall, mode);
  history.push({ phase: 'end', atMs: runtime.nowMs() });
  const entries = await logEntries(platform);
  const report = await checkEvidence({
    history: await gatherHistory(history),
    log: entriesOf(entries),
    tables: await tablesOf(platform, entries),
    isUnsigned: true,
  });
  return {
    seed,
    mode,
    events: history.length + entries.length,
    faults: platform.counts.all,
    acknowledged: report.acknowledged,
    broken: report.findings.filter(({ broken }) => broken > 0),
    stuck: stuck ?? platform.fatal[0]?.message ?? null,
  };
}

/** Who has come so far; people come until enough has happened. */
class Hall {
  readonly candidates: SimulatedCandidate[] = [];

  constructor(
    private readonly platform: SimulatedPlatform,
    private readonly history: HistoryLine[],
  ) {}

  async fill(): Promise<void> {
    await Promise.all(Array.from({ length: SEATS }, () => this.seat()));
  }

  private async seat(): Promise<void> {
    do {
      const candidate = new SimulatedCandidate(this.platform, this.history, this.candidates.length + 1);
      this.candidates.push(candidate);
      const drawn = Math.floor(this.platform.random() * DURATIONS_SECONDS.length);
      await candidate.sit(ANSWERS_EACH, DURATIONS_SECONDS[drawn]!);
    } while (this.history.length < HISTORY_MIN);
  }
}

async function livesThrough(platform: SimulatedPlatform, hall: Hall, mode: Mode): Promise<string | null> {
  const { runtime } = platform;
  let isDone = false;
  let failure: Error | null = null;
  void liveThrough(platform, hall, mode)
    .then(() => (isDone = true))
    .catch((error: Error) => (failure = error));
  try {
    await runtime.until(() => isDone || failure !== null, LIMIT_MS);
    return failure && String((failure as Error).stack);
  } catch {
    return describeStandstill(platform, hall);
  }
}

async function liveThrough(platform: SimulatedPlatform, hall: Hall, mode: Mode): Promise<void> {
  await platform.start();
  await hall.fill();
  if (mode === 'safety') platform.heal();
  else platform.leaveBroken();
  while (!(await isOver(platform, hall))) {
    await Promise.all(hall.candidates.map((candidate) => candidate.dismissLetters()));
    await platform.runtime.sleep(LOOK_EVERY_MS);
  }
}

async function isOver(platform: SimulatedPlatform, { candidates }: Hall): Promise<boolean> {
  const { headers, pendingFinishes } = platform.tables;
  const areClosed = candidates.every(({ attemptId }) => {
    const header = headers.get(attemptId);
    return header && (header.marker || header.pausedAtMs !== null) && header.openDeadLetters.length === 0;
  });
  return areClosed && pendingFinishes.size === 0 && (await platform.isStill());
}

function describeStandstill(platform: SimulatedPlatform, { candidates }: Hall): string {
  const states = candidates.map(({ attemptId, isDone }) => {
    const header = platform.tables.headers.get(attemptId);
    return `${attemptId} ${header ? statusOf(header) : 'unknown'}${isDone ? '' : ', still sitting'}`;
  });
  const waiting = platform.outbox.waiting.length;
  return `not at its end after ${LIMIT_MS / 60_000} minutes: ${states.join('; ')}; ${waiting} events wait`;
}

async function logEntries({ log }: SimulatedPlatform): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for (const topic of [ATTEMPTS_DEAD_LETTERS, TOPIC, RESPONSES]) {
    for (const [partition, { endOffset }] of await log.ranges(topic)) {
      const records = await log.read(topic, partition, 0, endOffset);
      for (const { offset, key, value, appendedAtMs } of records) {
        entries.push({ topic, partition, offset, key, value, appendedAtMs });
      }
    }
  }
  return entries;
}

async function* entriesOf(entries: readonly LogEntry[]): AsyncGenerator<LogEntry> {
  yield* entries;
}

/** The simulated tables, as their rows would be read. */
async function tablesOf(platform: SimulatedPlatform, entries: readonly LogEntry[]): Promise<TablesEvidence> {
  const { tables, outbox, runtime } = platform;
  const rowOf = ({ receivedAtMs, offset, ...record }: { receivedAtMs: number; offset: number }) => {
    return { ...record, receivedAt: isoTime(receivedAtMs), position: offset };
  };
  const outboxRows = new Map(outbox.rows.map((row) => [row.id, row]));
  return {
    takenAtMs: runtime.nowMs(),
    answerEvents: [...tables.answers.values()].flatMap((answers) => [...answers.values()].map(rowOf)) as never,
    conflicts: tables.conflicts.map(rowOf) as never,
    answers: [...tables.current.values()].flatMap((items) => [...items.values()]),
    attempts: [...tables.headers.values()].map((header) => {
      const deadlineMs = deadlineOf(header);
      const { attemptId, sessionId, closing, version } = header;
      const deadlineAt = deadlineMs === null ? null : isoTime(deadlineMs);
      return { attemptId, sessionId, closing, version, status: statusOf(header), deadlineAt, header: { ...header } };
    }),
    closings: tables.closings,
    results: [],
    packages: [],
    memberships: [],
    progress: await progressOf(platform, entries),
    outbox: [...tables.outboxRows].flatMap(([eventId, id]) => {
      const row = outboxRows.get(id);
      if (!row) return [];
      const { topic, place } = row;
      const { partition = null, offset = null } = place ?? {};
      return [{ schema: 'assessment', eventId, topic, isPublished: place !== null, createdAtMs: 0, partition, offset }];
    }),
  };
}

async function progressOf({ progress }: SimulatedPlatform, entries: readonly LogEntry[]): Promise<ProgressRow[]> {
  const partitions = new Set(entries.filter(({ topic }) => topic === TOPIC).map(({ partition }) => partition));
  return Promise.all(
    [...partitions].map(async (partition) => ({
      schema: 'assessment',
      group: ASSESSMENT_GROUP,
      topic: TOPIC,
      partition,
      nextOffset: await progress.position(ASSESSMENT_GROUP, TOPIC, partition),
      movedAtMs: 0,
    })),
  );
}
