import type { Problem } from '@app/contracts';
import type { BandRule, JobPersonMatchRule, PackageContent } from './scoring-package';

/** Two edges divide three bands. */
const EDGES = 2;
const HUNDREDTHS_PER_PERCENT = 100;

export function matchContradictions(content: PackageContent): Problem[] {
  const rule = content.jobPersonMatch;
  if (!rule) return content.standards ? [{ at: 'standards', message: 'no rule uses the standards' }] : [];
  return [
    ...competencyContradictions(content, rule),
    ...standardContradictions(content, rule),
    ...categoryContradictions(rule),
  ];
}

export function bandContradictions(content: PackageContent, name: string, rule: BandRule | undefined): Problem[] {
  if (!rule) return [];
  const known = new Set(content.scales.map(({ scaleId }) => scaleId));
  const ids = rule.scales.map(({ scaleId }) => scaleId);
  return [
    ...(content.estimator === 'sum' ? [{ at: name, message: 'bands are decided on theta; sum has none' }] : []),
    ...(rule.edges.length === EDGES && rule.edges[0]! < rule.edges[1]!
      ? []
      : [{ at: `${name}.edges`, message: 'there must be two increasing edges' }]),
    ...ids.flatMap((scaleId, at) =>
      known.has(scaleId) && ids.indexOf(scaleId) === at
        ? []
        : [{ at: `${name}.scales[${at}]`, message: 'the scale is unknown or stands twice' }],
    ),
  ];
}

function competencyContradictions({ scales }: PackageContent, { competencies }: JobPersonMatchRule): Problem[] {
  const levelled = new Set(scales.flatMap(({ scaleId, levelCuts }) => (levelCuts ? [scaleId] : [])));
  const ids = competencies.map(({ scaleId }) => scaleId);
  return ids.flatMap((scaleId, at) => {
    if (levelled.has(scaleId) && ids.indexOf(scaleId) === at) return [];
    const message = 'the competency is no scale with level cuts, or stands twice';
    return [{ at: `jobPersonMatch.competencies[${at}]`, message }];
  });
}

function standardContradictions(content: PackageContent, { competencies }: JobPersonMatchRule): Problem[] {
  const highest = new Map(content.scales.map(({ scaleId, levelCuts }) => [scaleId, levelCuts?.length ?? 0]));
  return Object.entries(content.standards ?? {}).flatMap(([jobLevel, required]) => {
    const at = `standards.${jobLevel}`;
    const missing = competencies.filter(({ scaleId }) => required[scaleId] === undefined);
    return [
      ...missing.map(({ scaleId }) => ({ at, message: `no level is required of ${scaleId}` })),
      ...Object.entries(required).flatMap(([scaleId, level]) =>
        Number.isInteger(level) && level >= 1 && level <= (highest.get(scaleId) ?? 0)
          ? []
          : [{ at: `${at}.${scaleId}`, message: 'is not a level of the scale' }],
      ),
    ];
  });
}

function categoryContradictions({ categories }: JobPersonMatchRule): Problem[] {
  const from = categories.map(({ fromPercent }) => fromPercent);
  const descends = from.every((value, at) => at === 0 || value < from[at - 1]!);
  return [
    ...(descends && from.at(-1) === 0
      ? []
      : [{ at: 'jobPersonMatch.categories', message: 'must stand from the highest to one that begins at 0' }]),
    ...from.flatMap((value, at) =>
      hundredthsOf(value) / HUNDREDTHS_PER_PERCENT === value
        ? []
        : [{ at: `jobPersonMatch.categories[${at}]`, message: 'has more than two decimals' }],
    ),
  ];
}

/** A percentage as a whole number, so that it can be compared exactly. */
export function hundredthsOf(percent: number): number {
  return Math.round(percent * HUNDREDTHS_PER_PERCENT);
}
