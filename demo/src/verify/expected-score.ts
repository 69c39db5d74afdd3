import type { Attendee } from '../cast/cast';
import type { Sat12 } from '../cast/sat12';

/** What the data set says about one person, worked out here and nowhere else. */
export interface ExpectedScore {
  readonly score: number;
  readonly maximum: number;
  readonly answered: number;
  readonly omitted: number;
  readonly notReached: number;
}

/** Straight from the CSV's row and its key; only how far a person got comes from what was sent. */
export function expectedScore({ respondent, script, runsOutOfTime }: Attendee, { key, itemIds }: Sat12): ExpectedScore {
  let score = 0;
  let answered = 0;
  respondent.answers.forEach((answer, index) => {
    if (answer !== null) answered++;
    if (answer === key[index]) score++;
  });
  const touched = new Set(script.flatMap((step) => step.answers.map(({ itemId }) => itemId)));
  const lastTouched = itemIds.findLastIndex((itemId) => touched.has(itemId));
  const notReached = runsOutOfTime ? itemIds.length - 1 - lastTouched : 0;
  return {
    score,
    maximum: itemIds.length,
    answered,
    omitted: itemIds.length - answered - notReached,
    notReached,
  };
}
