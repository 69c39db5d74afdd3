import type { GateOutcome } from '@app/contracts';
import type { GateRule } from './gate-rule';

/** What a gate said last on one day. */
export interface EvaluatedDay {
  readonly day: string;
  readonly outcome: GateOutcome;
}

/**
 * Why the cluster is to be held, or null. Rates may fail on some days of the last few; integrity and parity on none.
 * Only days on which the gate was evaluated count: a weekend says nothing.
 *
 * @param days newest first, none older than the latest step by people
 */
export function holdReason(
  rule: Pick<GateRule, 'failureLimit' | 'failureWindowDays' | 'inconclusiveLimitDays'>,
  days: readonly EvaluatedDay[],
): 'failed' | 'inconclusive' | null {
  const window = days.slice(0, rule.failureWindowDays);
  const failures = window.filter(({ outcome }) => outcome === 'failed').length;
  if (days[0]?.outcome === 'failed' && failures > rule.failureLimit) return 'failed';
  if (rule.inconclusiveLimitDays === null) return null;
  const concluded = days.findIndex(({ outcome }) => outcome !== 'inconclusive');
  const inconclusive = concluded === -1 ? days.length : concluded;
  return inconclusive > rule.inconclusiveLimitDays ? 'inconclusive' : null;
}
