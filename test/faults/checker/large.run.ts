import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckReport, CommonFold, judgeAttempts, mergeReports } from './checker';
import type { LogEntry, LogReader } from './evidence';
import { ShardedHistory } from './history.shards';
import { sentAnswers } from './judged.evidence';
import { LogFold } from './log.judge';
import { type RunPlaces, isSameEnds, openLog } from './run.evidence';
import { SHARDS_MAX, ShardFiles, Shards } from './shards';
import { TablesReader } from './tables.reader';
import { ATTEMPT_TOPICS, JUDGED_TOPICS, RESULTS, STILL_TOPICS } from './topics';

/** Of the history in one part: with its records, rows and what is made of them some 300 MB of memory. */
const SHARD_BYTES = 40_000_000;

export interface LargeCheckReport extends CheckReport {
  readonly parts: number;
  readonly seconds: number;
  /** Most memory that this process had at the end of a part. */
  readonly residentMb: number;
}

/**
 * Judges a run of any size: history and log are read once and divided by attempt, and one part after the other is judged
 * as a whole run would be. The same properties hold for all parts exactly where they hold for the run, since each looks
 * at one attempt or session at a time; what does not is judged beside the parts.
 */
export async function checkLargeRun(places: RunPlaces, shardBytes = SHARD_BYTES): Promise<LargeCheckReport> {
  const startedMs = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-check-'));
  const log = await openLog(places);
  const tables = await TablesReader.open(places.databaseUrl);
  try {
    const bytes = statSync(places.historyFile).size;
    const shards = new Shards(Math.min(SHARDS_MAX, Math.max(1, Math.ceil(bytes / shardBytes))));
    const run = new LargeRun(places, folder, shards, log, tables);
    const { report, residentMb } = await run.judge();
    return { ...report, parts: shards.count, seconds: Math.round((Date.now() - startedMs) / 1_000), residentMb };
  } finally {
    await tables.close();
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class LargeRun {
  private readonly eventIds = new Map<string, string>();
  private residentMb = 0;

  constructor(
    private readonly places: RunPlaces,
    private readonly folder: string,
    private readonly shards: Shards,
    private readonly log: LogReader,
    private readonly tables: TablesReader,
  ) {}

  async judge(): Promise<{ report: CheckReport; residentMb: number }> {
    const ends = await this.log.ends(STILL_TOPICS);
    const commonTables = await this.tables.common();
    const common = new CommonFold();
    const logParts = await this.splitLog(common);
    const history = await ShardedHistory.split(this.places.historyFile, this.folder, this.shards);
    const reports: CheckReport[] = [];
    for (let shard = 0; shard < this.shards.count; shard++) {
      const part = await this.tables.ofAttempts({ shards: this.shards, shard });
      const { commitmentSecret } = this.places;
      reports.push(
        await this.judgePart(
          await history.part(shard),
          logParts[shard]!,
          { ...commonTables, ...part },
          commitmentSecret,
        ),
      );
    }
    if (!isSameEnds(ends, await this.log.ends(STILL_TOPICS))) throw new Error('the log has grown while it was judged');
    reports.push(common.judge(history.common.faults, commonTables, this.eventIds));
    return { report: mergeReports(reports), residentMb: this.residentMb };
  }

  private async judgePart(
    history: Awaited<ReturnType<ShardedHistory['part']>>,
    logPart: string,
    tables: Parameters<typeof judgeAttempts>[0]['tables'],
    commitmentSecret: Buffer | undefined,
  ): Promise<CheckReport> {
    const fold = new LogFold();
    for (const line of readFileSync(logPart, 'utf8').split('\n')) {
      if (line !== '') fold.take(JSON.parse(line) as LogEntry);
    }
    for (const [position, id] of fold.eventIds) this.eventIds.set(position, id);
    const proofs = commitmentSecret ? { commitmentSecret } : {};
    const report = judgeAttempts({ history, log: fold, tables, answers: sentAnswers(history), ...proofs });
    this.residentMb = Math.max(this.residentMb, Math.round(process.memoryUsage().rss / 1_000_000));
    return report;
  }

  private async splitLog(common: CommonFold): Promise<string[]> {
    const files = new ShardFiles(this.folder, 'log', this.shards);
    for await (const entry of this.log.read(JUDGED_TOPICS)) {
      common.take(entry);
      if (ATTEMPT_TOPICS.includes(entry.topic)) files.add(this.shards.of(keyOf(entry)), JSON.stringify(entry));
    }
    return files.close();
  }
}

/** Results are keyed by person; what judges them is their attempt. */
function keyOf({ topic, key, value }: LogEntry): string {
  if (topic !== RESULTS) return key;
  try {
    return (JSON.parse(value) as { data?: { attemptId?: string } }).data?.attemptId ?? key;
  } catch {
    return key;
  }
}
