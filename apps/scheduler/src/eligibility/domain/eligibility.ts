/** One version of a rule about who is eligible: data with an author and a source. */
export interface EligibilityRule {
  readonly rule: string;
  readonly version: number;
  /** The code of the roster that it reads. */
  readonly code: string;
  /** What the code may be; `from-2025` allows every number from 2025 on. */
  readonly allowed: readonly string[];
  /** A rule that does not bind is counted for information only. */
  readonly binding: boolean;
}

/** A person as the roster tells of them; null where the roster does not say. */
export type Codes = Readonly<Record<string, string | number | null>>;

/** What a person decided about a person. It goes before every rule. */
export interface EligibilityDecision {
  readonly eligible: boolean;
  readonly reasonCode: string;
}

export type Eligibility = 'eligible' | 'unknown' | 'excluded';
export type RuleAnswer = 'met' | 'not-met' | 'missing';

export interface Standing {
  readonly eligibility: Eligibility;
  /** Rules not met or codes missing, or the reason of the decision. */
  readonly reasons: readonly string[];
}

/**
 * Only a decision that somebody recorded excludes a person. Whom a rule does not admit, and who lacks a code, is
 * unknown until then: a wrong code in a roster must not cost anybody their place.
 */
export function standingOf(
  codes: Codes,
  rules: readonly EligibilityRule[],
  decision: EligibilityDecision | null,
): Standing {
  if (decision) {
    return { eligibility: decision.eligible ? 'eligible' : 'excluded', reasons: [`decided: ${decision.reasonCode}`] };
  }
  const reasons = rules
    .filter(({ binding }) => binding)
    .map((rule) => ({ rule, answer: answerOf(codes, rule) }))
    .filter(({ answer }) => answer !== 'met')
    .map(({ rule, answer }) => `${rule.rule}: ${answer === 'missing' ? `no ${rule.code}` : 'not met'}`);
  return { eligibility: reasons.length === 0 ? 'eligible' : 'unknown', reasons };
}

export function answerOf(codes: Codes, { code, allowed }: EligibilityRule): RuleAnswer {
  const value = codes[code];
  if (value === null || value === undefined) return 'missing';
  return allowed.some((word) => allows(word, value)) ? 'met' : 'not-met';
}

function allows(word: string, value: string | number): boolean {
  const from = /^from-(\d+)$/.exec(word);
  return from ? Number(value) >= Number(from[1]) : word.toLowerCase() === String(value).toLowerCase();
}
