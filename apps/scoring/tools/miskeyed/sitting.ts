import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptClosed } from '@app/contracts';
import { type CaseFiles, whoChanged, whoChose, writePackage, writeScores } from './case-files';
import type { CasePlatform, CommandOutcome } from './case-platform';

interface AnalyzedItem {
  readonly itemId: string;
  readonly p: number;
  readonly itemRestCorrelation: number | null;
  readonly flags: readonly string[];
}

/** The keys of one way of scoring, imported as two versions of one package. */
interface Keys {
  readonly packageId: string;
  readonly printed: string;
  readonly mended: string;
}

const MISKEYED = 'i32';
const FLAG = 'another-option-is-better';

/** One sitting with a wrong key, from the first look at the items to the last released result. */
export class Sitting {
  private analyst = '';
  private officer = '';
  private readonly people: number;
  private startedAtMs = performance.now();

  constructor(
    private readonly platform: CasePlatform,
    private readonly folder: string,
    private readonly files: CaseFiles,
    private readonly closings: readonly AttemptClosed[],
    private readonly tell: (line: string) => void,
  ) {
    this.people = closings.length;
  }

  /** @throws Error naming what is not as it should be */
  async play(): Promise<void> {
    this.analyst = await this.hire('ana', 'analyst,rollout-officer');
    this.officer = await this.hire('rudi', 'rollout-officer');
    await this.lookAtItems();
    const sums = this.writeSums();
    await this.scoreByPrintedKey(sums);
    await this.mend(sums, 'those who chose 3 or 5', whoChose(this.files, ['3', '5']));
    const calibrated = await this.calibrate();
    await this.rescore(calibrated.packageId, calibrated.printed, 1);
    await this.mend(calibrated, 'everybody', new Set(this.closings.map(({ attemptId }) => attemptId)));
  }

  private async lookAtItems(): Promise<void> {
    const { answers, printedKey, mendedKey } = this.files;
    for (const [name, key] of [
      ['printed', printedKey],
      ['mended', mendedKey],
    ] as const) {
      const { out } = await this.done(null, 'item-analysis', '--responses', answers, '--key', key);
      const { items } = JSON.parse(out) as { items: AnalyzedItem[] };
      const item = items.find(({ itemId }) => itemId === MISKEYED)!;
      const { p, itemRestCorrelation } = item;
      this.lap(
        `item-analysis, ${name} key: ${MISKEYED} p ${p.toFixed(3)}, item-rest ${itemRestCorrelation?.toFixed(3)}`,
      );
      expectSame(`${MISKEYED} flagged under the ${name} key`, item.flags.includes(FLAG), name === 'printed');
    }
  }

  private writeSums(): Keys {
    const keys = { packageId: 'case-sum', ...this.packagePaths('sum') };
    writePackage(keys.printed, 1, this.files.printedKey);
    writePackage(keys.mended, 2, this.files.mendedKey);
    return keys;
  }

  private packagePaths(name: string) {
    return { printed: join(this.folder, `${name}-v1.json`), mended: join(this.folder, `${name}-v2.json`) };
  }

  private async scoreByPrintedKey({ printed }: Keys): Promise<void> {
    await this.done(this.analyst, 'packages', 'import', printed);
    const before = await this.platform.ends();
    await this.platform.append(this.closings);
    this.lap(`${this.people} closed attempts appended to the log`);
    await this.platform.resultsAfter(before, this.people);
    this.lap('the last of them scored');
    const { out } = await this.done(this.analyst, 'quality', 'items', 'sat12', '1', '--json');
    const report = JSON.parse(out) as { attempts: number; scales: { items: AnalyzedItem[] }[] };
    const flagged = report.scales[0]!.items.filter(({ flags }) => flags.includes(FLAG));
    expectSame('attempts in the item analysis of the service', report.attempts, this.people);
    expectSame('its flags', flagged.map(({ itemId }) => itemId).join(), MISKEYED);
    this.lap(`quality items: ${MISKEYED} flagged over ${report.attempts} attempts`);
  }

  /** The package with the mended key: imported, compared, released. */
  private async mend({ packageId, mended }: Keys, whom: string, expected: ReadonlySet<string>): Promise<void> {
    const listed = await this.rescore(packageId, mended, 2);
    const wrong = [...listed].filter((id) => !expected.has(id)).length;
    expectSame(
      `people listed under ${packageId}`,
      `${listed.size} with ${wrong} wrong`,
      `${expected.size} with 0 wrong`,
    );
    this.tell(`  ${packageId}: the dry run lists exactly ${whom}: ${listed.size} of ${this.people}`);
  }

  /** @returns whom the dry run lists as changed, which is whom the release told so */
  private async rescore(packageId: string, path: string, version: number): Promise<ReadonlySet<string>> {
    const imported = JSON.parse((await this.done(this.analyst, 'packages', 'import', path, '--json')).out);
    expectSame(`${packageId} v${version} in force on import`, imported.inForce, false);
    const before = await this.platform.ends();
    const { out } = await this.done(this.analyst, 'rescoring', 'begin', packageId, String(version), '--json');
    const { rescoringId } = JSON.parse(out) as { rescoringId: string };
    this.lap(`dry run of ${packageId} v${version}`);
    const folder = join(this.folder, `report-${packageId}-v${version}`);
    await this.done(this.analyst, 'rescoring', 'report', rescoringId, '--out', folder);
    const listed = whoChanged(folder);
    expectSame('results published by the dry run', (await this.platform.resultsAfter(before, 0)).length, 0);
    await this.release(rescoringId, before, listed);
    this.lap(`release of ${packageId} v${version}, to the last acknowledged event`);
    return listed;
  }

  private async release(
    rescoringId: string,
    before: ReadonlyMap<number, number>,
    listed: ReadonlySet<string>,
  ): Promise<void> {
    await this.done(this.analyst, 'rescoring', 'propose', rescoringId, '--reason', 'key-corrected');
    const own = await this.platform.petabakat(this.analyst, 'rescoring', 'confirm', rescoringId);
    const refused = own.error.includes('decision.second-person-needed');
    expectSame('the proposer may confirm', own.code !== 0 && refused ? 'no' : 'yes', 'no');
    await this.done(this.officer, 'rescoring', 'confirm', rescoringId);
    const told = await this.platform.resultsAfter(before, this.people);
    const changed = told.filter((result) => result.changed).map(({ attemptId }) => attemptId);
    expectSame('results told of', new Set(told.map(({ attemptId }) => attemptId)).size, this.people);
    expectSame('told as changed', changed.toSorted().join(), [...listed].toSorted().join());
  }

  /** Both keys, calibrated by our own command on the answers themselves. */
  private async calibrate(): Promise<Keys> {
    const keys = { packageId: 'case-2pl', ...this.packagePaths('2pl') };
    const { printedKey, mendedKey } = this.files;
    for (const [version, keyFile, path] of [
      [1, printedKey, keys.printed],
      [2, mendedKey, keys.mended],
    ] as const) {
      const scores = join(this.folder, `scores-v${version}.csv`);
      const calibrated = join(this.folder, `calibrated-v${version}.json`);
      writeScores(this.files, keyFile, scores);
      await this.done(null, 'calibrate', '--model', '2pl', '--responses', scores, '--out', calibrated);
      const { converged } = JSON.parse(readFileSync(calibrated, 'utf8')) as { converged: boolean };
      expectSame(`calibration ${version} converged`, converged, true);
      writePackage(path, version, keyFile, calibrated);
      this.lap(`calibrate --model 2pl under key ${version}`);
    }
    return keys;
  }

  private async hire(account: string, roles: string): Promise<string> {
    return (await this.done(null, 'staff', 'add', account, '--roles', roles)).out.trim();
  }

  /** @throws Error with what the command said, where it was refused */
  private async done(token: string | null, ...words: readonly string[]): Promise<CommandOutcome> {
    const outcome = await this.platform.petabakat(token, ...words);
    if (outcome.code !== 0) throw new Error(`petabakat ${words.join(' ')}\n${outcome.error}`);
    writeFileSync(join(this.folder, 'commands.txt'), `petabakat ${words.join(' ')}\n`, { flag: 'a' });
    return outcome;
  }

  private lap(what: string): void {
    const seconds = ((performance.now() - this.startedAtMs) / 1000).toFixed(1);
    this.tell(`  ${seconds.padStart(6)} s  ${what}`);
    this.startedAtMs = performance.now();
  }
}

function expectSame(what: string, given: string | number | boolean, expected: string | number | boolean): void {
  if (given === expected) return;
  throw new Error(`${what}: ${String(given).slice(0, 500)} instead of ${String(expected).slice(0, 500)}`);
}
