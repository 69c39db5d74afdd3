/** Results of one agency's people at one site, in any unit. */
export interface SiteResults {
  readonly agency: string;
  readonly siteId: string;
  readonly people: number;
  readonly mean: number;
  /** Sum of squared deviations from `mean`. */
  readonly squares: number;
}

export interface SiteComparison {
  /** Sites compared with the rest of their agency. */
  readonly comparisons: number;
  /** Sites whose whole interval lies beyond the margin. */
  readonly beyond: number;
  /** Sites whose interval lies neither inside the margin nor beyond it. */
  readonly unclear: number;
  readonly people: number;
  /** The largest shift seen, in standard deviations; null where nothing could be compared. */
  readonly largestShift: number | null;
}

interface Shift {
  readonly shift: number;
  readonly error: number;
}

/** A group of one has no spread to speak of. */
const PEOPLE_MIN = 2;

/**
 * Compares each site with the rest of the same agency: agencies differ, and that is no fault of a site. A site is beyond
 * the margin only if its interval, widened after Holm for the number of comparisons, lies outside; inside only if all of
 * it does. A plain range over twenty healthy sites would exceed the margin most of the time.
 */
export function compareSites(
  results: readonly SiteResults[],
  margin: number,
  confidencePercent: number,
): SiteComparison {
  const shifts = [...groupByAgency(results).values()].flatMap(shiftsWithin);
  const alpha = 1 - confidencePercent / 100;
  const beyond = holmRejected(
    shifts.map(({ shift, error }) => twoSided((Math.abs(shift) - margin) / error)),
    alpha,
  );
  // The step-down tests the remaining sites at this level; equivalence uses the same, the widest that is left.
  const remaining = Math.max(1, shifts.length - beyond.size);
  const reach = normalQuantile(1 - alpha / (2 * remaining));
  const unclear = shifts.filter(
    ({ shift, error }, index) => !beyond.has(index) && Math.abs(shift) + reach * error > margin,
  ).length;
  return {
    comparisons: shifts.length,
    beyond: beyond.size,
    unclear,
    people: results.reduce((sum, { people }) => sum + people, 0),
    largestShift: shifts.length === 0 ? null : Math.max(...shifts.map(({ shift }) => Math.abs(shift))),
  };
}

function groupByAgency(results: readonly SiteResults[]): Map<string, SiteResults[]> {
  const groups = new Map<string, SiteResults[]>();
  for (const result of results) groups.set(result.agency, [...(groups.get(result.agency) ?? []), result]);
  return groups;
}

function shiftsWithin(sites: readonly SiteResults[]): Shift[] {
  // With two sites the second comparison is the first one mirrored.
  const compared = sites.length === 2 ? sites.slice(0, 1) : sites;
  return compared.flatMap((site) => {
    const rest = pool(sites.filter((other) => other !== site));
    if (site.people < PEOPLE_MIN || rest.people < PEOPLE_MIN) return [];
    const deviation = Math.sqrt((site.squares + rest.squares) / (site.people + rest.people - 2));
    if (deviation === 0) return [];
    const shift = (site.mean - rest.mean) / deviation;
    return [{ shift, error: Math.sqrt(1 / site.people + 1 / rest.people) }];
  });
}

function pool(sites: readonly SiteResults[]): Pick<SiteResults, 'people' | 'mean' | 'squares'> {
  const people = sites.reduce((sum, site) => sum + site.people, 0);
  const mean = people === 0 ? 0 : sites.reduce((sum, site) => sum + site.mean * site.people, 0) / people;
  const squares = sites.reduce((sum, site) => sum + site.squares + site.people * (site.mean - mean) ** 2, 0);
  return { people, mean, squares };
}

/** Indices of the hypotheses that Holm's step-down rejects. */
function holmRejected(pValues: readonly number[], alpha: number): Set<number> {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const rejected = new Set<number>();
  for (const [rank, index] of order.entries()) {
    if (pValues[index]! > alpha / (order.length - rank)) break;
    rejected.add(index);
  }
  return rejected;
}

/** Probability of a normal deviate beyond ±z; 1 for a z that is not positive. */
function twoSided(z: number): number {
  return z <= 0 ? 1 : 2 * (1 - normalCumulative(z));
}

/** Abramowitz and Stegun 26.2.17, absolute error below 7.5e-8: far finer than any decision here. */
function normalCumulative(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = density * series;
  return z >= 0 ? 1 - tail : tail;
}

/** Inverse by bisection: called a few times a minute. */
export function normalQuantile(probability: number): number {
  let low = -10;
  let high = 10;
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (normalCumulative(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
