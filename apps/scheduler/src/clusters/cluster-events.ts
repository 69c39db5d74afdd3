import { type CloudEvent, type EventName, buildEvent } from '@app/contracts';
import type { OutboxEvent } from '@app/messaging';
import { SCHEDULER_SOURCE } from '../scheduler.tokens';
import type { GateSnapshot, Step, Transition } from './domain/cluster-status';

export interface LogPositionOf {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Whether sessions of the cluster may be opened after a step; null where the step leaves admission as it is. */
const ADMISSION_AFTER: Readonly<Record<Step, boolean | null>> = {
  prepare: null,
  open: true,
  hold: false,
  resume: true,
  close: false,
};

const EVENT_OF: Readonly<Record<Step, EventName>> = {
  prepare: 'clusterPromoted',
  open: 'clusterOpened',
  hold: 'clusterHeld',
  resume: 'clusterPromoted',
  close: 'clusterClosed',
};

/** What the others hear of a step. Ids follow from cluster and version: no version is reached twice. */
export function eventsOfTransition(cluster: number, transition: Transition): OutboxEvent[] {
  const { version, at } = transition;
  const events: OutboxEvent[] = [{ topic: 'rollout', key: String(cluster), event: decisionEvent(cluster, transition) }];
  const open = ADMISSION_AFTER[transition.step];
  if (open !== null) {
    const data = { cluster, version, open, reasonCode: transition.reasonCode, at };
    const event = clusterEvent('admissionChanged', cluster, `v${version}/admission`, at, data);
    events.push({ topic: 'plan', key: String(cluster), event });
  }
  return events;
}

function decisionEvent(cluster: number, transition: Transition): CloudEvent {
  const { step, version, reasonCode, actors, at, from, to } = transition;
  const decision = { cluster, version, reasonCode, actors, at };
  const data = step === 'hold' ? { ...decision, from } : { ...decision, ...(isPromotion(step) ? { from, to } : {}) };
  return clusterEvent(EVENT_OF[step], cluster, `v${version}/${step}`, at, data);
}

function isPromotion(step: Step): boolean {
  return EVENT_OF[step] === 'clusterPromoted';
}

export function eventOfEvaluation(gate: GateSnapshot, positions: readonly LogPositionOf[]): OutboxEvent {
  const { cluster, evaluation, outcome, reasonCode, figures, at } = gate;
  const data = { cluster, gate: gate.gate, evaluation, outcome, reasonCode, figures, positions, at };
  const event = clusterEvent('gateEvaluated', cluster, `gate/${gate.gate}/${evaluation}`, at, data);
  return { topic: 'rollout', key: String(cluster), event };
}

function clusterEvent(name: EventName, cluster: number, what: string, time: string, data: object): CloudEvent {
  const subject = String(cluster);
  return buildEvent(name, { id: `cluster/${cluster}/${what}`, source: SCHEDULER_SOURCE, subject, time, data });
}
