import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GatesRepository, type LatestEvaluations } from '../gates/gates.repository';
import type { AskedRule } from '../gates/recorded-rule';
import type { LoadedCluster } from './clusters.repository';
import { type BindingGate, type Evidence, bindingGate } from './domain/cluster-steps';
import { ONE_WAVE, type RampPlan, rampPlanOf } from './domain/ramp-plan';
import { RampRepository } from './ramp.repository';

/** What every decision about clusters rests on, read once under their locks. */
export interface RolloutEvidence {
  readonly clusters: ReadonlyMap<number, LoadedCluster>;
  readonly rules: ReadonlyMap<string, AskedRule>;
  readonly plans: ReadonlyMap<string, RampPlan>;
  readonly latest: LatestEvaluations;
}

@Injectable()
export class EvidenceReader {
  constructor(
    private readonly gates: GatesRepository,
    private readonly ramps: RampRepository,
  ) {}

  async read(manager: EntityManager, clusters: ReadonlyMap<number, LoadedCluster>): Promise<RolloutEvidence> {
    const rules = await this.gates.rulesInForce(manager);
    const recorded = await this.ramps.plansInForce(manager);
    const latest = await this.gates.latestEvaluations(manager);
    const plans = new Map([...recorded].map(([cluster, plan]) => [cluster, rampPlanOf(plan)]));
    return { clusters, rules, plans, latest };
  }
}

/** The plan that a cluster opened under, or would open under. */
export function rampOf({ number, status }: LoadedCluster, { plans }: RolloutEvidence): RampPlan {
  return status.ramp ?? plans.get(String(number)) ?? ONE_WAVE;
}

/** The gates that bind a cluster, each with what it said of the cluster's present stage. */
export function bindingGates(cluster: LoadedCluster, evidence: RolloutEvidence): BindingGate[] {
  const latest = evidence.latest.get(cluster.number);
  return rampOf(cluster, evidence).gates.map((gate) => {
    // A gate without a rule binds all the same: it cannot pass before somebody gives it one.
    const rule = evidence.rules.get(gate) ?? { gate, moments: ['ready', 'running'] as const };
    return bindingGate(cluster.number, cluster.status, rule, latest?.get(gate) ?? null);
  });
}

export function evidenceFor(cluster: LoadedCluster, evidence: RolloutEvidence, at: string): Evidence {
  return {
    at,
    ramp: rampOf(cluster, evidence),
    gates: bindingGates(cluster, evidence),
    predecessor: predecessorOf(cluster.number, evidence),
  };
}

/** The cluster with the next lower number: numbers may leave gaps, turns may not. */
function predecessorOf(number: number, evidence: RolloutEvidence): Evidence['predecessor'] {
  const before = Math.max(0, ...[...evidence.clusters.keys()].filter((candidate) => candidate < number));
  const loaded = evidence.clusters.get(before);
  if (!loaded) return null;
  return { cluster: before, state: loaded.status.state, gates: bindingGates(loaded, evidence) };
}
