import {
  analyzeItems,
  analyzeOptions,
  completeScores,
  itemFlags,
  type ItemStatistics,
  type OptionKey,
  type OptionStatistics,
  type ResponseMatrix,
  type ScoreMatrix,
} from '@app/psychometrics';
import type { Command } from 'commander';
import { type OptionCredits, readKeyFile, requireKeyOf } from '../files/key.file';
import {
  missingCode,
  parseColumns,
  readResponseFile,
  type ResponseFile,
  responsePlace,
  scoresOf,
} from '../files/response.file';
import { toJson, writeResult } from '../files/text.file';
import { locating } from '../measurement.refusal';

interface ItemAnalysisArguments {
  readonly responses: string;
  readonly key?: string;
  readonly ignore?: string;
  readonly out?: string;
}

/** What the cells of a file are worth. */
interface ScoredFile {
  readonly matrix: ResponseMatrix;
  readonly highest: readonly number[];
  /** Credit of an option, or null without a key: then the option is the score. */
  readonly key: ReadonlyMap<string, OptionCredits> | null;
}

export function addItemAnalysisCommand(program: Command): void {
  program
    .command('item-analysis')
    .description('classical statistics of the items and the test; people with empty cells are left out and counted')
    .requiredOption('--responses <file>', 'responses (CSV): scores, or raw options together with a key')
    .option('--key <file>', 'right option or option credits of every item (JSON)')
    .option('--ignore <columns>', 'columns of the responses that are no items, separated by commas')
    .option('--out <file>', 'write the JSON there instead of to standard output')
    .action(printItemAnalysis);
}

function printItemAnalysis(given: ItemAnalysisArguments): void {
  const file = readResponseFile(given.responses, parseColumns(given.ignore));
  const scored = scoreFile(file, given.key);
  const { scores, kept, leftOut } = completeScores(scored.matrix);
  const { test, items } = locating(
    ({ itemId, personIndex }) => responsePlace(file, itemId, personIndex),
    () => analyzeItems(scores, scored.highest),
  );
  const totals = totalsOf(scores);
  const renderedItems = items.map((statistics, item) =>
    renderItem(file, scored, scores, kept, totals, statistics, item),
  );
  const { persons, items: count, mean, sd, alpha, lambda2, omega, standardErrorOfMeasurement } = test;
  writeResult(
    toJson({
      test: {
        persons,
        items: count,
        mean,
        sd,
        alpha,
        lambda2,
        omega,
        standardErrorOfMeasurement,
        personsLeftOut: leftOut,
      },
      items: renderedItems,
    }),
    given.out,
  );
}

function scoreFile(file: ResponseFile, keyPath: string | undefined): ScoredFile {
  if (keyPath === undefined) {
    const matrix = scoresOf(file);
    return { matrix, highest: file.itemIds.map((_, item) => highestObserved(matrix, item)), key: null };
  }
  const key = readKeyFile(keyPath);
  requireKeyOf(key, keyPath, file.itemIds, file.path);
  const credits = file.itemIds.map((itemId) => key.get(itemId)!);
  const scores = file.cells.flatMap((cells) =>
    cells.map((cell, item) => missingCode(cell) ?? credits[item]!.get(cell) ?? 0),
  );
  const matrix = { persons: file.personIds.length, items: file.itemIds.length, scores: Int8Array.from(scores) };
  return { matrix, highest: credits.map((options) => Math.max(1, ...options.values())), key };
}

/** Without key or parameters the highest score seen stands for the highest possible; 1 at least. */
function highestObserved(matrix: ResponseMatrix, item: number): number {
  let highest = 1;
  for (let person = 0; person < matrix.persons; person++) {
    highest = Math.max(highest, matrix.scores[person * matrix.items + item]!);
  }
  return highest;
}

function totalsOf(scores: ScoreMatrix): number[] {
  return Array.from({ length: scores.persons }, (_, person) =>
    scores.values.subarray(person * scores.items, (person + 1) * scores.items).reduce((sum, value) => sum + value, 0),
  );
}

function renderItem(
  file: ResponseFile,
  scored: ScoredFile,
  scores: ScoreMatrix,
  kept: readonly number[],
  totals: readonly number[],
  statistics: ItemStatistics,
  item: number,
): object {
  const itemId = file.itemIds[item]!;
  const cells = kept.map((person) => file.cells[person]![item]!);
  const choices = cells.map((cell) => (missingCode(cell) === null ? cell : null));
  const rest = totals.map((total, row) => total - scores.values[row * scores.items + item]!);
  const options = analyzeOptions(choices, rest);
  const credits = scored.key?.get(itemId) ?? null;
  return {
    itemId,
    mean: statistics.mean,
    p: statistics.p,
    itemRestCorrelation: statistics.itemRestCorrelation,
    alphaIfDeleted: statistics.alphaIfDeleted,
    optionFrequencies: frequenciesOf(options, credits),
    omitted: cells.filter((cell) => cell === 'OM').length,
    notReached: cells.filter((cell) => cell === 'NR').length,
    optionRestCorrelations: Object.fromEntries(options.map(({ option, restCorrelation }) => [option, restCorrelation])),
    flags: itemFlags(statistics, options, credits && keyOf(credits)),
  };
}

function keyOf(credits: OptionCredits): OptionKey {
  return { highest: Math.max(...credits.values()), creditOf: (option) => credits.get(option) ?? 0 };
}

/** How many people chose each option; options of the key that nobody chose stand with 0. */
function frequenciesOf(options: readonly OptionStatistics[], credits: OptionCredits | null): Record<string, number> {
  const unchosen = Array.from(credits?.keys() ?? [], (option) => [option, 0] as const);
  return Object.fromEntries([...unchosen, ...options.map(({ option, count }) => [option, count] as const)]);
}
