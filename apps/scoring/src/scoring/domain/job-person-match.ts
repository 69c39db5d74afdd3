import type { JobPersonMatch } from '@app/contracts';
import { hundredthsOf } from './rule-contradictions';
import type { JobPersonMatchRule, PackageContent } from './scoring-package';

/** Percent are compared in hundredths, as whole numbers. */
const HUNDREDTHS = 100;

/**
 * Job Person Match of one person. Achieved and required levels, weights and the cap are whole numbers, so the percentage
 * is a ratio of two whole numbers and is compared as one: nobody is moved over a bound by a rounded quotient.
 *
 * @param levels achieved level per scale, null where there is none
 */
export function jobPersonMatch(
  { jobPersonMatch: rule, standards = {} }: Pick<PackageContent, 'jobPersonMatch' | 'standards'>,
  jobLevel: string | null,
  levels: ReadonlyMap<string, number | null>,
): JobPersonMatch | undefined {
  if (!rule) return undefined;
  if (jobLevel === null) return withoutMatch(rule, 'job-level-unknown');
  const required = Object.hasOwn(standards, jobLevel) ? standards[jobLevel] : undefined;
  if (!required) return withoutMatch(rule, 'no-standard-for-job-level');
  let numerator = 0;
  let denominator = 0;
  for (const { scaleId, weight } of rule.competencies) {
    const achieved = levels.get(scaleId) ?? null;
    if (achieved === null) return withoutMatch(rule, 'level-missing');
    const standard = required[scaleId]!;
    numerator += weight * Math.min(100 * achieved, rule.capPercent * standard);
    denominator += weight * standard;
  }
  return {
    ruleId: rule.ruleId,
    ruleVersion: rule.version,
    percent: truncated(numerator, denominator, rule.decimals),
    numerator,
    denominator,
    category: categoryOf(rule, numerator, denominator),
    reasonCode: null,
  };
}

/** Cuts off what stands behind the last decimal shown. */
export function truncated(numerator: number, denominator: number, decimals: number): string {
  const scale = 10 ** decimals;
  const digits = String(Math.floor((numerator * scale) / denominator)).padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function categoryOf(rule: JobPersonMatchRule, numerator: number, denominator: number): string {
  return rule.categories.find(({ fromPercent }) => numerator * HUNDREDTHS >= hundredthsOf(fromPercent) * denominator)!
    .category;
}

function withoutMatch({ ruleId, version }: JobPersonMatchRule, reasonCode: string): JobPersonMatch {
  return {
    ruleId,
    ruleVersion: version,
    percent: null,
    numerator: null,
    denominator: null,
    category: null,
    reasonCode,
  };
}
