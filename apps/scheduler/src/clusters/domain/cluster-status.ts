import type { ClusterState, GateOutcome } from '@app/contracts';
import type { RampPlan } from './ramp-plan';

export type { ClusterState } from '@app/contracts';

/**
 * A cluster is a fold over the decisions about it. Nothing else decides where it stands: the tables hold the decisions,
 * and every reader folds them.
 */
export type Step = 'prepare' | 'open' | 'promote' | 'advance' | 'hold' | 'resume' | 'abort' | 'close';

/** Steps that one person proposes and another confirms. Waves advance by themselves, or by two people over a doubt. */
export const PROPOSED_STEPS = ['open', 'promote', 'advance', 'resume', 'abort', 'close'] as const;
export type ProposedStep = (typeof PROPOSED_STEPS)[number];

/** States in which sessions run. */
export const RUNNING_STATES: readonly ClusterState[] = ['canary', 'ramping', 'make-up'];

/** The actor of a step that no person decided. No staff account may have this name. */
export const GATE_ACTOR = 'gate';

/** A recorded evaluation of a gate. */
export interface GateSnapshot {
  readonly cluster: number;
  readonly gate: string;
  readonly evaluation: number;
  /** Where the cluster stood when the gate judged it: what a gate said of the canary says nothing of a wave. */
  readonly stage: string;
  readonly outcome: GateOutcome;
  readonly reasonCode: string;
  readonly figures: Readonly<Record<string, number | null>>;
  /** RFC 3339 UTC. */
  readonly at: string;
}

/** Which evaluation a decision relied on. */
export interface GateReference {
  readonly cluster: number;
  readonly gate: string;
  /** Null where the gate had not spoken, and two people went on over that. */
  readonly evaluation: number | null;
  readonly outcome: GateOutcome;
  /** Two people went on over an inconclusive outcome. */
  readonly overridden: boolean;
}

export interface Proposal {
  readonly kind: 'proposal';
  readonly step: ProposedStep;
  /** Version of the cluster that the proposer saw. */
  readonly version: number;
  readonly actor: string;
  readonly reasonCode: string;
  readonly at: string;
  readonly gates: readonly GateReference[];
}

export interface Transition {
  readonly kind: 'transition';
  readonly step: Step;
  /** Version of the cluster after the step. */
  readonly version: number;
  readonly from: ClusterState;
  readonly to: ClusterState;
  /** Share of the cluster's people who may sit from now on. */
  readonly sharePercent: number;
  readonly actors: readonly string[];
  readonly reasonCode: string;
  readonly at: string;
  readonly gates: readonly GateReference[];
  /** The plan that the cluster opened under; null in every other step. */
  readonly ramp: RampPlan | null;
}

export type Decision = Proposal | Transition;

export interface ClusterStatus {
  readonly state: ClusterState;
  readonly version: number;
  readonly sharePercent: number;
  /** The plan that the cluster opened under. */
  readonly ramp: RampPlan | null;
  /** Where a held cluster goes on. */
  readonly heldFrom: ClusterState | null;
  /** The latest proposal of each step on this version. */
  readonly proposals: readonly Proposal[];
  readonly transitions: readonly Transition[];
}

export const INITIAL_STATUS: ClusterStatus = {
  state: 'planned',
  version: 1,
  sharePercent: 0,
  ramp: null,
  heldFrom: null,
  proposals: [],
  transitions: [],
};

/** Where the cluster stands, finer than its state; a held cluster stands where it was held. */
export function stageOf({ state, heldFrom, sharePercent }: ClusterStatus): string {
  const standing = state === 'held' && heldFrom ? heldFrom : state;
  return standing === 'ramping' ? `wave-${sharePercent}` : standing;
}

/** Whether sessions of the cluster may be opened after a step; null where it never ran. */
export function admissionAfter({ from, to }: Pick<Transition, 'from' | 'to'>): boolean | null {
  const runs = RUNNING_STATES.includes(to);
  return runs || RUNNING_STATES.includes(from) || from === 'held' ? runs : null;
}

/** Applies one decision. Decisions that do not follow from the status were never made by `decide`. */
export function applyDecision(status: ClusterStatus, decision: Decision): ClusterStatus {
  return decision.kind === 'proposal' ? withProposal(status, decision) : withTransition(status, decision);
}

export function foldDecisions(decisions: readonly Decision[]): ClusterStatus {
  return decisions.reduce(applyDecision, INITIAL_STATUS);
}

function withProposal(status: ClusterStatus, proposal: Proposal): ClusterStatus {
  if (proposal.version !== status.version) {
    throw new RangeError(`a proposal on version ${proposal.version} cannot follow version ${status.version}`);
  }
  return { ...status, proposals: [...status.proposals.filter(({ step }) => step !== proposal.step), proposal] };
}

function withTransition(status: ClusterStatus, transition: Transition): ClusterStatus {
  if (transition.version !== status.version + 1 || transition.from !== status.state) {
    throw new RangeError(`version ${transition.version} cannot follow version ${status.version} (${status.state})`);
  }
  return {
    state: transition.to,
    version: transition.version,
    sharePercent: transition.sharePercent,
    ramp: transition.ramp ?? status.ramp,
    heldFrom: transition.to === 'held' ? transition.from : null,
    proposals: [],
    transitions: [...status.transitions, transition],
  };
}
