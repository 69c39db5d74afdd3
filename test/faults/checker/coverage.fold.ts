import type { DecodedEvent } from './record.decoder';

/** How far a reader had come in each partition. */
export interface NamedPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Distinct people, and what the seals of a cluster's sessions count. */
export interface Coverage {
  readonly registered: number;
  readonly attended: number;
  readonly scored: number;
  readonly reconciled: number;
  readonly sealedSessions: number;
  readonly sealedAttempts: number;
  readonly arrivedAttempts: number;
}

interface Closing {
  readonly closing: number;
  readonly root: string;
  readonly analyticsId: string;
  readonly sessionId: string;
}

interface Person {
  readonly version: number;
  readonly agency: string;
  readonly isWithdrawn: boolean;
}

type Told = readonly [offset: number, event: DecodedEvent];

/** What a gate could have counted at given positions of the log, counted a second time. */
export class CoverageFold {
  private readonly told = new Map<string, Told[]>();
  /** By session; a plan never moves a session to another cluster. */
  private readonly clusters = new Map<string, number>();
  private state = new CoverageState();

  take(topic: string, partition: number, offset: number, event: DecodedEvent): void {
    if (event.type === 'petabakat.session.planned.v1') {
      this.clusters.set(event.data.sessionId as string, event.data.cluster as number);
    }
    const name = `${topic}/${partition}`;
    const known = this.told.get(name);
    if (known) known.push([offset, event]);
    else this.told.set(name, [[offset, event]]);
  }

  /** @param clusterOf which cluster an agency belongs to, undefined where to none */
  coverageAt(
    positions: readonly NamedPosition[],
    cluster: number,
    clusterOf: (agency: string) => number | undefined,
  ): Coverage {
    if (positions.some((position) => this.state.isAhead(position))) this.state = new CoverageState();
    for (const position of positions) {
      this.state.advance(position, this.told.get(`${position.topic}/${position.partition}`) ?? []);
    }
    return this.state.count(
      (agency) => clusterOf(agency) === cluster,
      (sessionId) => this.clusters.get(sessionId) === cluster,
    );
  }
}

/** Of each thing the latest word, whatever came again or out of order. */
class CoverageState {
  private readonly next = new Map<string, { offset: number; index: number }>();
  private readonly people = new Map<string, Person>();
  private readonly closings = new Map<string, Closing>();
  private readonly results = new Map<string, { closing: number; root: string }>();
  private readonly seals = new Map<string, { version: number; attempts: number }>();

  isAhead({ topic, partition, offset }: NamedPosition): boolean {
    return (this.next.get(`${topic}/${partition}`)?.offset ?? 0) > offset;
  }

  advance({ topic, partition, offset }: NamedPosition, told: readonly Told[]): void {
    let index = this.next.get(`${topic}/${partition}`)?.index ?? 0;
    for (; index < told.length && told[index]![0] < offset; index++) this.take(told[index]![1]);
    this.next.set(`${topic}/${partition}`, { offset, index });
  }

  count(isOfCluster: (agency: string) => boolean, isSession: (sessionId: string) => boolean): Coverage {
    const people = new Set<string>();
    for (const [analyticsId, { agency, isWithdrawn }] of this.people) {
      if (!isWithdrawn && isOfCluster(agency)) people.add(analyticsId);
    }
    const [attended, scored, reconciled] = [new Set<string>(), new Set<string>(), new Set<string>()];
    const arrived = new Map<string, number>();
    for (const [attemptId, { closing, root, analyticsId, sessionId }] of this.closings) {
      arrived.set(sessionId, (arrived.get(sessionId) ?? 0) + 1);
      if (!people.has(analyticsId)) continue;
      attended.add(analyticsId);
      const result = this.results.get(attemptId);
      if (result?.closing !== closing) continue;
      scored.add(analyticsId);
      if (result.root === root) reconciled.add(analyticsId);
    }
    const seals = [...this.seals].filter(([sessionId]) => isSession(sessionId));
    const sum = (of: (sessionId: string, attempts: number) => number) =>
      seals.reduce((total, [sessionId, { attempts }]) => total + of(sessionId, attempts), 0);
    return {
      registered: people.size,
      attended: attended.size,
      scored: scored.size,
      reconciled: reconciled.size,
      sealedSessions: seals.length,
      sealedAttempts: sum((_, attempts) => attempts),
      arrivedAttempts: sum((sessionId, attempts) => Math.min(arrived.get(sessionId) ?? 0, attempts)),
    };
  }

  private take({ type, data }: DecodedEvent): void {
    switch (type) {
      case 'petabakat.participant.registered.v1':
      case 'petabakat.participant.changed.v1':
      case 'petabakat.participant.withdrawn.v1':
        return this.takePerson(data, type.includes('withdrawn'));
      case 'petabakat.attempt.closed.v1':
        return keepHighest(this.closings, data.attemptId as string, data as unknown as Closing, 'closing');
      case 'petabakat.result.scored.v1':
        return keepHighest(this.results, data.attemptId as string, data as unknown as Closing, 'closing');
      case 'petabakat.session.sealed.v1':
        return keepHighest(
          this.seals,
          data.sessionId as string,
          data as unknown as { version: number; attempts: number },
          'version',
        );
    }
  }

  private takePerson(data: DecodedEvent['data'], isWithdrawn: boolean): void {
    const { analyticsId, version } = data as { analyticsId: string; version: number };
    const known = this.people.get(analyticsId);
    // A withdrawal names no agency.
    const agency = isWithdrawn ? (known?.agency ?? '') : (data.agency as string);
    keepHighest(this.people, analyticsId, { version, agency, isWithdrawn }, 'version');
  }
}

function keepHighest<Name extends string, One extends Readonly<Record<Name, number>>>(
  kept: Map<string, One>,
  key: string,
  one: One,
  by: Name,
): void {
  const known = kept.get(key);
  if (!known || one[by] > known[by]) kept.set(key, one);
}
