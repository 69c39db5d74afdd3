import { GATE_MOMENTS, type GateMoment } from '../clusters/domain/cluster-steps';
import { type GateRule, thresholdsOf } from './domain/gate-rule';

/** A rule with the moments at which the cluster asks the gate. */
export interface AskedRule extends GateRule {
  readonly moments: readonly GateMoment[];
}

/** A rule as it is recorded: lists as text, so that two versions compare as they read. */
export type RecordedRule = Omit<AskedRule, 'moments' | 'thresholds'> & {
  readonly moments: string;
  readonly thresholds: string;
};

export function ruleOf(recorded: RecordedRule): AskedRule {
  const { gate, version, failureLimit, failureWindowDays, inconclusiveLimitDays } = recorded;
  const moments = momentsOf(recorded.moments);
  const thresholds = thresholdsOf(recorded.thresholds);
  return { gate, version, moments, thresholds, failureLimit, failureWindowDays, inconclusiveLimitDays };
}

export function momentsOf(text: string): GateMoment[] {
  return text.split(' ').filter((word): word is GateMoment => GATE_MOMENTS.some((moment) => moment === word));
}
