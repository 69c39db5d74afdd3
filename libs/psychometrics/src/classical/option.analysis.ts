/** What one answer option of an item attracts. */
export interface OptionStatistics {
  readonly option: string;
  readonly count: number;
  /** Share of all people, including those who gave no answer. */
  readonly share: number;
  /** Mean sum of the other items among those who chose the option; null when nobody did. */
  readonly meanRestScore: number | null;
  /** Correlation of choosing the option with the sum of the other items; null when either has no variance. */
  readonly restCorrelation: number | null;
}

/**
 * Statistics per option, in the order of the first argument's sorted distinct values.
 *
 * @param choices the option each person chose, null for none
 * @param restScores each person's sum over the other items
 */
export function analyzeOptions(choices: readonly (string | null)[], restScores: ArrayLike<number>): OptionStatistics[] {
  const persons = choices.length;
  let restSum = 0;
  let restSquares = 0;
  const sums = new Map<string, { count: number; rest: number }>();
  choices.forEach((choice, person) => {
    const rest = restScores[person]!;
    restSum += rest;
    restSquares += rest * rest;
    if (choice === null) return;
    const entry = sums.get(choice) ?? { count: 0, rest: 0 };
    entry.count++;
    entry.rest += rest;
    sums.set(choice, entry);
  });
  const restVariance = restSquares - (restSum * restSum) / persons;
  return Array.from(sums.entries())
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([option, { count, rest }]) => {
      const variance = count - (count * count) / persons;
      const covariance = rest - (count * restSum) / persons;
      const varies = variance > 0 && restVariance > 0;
      return {
        option,
        count,
        share: count / persons,
        meanRestScore: rest / count,
        restCorrelation: varies ? covariance / Math.sqrt(variance * restVariance) : null,
      };
    });
}
