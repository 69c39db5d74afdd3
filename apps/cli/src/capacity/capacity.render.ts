import { renderFields, renderTable } from '../console/table';
import { PROCESS_KINDS } from './capacity.coefficients';
import { CORE_SHARE_MAX, type CapacityPlan, PARTITIONS, PEAK_FACTOR } from './capacity.plan';

/** The answer of `petabakat capacity` for people. */
export function renderPlan(plan: CapacityPlan): string {
  const { breaksFirst } = plan;
  return [
    renderFields(needsOf(plan)),
    '',
    renderTable(
      ['busy cores at the mean rate', 'cores'],
      [
        ...PROCESS_KINDS.filter((kind) => plan.cores[kind] > 0).map((kind) => [kind, rounded(plan.cores[kind])]),
        ['together', rounded(plan.coresTogether)],
        [`together in a peak of ${PEAK_FACTOR} times the mean`, rounded(plan.coresTogetherAtPeak)],
      ],
    ),
    '',
    renderTable(
      ['what there is only so much of', 'used', 'otherwise'],
      plan.limits.map(({ what, needed, available, remedy }) => [what, percent(needed / available), remedy]),
    ),
    '',
    `Breaks first${isAllKnown(plan) ? '' : ', of what was measured'}: ${breaksFirst.what}, at ${amount(breaksFirst.atCandidates)} candidates.`,
    extrapolationOf(plan),
  ].join('\n');
}

function isAllKnown({ partitionsNeeded, gatewayMegabytesHoldConnections }: CapacityPlan): boolean {
  return partitionsNeeded !== null && gatewayMegabytesHoldConnections;
}

function gatewayMemoryOf({ gatewayMegabytes, gatewayMegabytesHoldConnections }: CapacityPlan): string {
  const megabytes = `${amount(gatewayMegabytes)} MB`;
  return gatewayMegabytesHoldConnections ? megabytes : `${megabytes} beside them (their own memory was not measured)`;
}

function needsOf(plan: CapacityPlan): Record<string, string | number> {
  return {
    candidates: amount(plan.candidates),
    'answers a second': `${amount(plan.answersPerSecond)}, in the peak ${amount(plan.peakAnswersPerSecond)}`,
    gateways: `${plan.gateways}, each with ${amount(plan.candidates / plan.gateways)} connections and ${gatewayMemoryOf(plan)}`,
    'assessment processes': plan.assessments,
    'partitions that the peak needs':
      plan.partitionsNeeded === null
        ? `not known, of ${PARTITIONS}: their ceiling was not measured`
        : `${plan.partitionsNeeded} of ${PARTITIONS}`,
    brokers: plan.brokers === 0 ? 'none, the log is in PostgreSQL' : plan.brokers,
    'connections to PostgreSQL': plan.databaseConnections,
    'log on disk': `${rounded(plan.logGigabytesPerHour)} GB an hour`,
    'tables on disk': `${rounded(plan.tableGigabytesPerHour)} GB an hour`,
    'written ahead by PostgreSQL': `${rounded(plan.writtenAheadMegabytesPerSecond)} MB a second`,
    'network, to and from candidates': `${rounded(plan.candidateMegabytesPerSecond)} MB a second`,
    'network, all of it': `${rounded(plan.networkMegabytesPerSecond)} MB a second`,
  };
}

function extrapolationOf({ isExtrapolated, fittedAnswersPerSecond: [lowest, highest] }: CapacityPlan): string {
  const range = `${amount(lowest)} to ${amount(highest)} answers a second`;
  return isExtrapolated
    ? `EXTRAPOLATION: the costs were measured at ${range}; outside of that they are assumed to go on in the same way.`
    : `The costs were measured at ${range}. No process is to take more than ${percent(CORE_SHARE_MAX)} of its core.`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(value < 1 ? 2 : 3));
}

function amount(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function percent(share: number): string {
  return share < 0.01 ? 'below 1 %' : `${Math.round(share * 100).toLocaleString('en')} %`;
}
