import type { GateOutcome } from '@app/contracts';

/**
 * A cluster is a fold over the decisions about it. Nothing else decides where it stands: the tables hold the decisions,
 * and every reader folds them.
 */

export type ClusterState = 'planned' | 'ready' | 'ramping' | 'held' | 'closed';
export type Step = 'prepare' | 'open' | 'hold' | 'resume' | 'close';

/** Steps that one person proposes and another confirms. */
export const PROPOSED_STEPS = ['open', 'resume', 'close'] as const;
export type ProposedStep = (typeof PROPOSED_STEPS)[number];

/** The actor of a hold that no person decided. No staff account may have this name. */
export const GATE_ACTOR = 'gate';

/** A recorded evaluation of a gate. */
export interface GateSnapshot {
  readonly cluster: number;
  readonly gate: string;
  readonly evaluation: number;
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
  readonly evaluation: number;
  readonly outcome: GateOutcome;
}

export interface Proposal {
  readonly kind: 'proposal';
  readonly step: ProposedStep;
  /** Version of the cluster that the proposer saw. */
  readonly version: number;
  readonly actor: string;
  readonly reasonCode: string;
  readonly at: string;
  readonly gate: GateReference | null;
}

export interface Transition {
  readonly kind: 'transition';
  readonly step: Step;
  /** Version of the cluster after the step. */
  readonly version: number;
  readonly from: ClusterState;
  readonly to: ClusterState;
  readonly actors: readonly string[];
  readonly reasonCode: string;
  readonly at: string;
  readonly gate: GateReference | null;
}

export type Decision = Proposal | Transition;

export interface ClusterStatus {
  readonly state: ClusterState;
  readonly version: number;
  /** Where a held cluster goes on. */
  readonly heldFrom: ClusterState | null;
  /** The latest proposal of each step on this version. */
  readonly proposals: readonly Proposal[];
  readonly transitions: readonly Transition[];
}

export const INITIAL_STATUS: ClusterStatus = {
  state: 'planned',
  version: 1,
  heldFrom: null,
  proposals: [],
  transitions: [],
};

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
    heldFrom: transition.to === 'held' ? transition.from : null,
    proposals: [],
    transitions: [...status.transitions, transition],
  };
}
