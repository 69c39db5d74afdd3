import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AttemptClosed, buildEvent, decodeRecord, TOPICS } from '@app/contracts';
import { PostgresEventLog } from '@app/messaging';
import { freePort, GuardedProcess } from '@app/testing';

const dist = resolve(__dirname, '..', '..', '..', '..', 'dist', 'apps');
const STANDALONE = join(dist, 'standalone', 'src', 'main.js');
const CLI = join(dist, 'cli', 'src', 'main.js');
const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 200;
const APPEND_RECORDS = 200;
/** What a command may print: the report of 40,000 people is read from files, not from there. */
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export interface PublishedResult {
  readonly type: string;
  readonly attemptId: string;
  readonly changed?: boolean;
}

/** The embedded system as its own process, acted on by the command line alone; only closings go straight to its log. */
export class CasePlatform {
  private constructor(
    private readonly url: string,
    private readonly databaseUrl: string,
    private readonly process_: GuardedProcess,
    private readonly log: PostgresEventLog,
  ) {}

  static async start(folder: string): Promise<CasePlatform> {
    if (!existsSync(STANDALONE)) throw new Error('the programs are not built: npm run build');
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o711);
    const port = await freePort();
    const started = GuardedProcess.start({
      command: process.execPath,
      args: [STANDALONE],
      outputFile: join(folder, 'standalone.log'),
      folder,
      env: { PATH: process.env.PATH, PORT: String(port), PETABAKAT_DATA_FOLDER: join(folder, 'data') },
    });
    const url = `http://127.0.0.1:${port}`;
    const endMs = Date.now() + READY_TIMEOUT_MS;
    while ((await fetch(`${url}/health/ready`).catch(() => null))?.status !== 200) {
      if (started.hasEnded || Date.now() > endMs) throw new Error(started.describeEnd());
      await sleep(POLL_MS);
    }
    const databaseUrl = readFileSync(join(folder, 'data', 'database-url'), 'utf8').trim();
    return new CasePlatform(url, databaseUrl, started, await PostgresEventLog.open({ url: databaseUrl }));
  }

  async stop(): Promise<void> {
    await this.log.close();
    await this.process_.stop();
  }

  /** Runs `petabakat …` in somebody's name. */
  petabakat(token: string | null, ...words: readonly string[]): Promise<CommandOutcome> {
    const env = { PATH: process.env.PATH, PETABAKAT_DATABASE_URL: this.databaseUrl, PETABAKAT_TOKEN: token ?? '' };
    const args = [CLI, ...words, '--url', this.url];
    return new Promise((done) => {
      execFile(process.execPath, args, { env, maxBuffer: OUTPUT_BYTES_MAX }, (error, out, stderr) => {
        done({ code: error ? Number(error.code) : 0, out, error: stderr });
      });
    });
  }

  async append(closings: readonly AttemptClosed[]): Promise<void> {
    for (let first = 0; first < closings.length; first += APPEND_RECORDS) {
      const records = closings.slice(first, first + APPEND_RECORDS).map((data) => {
        const { attemptId: subject, closedAt: time } = data;
        const event = buildEvent('attemptClosed', { id: `${subject}/closed/1`, source: '/case', subject, time, data });
        return { key: subject, value: JSON.stringify(event) };
      });
      const outcomes = await this.log.append(TOPICS.responses.name, records);
      if (outcomes.some(({ status }) => status !== 'appended')) throw new Error('a closing did not reach the log');
    }
  }

  /** How many records each partition of the results has. */
  async ends(): Promise<ReadonlyMap<number, number>> {
    const ranges = await this.log.ranges(TOPICS.results.name);
    return new Map([...ranges].map(([partition, { endOffset }]) => [partition, endOffset]));
  }

  /** Waits until so many results stand behind the given ends, and gives them. */
  async resultsAfter(before: ReadonlyMap<number, number>, count: number): Promise<PublishedResult[]> {
    for (;;) {
      const now = await this.ends();
      const added = [...now].reduce((sum, [partition, end]) => sum + end - (before.get(partition) ?? 0), 0);
      if (added >= count) break;
      await sleep(POLL_MS);
    }
    const found: PublishedResult[] = [];
    for (const [partition, end] of await this.ends()) {
      let next = before.get(partition) ?? 0;
      while (next < end) {
        const page = await this.log.read(TOPICS.results.name, partition, next, APPEND_RECORDS);
        for (const { key, value } of page) {
          const decoded = decodeRecord(TOPICS.results.name, key, value);
          if (!decoded.ok) throw new Error(decoded.detail);
          found.push({ type: decoded.event.type, ...(decoded.event.data as Omit<PublishedResult, 'type'>) });
        }
        next = page.at(-1)!.offset + 1;
      }
    }
    return found;
  }
}
