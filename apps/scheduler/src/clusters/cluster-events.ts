import { type CloudEvent, type EventName, buildEvent } from '@app/contracts';
import type { OutboxEvent } from '@app/messaging';
import { SCHEDULER_SOURCE } from '../scheduler.tokens';
import { type GateSnapshot, type Step, type Transition, admissionAfter } from './domain/cluster-status';

export interface LogPositionOf {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

const EVENT_OF: Readonly<Record<Step, EventName>> = {
  prepare: 'clusterPromoted',
  open: 'clusterOpened',
  promote: 'clusterPromoted',
  advance: 'clusterPromoted',
  hold: 'clusterHeld',
  resume: 'clusterPromoted',
  abort: 'clusterAborted',
  close: 'clusterClosed',
};

/** What the others hear of a step. Ids follow from cluster and version: no version is reached twice. */
export function eventsOfTransition(cluster: number, transition: Transition): OutboxEvent[] {
  const { version, at, reasonCode, sharePercent } = transition;
  const events: OutboxEvent[] = [{ topic: 'rollout', key: String(cluster), event: decisionEvent(cluster, transition) }];
  const open = admissionAfter(transition);
  if (open !== null) {
    const data = { cluster, version, open, reasonCode, at, sharePercent };
    const event = clusterEvent('admissionChanged', cluster, `v${version}/admission`, at, data);
    events.push({ topic: 'plan', key: String(cluster), event });
  }
  return events;
}

function decisionEvent(cluster: number, transition: Transition): CloudEvent {
  const { step, version, reasonCode, actors, at, from, to, sharePercent, gates } = transition;
  const decision = { cluster, version, reasonCode, actors, at, sharePercent, gates };
  const states = {
    clusterPromoted: { from, to },
    clusterOpened: { to },
    clusterHeld: { from },
    clusterAborted: { from },
  };
  const name = EVENT_OF[step];
  const data = { ...decision, ...(states as Partial<Record<EventName, object>>)[name] };
  return clusterEvent(name, cluster, `v${version}/${step}`, at, data);
}

export function eventOfEvaluation(snapshot: GateSnapshot, positions: readonly LogPositionOf[]): OutboxEvent {
  const { cluster, gate, evaluation, at } = snapshot;
  const data = { ...snapshot, positions };
  const event = clusterEvent('gateEvaluated', cluster, `gate/${gate}/${evaluation}`, at, data);
  return { topic: 'rollout', key: String(cluster), event };
}

function clusterEvent(name: EventName, cluster: number, what: string, time: string, data: object): CloudEvent {
  const subject = String(cluster);
  return buildEvent(name, { id: `cluster/${cluster}/${what}`, source: SCHEDULER_SOURCE, subject, time, data });
}
