/** How a cluster grows: data with an author and a source. What is in force when the cluster opens stays with it. */
export interface RampPlan {
  readonly version: number;
  /** Share of the cluster's people in the canary; null where the cluster opens straight into its first wave. */
  readonly canaryPercent: number | null;
  /** Shares of the cluster's people, rising; the last is everybody. */
  readonly waves: readonly number[];
  /** Gates that bind the cluster, by name. */
  readonly gates: readonly string[];
}

/** A cluster for which no plan was recorded opens to everybody at once, under the coverage gate alone. */
export const ONE_WAVE: RampPlan = { version: 0, canaryPercent: null, waves: [100], gates: ['coverage'] };

/** What is wrong with a plan; empty where nothing is. */
export function rampProblems({ canaryPercent, waves }: Pick<RampPlan, 'canaryPercent' | 'waves'>): string[] {
  const shares = canaryPercent === null ? [...waves] : [canaryPercent, ...waves];
  const problems: string[] = [];
  if (waves.at(-1) !== 100) problems.push('the last wave must be 100');
  if (shares.some((share, index) => share <= (shares[index - 1] ?? 0))) {
    problems.push('shares must rise from above 0, and from the canary to the last wave');
  }
  return problems;
}

/** A plan as it is recorded: lists as text, so that two versions compare as they read. */
export type RecordedPlan = Omit<RampPlan, 'waves' | 'gates'> & { readonly waves: string; readonly gates: string };

export function rampPlanOf({ version, canaryPercent, waves, gates }: RecordedPlan): RampPlan {
  return { version, canaryPercent, waves: wavesOf(waves), gates: gates.split(' ') };
}

export function wavesOf(text: string): number[] {
  return text.split(' ').map(Number);
}
