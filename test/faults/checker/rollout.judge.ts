import { CoverageFold } from './coverage.fold';
import type { LogEntry } from './evidence';
import { type DecodedEvent, publishedSchemas } from './record.decoder';
import { ROLLOUT, ROLLOUT_TOPICS, positionOf } from './topics';

/** A step of a cluster or an evaluation of a gate, where it stands. */
export interface RolloutRecord {
  readonly position: string;
  readonly event: DecodedEvent;
}

/** What the rollout topic says, cluster by cluster, and what its gates could have seen. */
export class RolloutJudge {
  /** In the order of the log; a further copy of an event is left out. */
  readonly records = new Map<number, RolloutRecord[]>();
  readonly coverage = new CoverageFold();
  /** Ids of all events on these topics, whatever they say, by position. */
  readonly eventIds = new Map<string, string>();
  private readonly seenIds = new Set<string>();
  private readonly decoder = publishedSchemas();

  take({ topic, partition, offset, key, value }: LogEntry): void {
    if (!ROLLOUT_TOPICS.includes(topic)) return;
    const decoded = this.decoder.decode(topic, key, value);
    const position = positionOf(topic, partition, offset);
    const id = decoded.fits ? decoded.event.id : decoded.id;
    if (id !== null) this.eventIds.set(position, id);
    if (!decoded.fits) return;
    const { event } = decoded;
    if (topic === ROLLOUT) this.takeDecision({ position, event });
    else this.coverage.take(topic, partition, offset, event);
  }

  private takeDecision(record: RolloutRecord): void {
    if (this.seenIds.has(record.event.id)) return;
    this.seenIds.add(record.event.id);
    const cluster = record.event.data.cluster as number;
    const known = this.records.get(cluster);
    if (known) known.push(record);
    else this.records.set(cluster, [record]);
  }
}
