import { OPTIONS } from './sat12';
import type { SeededRandom } from './seeded-random';

/** How often people do what people do. */
const CHANGES_ANSWER = 0.08;
const TRIES_AND_CLEARS = 0.4;
const SENDS_TWICE_AT_ONCE = 0.04;
const REPEATS_LATER = 0.04;
const WAS_OFFLINE = 0.03;
/** A client that was offline sends this many answers at once, at most. */
const QUEUE_LENGTH_MAX = 4;

export interface ScriptedAnswer {
  readonly itemId: string;
  /** null clears an answer. */
  readonly response: string | null;
}

/** One request of a respondent, in the order in which they are made. */
export interface Step {
  readonly answers: readonly ScriptedAnswer[];
  /** The same request leaves twice at the same moment. */
  readonly twiceAtOnce: boolean;
  /** The same request is made again after its receipts have come. */
  readonly repeated: boolean;
}

/**
 * What a respondent sends so that exactly the answers of the data set remain: some are changed, some missing ones are
 * tried and cleared, some requests are repeated, some answers come together after a time offline.
 */
export function scriptOf(
  answers: readonly (string | null)[],
  itemIds: readonly string[],
  random: SeededRandom,
): Step[] {
  const sent = answers.flatMap((answer, index) => attemptsAt(itemIds[index]!, answer, random));
  const steps: Step[] = [];
  for (let at = 0; at < sent.length;) {
    const length = random.happens(WAS_OFFLINE) ? random.between(2, QUEUE_LENGTH_MAX) : 1;
    const twiceAtOnce = random.happens(SENDS_TWICE_AT_ONCE);
    const repeated = !twiceAtOnce && random.happens(REPEATS_LATER);
    steps.push({ answers: sent.slice(at, at + length), twiceAtOnce, repeated });
    at += length;
  }
  return steps;
}

function attemptsAt(itemId: string, answer: string | null, random: SeededRandom): ScriptedAnswer[] {
  if (answer !== null) {
    const second = { itemId, response: answer };
    return random.happens(CHANGES_ANSWER) ? [{ itemId, response: otherThan(answer, random) }, second] : [second];
  }
  if (!random.happens(TRIES_AND_CLEARS)) return [];
  return [
    { itemId, response: random.pick(OPTIONS) },
    { itemId, response: null },
  ];
}

function otherThan(answer: string, random: SeededRandom): string {
  return random.pick(OPTIONS.filter((option) => option !== answer));
}
