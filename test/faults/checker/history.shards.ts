import type { FaultLine, HistoryLine, IntentLine, OutcomeLine, RunLine } from '../../load/history/history.format';
import { readHistory } from '../../load/history/history.merge';
import { gatherHistory } from './history.reader';
import type { HistoryEvidence } from './evidence';
import { ShardFiles, type Shards } from './shards';

/** Lines that belong to everybody. */
interface CommonLines {
  run: RunLine | null;
  readonly faults: FaultLine[];
  endedMs: number | null;
}

/** A history in parts: every operation stands whole in the part of its attempt or session. */
export class ShardedHistory {
  private constructor(
    private readonly paths: readonly string[],
    readonly common: Readonly<CommonLines>,
  ) {}

  static async split(historyFile: string, folder: string, shards: Shards): Promise<ShardedHistory> {
    const common: CommonLines = { run: null, faults: [], endedMs: null };
    const splitter = new Splitter(new ShardFiles(folder, 'history', shards), shards);
    for await (const line of readHistory(historyFile)) {
      if (line.phase === 'run') common.run = line;
      else if (line.phase === 'end') common.endedMs = line.atMs;
      else if (line.phase === 'fault') common.faults.push(line);
      else splitter.take(line);
    }
    return new ShardedHistory(splitter.close(), common);
  }

  async part(shard: number): Promise<HistoryEvidence> {
    const history = await gatherHistory(readHistory(this.paths[shard]!));
    return { ...history, ...this.common };
  }
}

class Splitter {
  /** Where the outcome of what is under way belongs: only intents name their attempt. */
  private readonly underWay = new Map<string, number>();
  /** A login learns its attempt from its reply, so its lines wait for it. */
  private readonly logins = new Map<string, (IntentLine | OutcomeLine)[]>();

  constructor(
    private readonly files: ShardFiles,
    private readonly shards: Shards,
  ) {}

  take(line: IntentLine | OutcomeLine): void {
    const { op } = line;
    if (line.kind === 'login') return this.keepLogin(line);
    if (line.phase === 'intent')
      this.underWay.set(`${op} ${line.try}`, this.shards.of(line.attemptId ?? line.sessionId ?? op));
    const shard = this.underWay.get(`${op} ${line.try}`) ?? this.shards.of(op);
    if (line.phase === 'outcome') this.underWay.delete(`${op} ${line.try}`);
    this.files.add(shard, JSON.stringify(line));
  }

  close(): string[] {
    for (const [op, lines] of this.logins) {
      const shard = this.shards.of(attemptOf(lines) ?? op);
      for (const line of lines) this.files.add(shard, JSON.stringify(line satisfies HistoryLine));
    }
    return this.files.close();
  }

  private keepLogin(line: IntentLine | OutcomeLine): void {
    const known = this.logins.get(line.op);
    if (known) known.push(line);
    else this.logins.set(line.op, [line]);
  }
}

function attemptOf(lines: readonly (IntentLine | OutcomeLine)[]): string | undefined {
  for (const line of lines) {
    if (line.phase === 'intent' && line.attemptId) return line.attemptId;
    if (line.phase === 'outcome' && line.outcome === 'ok')
      return (line.reply as { attemptId?: string } | undefined)?.attemptId;
  }
  return undefined;
}
