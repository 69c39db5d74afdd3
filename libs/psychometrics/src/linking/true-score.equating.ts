import { createItemBank, type ItemBank } from '../models/item.bank';
import type { ItemParameters, ParameterSet } from '../models/item.parameters';
import { createCategoryValues } from '../models/response.model';

export interface EquatedScore {
  /** Raw score on form X. */
  readonly rawScore: number;
  /** Theta at which form X has this expected score; null at the highest score and at or below the sum of the guesses. */
  readonly theta: number | null;
  /** Equivalent score on form Y, not rounded. */
  readonly equivalent: number;
}

/** Halvings until an interval of doubles cannot be halved any more. */
const BISECTIONS_MAX = 200;
/** Half-width of the first interval in theta; nearly every score lies inside. */
const REACH_START = 8;
/** Half-width at which an expected score that is still not reached is barred by an upper asymptote. */
const REACH_MAX = 4096;

/**
 * True-score equating of form X to form Y (Lord 1980; Kolen & Brennan 2014, chapter 6): for each raw score the theta with
 * that expected score on X, and the expected score on Y there. At or below the sum of the lower asymptotes, where no theta
 * exists, Kolen's (1981) interpolation: x × sum(c_Y) / sum(c_X); the highest score goes to the highest.
 *
 * @throws PsychometricsError `parameters.*`
 */
export function equateTrueScores(formX: ParameterSet, formY: ParameterSet): EquatedScore[] {
  const bankX = createItemBank(formX);
  const bankY = createItemBank(formY);
  const [highestX, highestY] = [highestScore(bankX), highestScore(bankY)];
  const [guessX, guessY] = [guessingScore(formX.items), guessingScore(formY.items)];
  const expectedX = expectedScoreFunction(bankX);
  const expectedY = expectedScoreFunction(bankY);
  return Array.from({ length: highestX + 1 }, (_, rawScore) => {
    if (rawScore === highestX) return { rawScore, theta: null, equivalent: highestY };
    if (rawScore <= guessX) return { rawScore, theta: null, equivalent: guessX > 0 ? (rawScore * guessY) / guessX : 0 };
    const theta = solve(expectedX, rawScore);
    return { rawScore, theta, equivalent: theta === null ? highestY : expectedY(theta) };
  });
}

function highestScore(bank: ItemBank): number {
  return bank.categories.reduce((sum, categories) => sum + categories - 1, 0);
}

function guessingScore(items: readonly ItemParameters[]): number {
  return items.reduce((sum, item) => sum + ('c' in item ? item.c : 0), 0);
}

function expectedScoreFunction(bank: ItemBank): (theta: number) => number {
  const values = createCategoryValues(Math.max(...bank.categories));
  return (theta) => {
    let expected = 0;
    for (const model of bank.models) {
      model.evaluate(theta, values);
      for (let category = 1; category < model.categories; category++) {
        expected += category * values.probabilities[category]!;
      }
    }
    return expected;
  };
}

/** Theta of an expected score by bisection of an interval that widens until it holds it; null when upper asymptotes bar it. */
function solve(expected: (theta: number) => number, target: number): number | null {
  let reach = REACH_START;
  while (reach <= REACH_MAX && !(expected(-reach) < target && expected(reach) > target)) reach *= 2;
  if (reach > REACH_MAX) return null;
  let low = -reach;
  let high = reach;
  for (let step = 0; step < BISECTIONS_MAX; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (expected(middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
