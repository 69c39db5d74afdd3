import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APPS } from '@app/testing';
import { rounded } from '../../load/driver/clock';
import { mergeHistories } from '../../load/history/history.merge';
import { HistoryWriter } from '../../load/history/history.writer';
import { type LoadOptions, readOptions } from '../../load/load.options';
import { LoadRun } from '../../load/load.run';
import type { LoadReport } from '../../load/report/load.report';
import { type CheckReport, checkEvidence } from '../checker/checker';
import { PROPERTIES } from '../checker/findings';
import { type RunPlaces, untilStill, withEvidence } from '../checker/run.evidence';
import { type FaultFigures, type FaultResult, appendResult, describeResult } from './fault.result';
import { type FaultRow, type LogKind, nameOfRun } from './fault.row';
import { FaultScene, type ServiceEnvironment } from './fault.scene';
import type { Selection } from './selection';

/** 160 answers a second: enough that every moment has some under way, little enough for two shared cores. */
const STEADY_LOAD = [
  '--candidates',
  '160',
  '--interval',
  '1',
  '--minutes',
  '0.4',
  '--gateways',
  '2',
  '--reads',
  '0.02',
];
/** In the short set: long enough to be hit and to see it recover. */
const SHORT_MINUTES = 0.35;
const BROKERS = { 'one-broker': '1', 'three-brokers': '3' } as const;
/** Fewer have not shown that the platform was under load. */
const ACKNOWLEDGED_MIN = 1_000;
const STILL_TIMEOUT_MS = 60_000;
const SECRET_BYTES = 32;
/** Of rows that failed, the last time each. */
const EVIDENCE_FOLDER = join(__dirname, '../../../.data/faults');

/** Runs one row on one log, judges it, and appends the result to the results file, whatever it is. */
export async function runRow(row: FaultRow, log: LogKind, selection: Selection): Promise<FaultResult> {
  const startedMs = Date.now();
  const { commit, seed } = selection;
  const { problems, figures } = await new FaultRun(row, log, selection).judged();
  const result: FaultResult = {
    row: nameOfRun(row, log),
    at: new Date(startedMs).toISOString(),
    commit,
    seed,
    passed: problems.length === 0,
    problems,
    seconds: Math.round((Date.now() - startedMs) / 1_000),
    figures,
  };
  appendResult(result);
  process.stdout.write(describeResult(result));
  return result;
}

interface Judgement {
  readonly problems: readonly string[];
  readonly figures: FaultFigures | null;
}

class FaultRun {
  private readonly folder = mkdtempSync(join(tmpdir(), 'petabakat-fault-'));
  private readonly commitmentSecret = randomBytes(SECRET_BYTES);
  private readonly environment: ServiceEnvironment;
  private loadMs = { from: 0, until: 0 };

  constructor(
    private readonly row: FaultRow,
    private readonly log: LogKind,
    private readonly selection: Selection,
  ) {
    const secret = { PETABAKAT_COMMITMENT_SECRET: this.commitmentSecret.toString('base64') };
    const { assessment, gateway } = this.row.environment ?? {};
    this.environment = { assessment: { ...secret, ...assessment }, gateway: { ...secret, ...gateway } };
  }

  /** Never rejects: what broke the run is its problem. */
  async judged(): Promise<Judgement> {
    try {
      return await this.played();
    } catch (error) {
      return {
        problems: [`the run broke off: ${String(error instanceof Error ? error.stack : error)}`],
        figures: null,
      };
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  private async played(): Promise<Judgement> {
    const run = await LoadRun.prepare(this.options, this.folder, note, {
      env: this.environment,
      ...(this.row.cluster ? { cluster: this.row.cluster } : {}),
      ...(this.row.diskMegabytes === undefined ? {} : { diskMegabytes: this.row.diskMegabytes }),
      ...(this.selection.root === null ? {} : { root: this.selection.root }),
    });
    const history = new HistoryWriter(this.sceneHistory);
    const name = nameOfRun(this.row, this.log);
    const scene = new FaultScene({ name, run, environment: this.environment, seed: this.selection.seed, history });
    try {
      await this.row.arrange?.(scene);
      await this.playUnderFault(run, scene);
      await (this.row.destroysLog ? run.breakOff() : run.settle());
      await history.close();
      await mergeHistories([run.historyFile, this.sceneHistory], this.wholeHistory);
      const judgement = await this.judge(run, scene);
      if (judgement.problems.length > 0) this.keepEvidence(run);
      return judgement;
    } catch (error) {
      this.keepEvidence(run);
      throw error;
    } finally {
      await run.stop();
      await scene.close();
    }
  }

  /** What a person needs who has to find the cause: histories and what the services printed. */
  private keepEvidence({ platform: { processes } }: LoadRun): void {
    const kept = join(EVIDENCE_FOLDER, nameOfRun(this.row, this.log).replace('/', '-'));
    rmSync(kept, { recursive: true, force: true });
    cpSync(this.folder, kept, { recursive: true });
    for (const name of APPS.flatMap((app) => processes.namesOf(app))) {
      writeFileSync(join(kept, `${name}.log`), processes.logOf(name));
    }
    note(`what the run left is in ${kept}`);
  }

  /** The row goes on after the last offered answer where its fault does, but only what it hits before counts. */
  private async playUnderFault(run: LoadRun, scene: FaultScene): Promise<void> {
    const { durationMs } = run.profile;
    await run.play(async (fromMs) => {
      this.loadMs = { from: fromMs, until: fromMs + durationMs };
      await this.row.harm(scene);
    });
  }

  private async judge(run: LoadRun, scene: FaultScene): Promise<Judgement> {
    const { platform } = run;
    const places: RunPlaces = {
      historyFile: this.wholeHistory,
      databaseUrl: platform.postgres.url,
      commitmentSecret: this.commitmentSecret,
      ...(platform.kafka ? { brokers: platform.kafka.brokers } : {}),
    };
    if (!this.row.destroysLog) await untilStill(places, STILL_TIMEOUT_MS);
    return withEvidence(places, async (evidence) => {
      const check = await checkEvidence(evidence);
      const figures = this.figuresOf(run.report(), check, scene);
      const own = await this.row.problems?.({ scene, check, history: evidence.history, tables: evidence.tables });
      const breaks = this.row.destroysLog ? [] : breaksOf(check);
      return { figures, problems: [...this.weaknesses(figures), ...breaks, ...(own ?? [])] };
    });
  }

  /** Why a run that broke nothing has shown nothing either. */
  private weaknesses({ hits, acknowledged, unknown }: FaultFigures): string[] {
    const found: string[] = [];
    if (hits.length === 0) found.push('shows nothing: the fault did not strike under load');
    if (acknowledged < ACKNOWLEDGED_MIN) found.push(`shows nothing: only ${acknowledged} answers were acknowledged`);
    if (this.row.cutsReplies.includes(this.log) && unknown === 0)
      found.push('shows nothing: replies were to be cut, and none was unknown');
    return found;
  }

  private figuresOf({ answers, lag, faults, driver }: LoadReport, check: CheckReport, scene: FaultScene): FaultFigures {
    const { from, until } = this.loadMs;
    return {
      offered: answers.offered,
      offeredPerSecond: Math.round((answers.offered * 1_000) / (until - from)),
      acknowledged: check.acknowledged,
      unknown: answers.unknown,
      refused: answers.notAppended + answers.overloaded,
      hits: scene.ledger
        .between(from, until)
        .map(({ atMs, detail }) => `${rounded((atMs - from) / 1_000)} s ${detail}`),
      secondsToRecover: faults.at(-1)?.secondsToRecover ?? null,
      largestLagRecords: lag.mostRecords,
      largestLagSeconds: lag.mostSeconds,
      laggedShare: driver.laggedShare,
      checked: Object.fromEntries(check.findings.map(({ property, checked }) => [property, checked])),
      ...(this.row.destroysLog ? { broken: brokenBy(check) } : {}),
    };
  }

  private get options(): LoadOptions {
    const log = this.log === 'postgres' ? ['--log', 'postgres'] : ['--log', 'kafka', '--brokers', BROKERS[this.log]];
    // Read as the command line is, so that whatever the row leaves open is what `npm run load` would do.
    const options = { ...readOptions([...STEADY_LOAD, ...log, '--seed', `${this.selection.seed}`])!, ...this.row.load };
    return { ...options, minutes: Math.min(options.minutes, this.selection.short ? SHORT_MINUTES : Infinity) };
  }

  private get sceneHistory(): string {
    return join(this.folder, 'history-of-scene.jsonl');
  }

  private get wholeHistory(): string {
    return join(this.folder, 'history-whole.jsonl');
  }
}

function brokenBy({ findings }: CheckReport): Record<string, number> {
  return Object.fromEntries(findings.flatMap(({ property, broken }) => (broken > 0 ? [[property, broken]] : [])));
}

function breaksOf({ findings }: CheckReport): string[] {
  return findings
    .filter(({ broken }) => broken > 0)
    .flatMap(({ property, broken, breaks }) => [
      `${property} (${PROPERTIES[property]}) is broken ${broken} times`,
      ...breaks.slice(0, 3).map(({ record, problem }) => `  ${record}: ${problem}`),
    ]);
}

function note(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 23)}  ${text}\n`);
}
