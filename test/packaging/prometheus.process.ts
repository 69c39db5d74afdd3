import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, GuardedProcess } from '@app/testing';

const READY_TIMEOUT_MS = 30_000;
const POLL_MS = 100;
const TARGETS_FILE = 'targets.json';
const RULES_FILE = 'rules.yml';

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** A real Prometheus that reads the pages of the given apps each second. */
export class PrometheusProcess {
  private constructor(
    private readonly process_: GuardedProcess,
    private readonly url: string,
    private readonly folder: string,
  ) {}

  /** @param targets address of each app */
  static async start(
    targets: ReadonlyMap<string, string>,
    { rules = null }: { readonly rules?: string | null } = {},
  ): Promise<PrometheusProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'petabakat-prometheus-'));
    const address = `127.0.0.1:${await freePort()}`;
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'prometheus.yml'), configuration(rules !== null));
    writeFileSync(join(folder, TARGETS_FILE), targetsFile(targets));
    if (rules !== null) writeFileSync(join(folder, RULES_FILE), rules);
    const process_ = GuardedProcess.start({
      command: 'prometheus',
      args: [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
      ],
      outputFile: join(folder, 'output.txt'),
      folder,
    });
    return new PrometheusProcess(process_, `http://${address}`, folder);
  }

  /** From now on these and no others; Prometheus notices by itself. */
  watch(targets: ReadonlyMap<string, string>): void {
    // Renamed into place, since Prometheus may read at any moment.
    const draft = join(this.folder, `${TARGETS_FILE}.draft`);
    writeFileSync(draft, targetsFile(targets));
    renameSync(draft, join(this.folder, TARGETS_FILE));
  }

  /** @throws Error with Prometheus' own words where the query is not valid */
  async query(expression: string): Promise<Series[]> {
    const response = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const body = (await response.json()) as { status: string; error?: string; data: { result: Series[] } };
    if (body.status !== 'success') throw new Error(`${expression}: ${body.error}`);
    return body.data.result;
  }

  /** Waits until a query has an answer. */
  async until(expression: string): Promise<void> {
    const deadlineMs = Date.now() + READY_TIMEOUT_MS;
    for (;;) {
      const found = await this.query(expression).catch(() => []);
      if (found.length > 0) return;
      if (this.process_.hasEnded) throw new Error(this.process_.describeEnd());
      if (Date.now() > deadlineMs) throw new Error(`nothing answers ${expression}`);
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
  }

  async stop(): Promise<void> {
    await this.process_.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function configuration(hasRules: boolean): string {
  const job = { job_name: 'petabakat', file_sd_configs: [{ files: [TARGETS_FILE], refresh_interval: '1s' }] };
  const global = { scrape_interval: '1s', evaluation_interval: '1s' };
  // JSON is YAML.
  return JSON.stringify({ global, scrape_configs: [job], rule_files: hasRules ? [RULES_FILE] : [] });
}

function targetsFile(targets: ReadonlyMap<string, string>): string {
  return JSON.stringify([...targets].map(([app, url]) => ({ targets: [new URL(url).host], labels: { app } })));
}
