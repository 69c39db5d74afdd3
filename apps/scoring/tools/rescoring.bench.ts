/**
 * Rescoring a year: `node -r ./tools/register.cjs apps/scoring/tools/rescoring.bench.ts [people] [--service]`.
 *
 * Without an option: from a log in memory to the files of a dry run, five times. With `--service`: the whole service on
 * an embedded PostgreSQL with its log, from the first closing to the last acknowledged event of the release.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { ALL_TOPICS, type AttemptClosed, buildEvent, TOPICS } from '@app/contracts';
import { EmbeddedPostgres } from '@app/database';
import { type EventLog, MemoryEventLog, PostgresEventLog } from '@app/messaging';
import type { ThreeParameterItem } from '@app/psychometrics';
import { simulateThreeParameter } from '../../../test/bench/psychometrics/simulated-bank';
import { straightforwardEap } from '../../../test/bench/psychometrics/straightforward.eap';
import { keyHashOf, readPackage } from '../src/packages/package-file';
import { differenceFiles } from '../src/rescoring/difference-files';
import { dryRun, type DryRunPart, dryRunRanges } from '../src/rescoring/dry-run';
import { closingOf } from '../src/scoring/domain/closing.fixture';
import { score } from '../src/scoring/domain/score';
import type { PackageContent, ScoringPackage } from '../src/scoring/domain/scoring-package';
import { ScoringService } from '../src/scoring.fixture';

const RUNS = 5;
const GOAL_SECONDS = 10;
const APPEND_RECORDS = 200;
const PEOPLE_DEFAULT = 60_000;
const NODES = 121;
const RANGE = 6;
const EVERYBODY = { kind: 'all', id: 'all' } as const;

const people = Number(process.argv[2] ?? PEOPLE_DEFAULT);
const { set, responses } = simulateThreeParameter();
const itemIds = set.items.map(({ itemId }) => itemId);

/** Right answers are A; one item has another key in the second version, with new parameters for it. */
function packageOf(version: number, rekeyed: string | null): PackageContent {
  const items = itemIds.map((itemId) => ({ itemId, key: itemId === rekeyed ? 'B' : 'A' }));
  return {
    packageId: 'bench-3pl',
    version,
    form: { formId: 'form-1', version: 1 },
    estimator: 'eap',
    items,
    scales: [{ scaleId: 'all', itemIds, levelCuts: [-1.5, -0.5, 0.5, 1.5, 2.5] }],
    calibration: {
      D: set.D,
      statement: 'simulated',
      items: set.items.map((item, index) => ({ ...item, keyHash: keyHashOf(items[index]!) })) as never,
    },
  };
}

function closing(person: number): AttemptClosed {
  const at = person * itemIds.length;
  const given = itemIds.map((_, item) => (responses.scores[at + item] === 1 ? 'A' : 'B'));
  const id = String(person).padStart(6, '0');
  const sections = [{ sectionId: 's1', itemIds }];
  return closingOf(given, {
    itemIds,
    attemptId: `attempt-${id}`,
    analyticsId: `person-${id}`,
    agency: `agency-${person % 36}`,
    form: { formId: 'form-1', version: 1, hash: 'b'.repeat(64), sections },
    answeredAt: itemIds.map(() => '2026-01-01T02:29:59.412Z'),
  });
}

async function append(log: EventLog, topic: string, records: readonly { key: string; value: string }[]): Promise<void> {
  const outcomes = await log.append(topic, records);
  if (outcomes.some(({ status }) => status !== 'appended')) throw new Error(`not everything reached ${topic}`);
}

async function appendClosings(log: EventLog): Promise<number> {
  let bytes = 0;
  for (let first = 0; first < people; first += APPEND_RECORDS) {
    const count = Math.min(APPEND_RECORDS, people - first);
    const records = Array.from({ length: count }, (_, index) => {
      const data = closing(first + index);
      const { attemptId, closedAt } = data;
      const fields = {
        id: `${attemptId}/1`,
        source: '/petabakat/assessment',
        subject: attemptId,
        time: closedAt,
        data,
      };
      return { key: attemptId, value: JSON.stringify(buildEvent('attemptClosed', fields)) };
    });
    bytes += records.reduce((sum, { value }) => sum + value.length, 0);
    await append(log, TOPICS.responses.name, records);
  }
  return bytes;
}

async function appendResults(log: EventLog, scoringPackage: ScoringPackage): Promise<void> {
  for (let first = 0; first < people; first += APPEND_RECORDS) {
    const count = Math.min(APPEND_RECORDS, people - first);
    const records = Array.from({ length: count }, (_, index) => {
      const data = score(closing(first + index), scoringPackage);
      const { attemptId, analyticsId, closedAt } = data;
      const id = `${attemptId}/scored/1`;
      const fields = { id, source: '/petabakat/scoring', subject: analyticsId, time: closedAt, data };
      return { key: analyticsId, value: JSON.stringify(buildEvent('resultScored', fields)) };
    });
    await append(log, TOPICS.results.name, records);
  }
}

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function replayOnce(log: EventLog, before: PackageContent, after: PackageContent): Promise<Measured> {
  // Read anew, so that every run makes its tables.
  const [earlier, later] = [readPackage(before), readPackage(after)];
  const begin = performance.now();
  const used = process.cpuUsage();
  const parts: DryRunPart[] = [];
  const ranges = await dryRunRanges(log);
  const request = { package: later, scope: EVERYBODY, packageOf: async () => earlier };
  await dryRun(log, request, { ranges, finished: async () => [], save: async (part) => void parts.push(part) });
  const { summary } = differenceFiles({ package: later, earlier: [earlier], scope: EVERYBODY, parts });
  const { user, system } = process.cpuUsage(used);
  const measured = { seconds: (performance.now() - begin) / 1000, cpuSeconds: (user + system) / 1e6 };
  if (summary.attempts !== people) throw new Error(`${summary.attempts} attempts instead of ${people}`);
  return measured;
}

/** What no rescoring can do without: every record of both topics, parsed once. */
async function readOnly(log: EventLog): Promise<Measured> {
  const begin = performance.now();
  const used = process.cpuUsage();
  let fields = 0;
  for (const topic of [TOPICS.responses.name, TOPICS.results.name]) {
    for (const [partition, { startOffset, endOffset }] of await log.ranges(topic)) {
      for (let next = startOffset; next < endOffset;) {
        const page = await log.read(topic, partition, next, APPEND_RECORDS);
        for (const { value } of page) fields += Object.keys(JSON.parse(value) as object).length;
        next = page.at(-1)!.offset + 1;
      }
    }
  }
  if (fields === 0) throw new Error('the log is empty');
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - begin) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/** One estimate per person as the formula reads. */
function straightforwardSeconds(): number {
  const tenth = Math.ceil(people / 10);
  const used = process.cpuUsage();
  straightforwardEap(set.items as readonly ThreeParameterItem[], responses.scores, tenth, NODES, RANGE);
  const { user, system } = process.cpuUsage(used);
  return ((user + system) / 1e6) * (people / tenth);
}

async function benchReplay(): Promise<void> {
  const log = new MemoryEventLog();
  await log.createTopics(ALL_TOPICS);
  const [before, after] = [packageOf(1, null), packageOf(2, 'q60')];
  const bytes = await appendClosings(log);
  await appendResults(log, readPackage(before));
  const heapBefore = process.memoryUsage().rss;
  const runs: Measured[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await replayOnce(log, before, after));
  const floor = await readOnly(log);
  const straightforward = straightforwardSeconds();
  const median = medianOf(runs.map(({ seconds }) => seconds));
  const cpu = medianOf(runs.map(({ cpuSeconds }) => cpuSeconds));
  const added = (process.memoryUsage().rss - heapBefore) / 2 ** 20;
  tell(`from log to report: median of ${RUNS} ${median.toFixed(2)} s, of processor time ${cpu.toFixed(2)} s`);
  tell(
    `baseline, the same records read and parsed and nothing else: ${floor.cpuSeconds.toFixed(2)} s of processor time`,
  );
  tell(`baseline, EAP once for everybody by the formula (on a tenth, scaled): ${straightforward.toFixed(2)} s`);
  tell(`log ${(bytes / 2 ** 20).toFixed(0)} MiB; resident memory grew by ${added.toFixed(0)} MiB over all runs`);
  tell(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB, the log and its answers included`);
  await log.close();
  if (median > GOAL_SECONDS) process.exitCode = 1;
}

async function benchService(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'petabakat-rescoring-'));
  const postgres = await EmbeddedPostgres.start({ dataDir });
  const log = await PostgresEventLog.open({ url: postgres.url });
  await log.createTopics(ALL_TOPICS);
  const service = await ScoringService.start({ database: { url: postgres.url, drop: async () => {} }, log });
  await service.call('POST', '/v1/packages', packageOf(1, null));
  let begin = performance.now();
  const lap = (what: string) => {
    tell(`${what}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
    begin = performance.now();
  };
  await appendClosings(log);
  lap('closings appended');
  await service.until(
    () => recordsOf(log),
    (records) => records === people,
    Infinity,
  );
  lap('last result acknowledged after that');
  await service.call('POST', '/v1/packages', packageOf(2, 'q60'));
  begin = performance.now();
  const request = { packageId: 'bench-3pl', version: 2, scope: EVERYBODY };
  const { rescoringId } = (await service.call('POST', '/v1/results/rescorings', request)).body;
  const url = `/v1/results/rescorings/${rescoringId}`;
  const state = async () => (await service.call('GET', url)).body.state as string;
  await service.until(state, (found) => found === 'ready', Infinity);
  lap('dry run, from the press of the button to the report');
  await service.call('POST', `${url}/proposal`, { reasonCode: 'key-corrected' });
  const confirmed = await service.call('POST', `${url}/confirmation`, {}, 'officer');
  if (confirmed.status !== 200) throw new Error(confirmed.text);
  await service.until(
    () => recordsOf(log),
    (records) => records === 2 * people,
    Infinity,
  );
  lap('release, from the confirmation to the last acknowledged event');
  await service.stop();
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function recordsOf(log: EventLog): Promise<number> {
  const ranges = [...(await log.ranges(TOPICS.results.name)).values()];
  return ranges.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0);
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}

tell(`${people} people × ${itemIds.length} items, 3PL, EAP with levels, before and after`);
tell(`${cpus()[0]!.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.version}`);
void (process.argv.includes('--service') ? benchService() : benchReplay());
