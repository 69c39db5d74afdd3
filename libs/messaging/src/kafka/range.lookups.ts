import type { PartitionRange } from '../log/event-log';

type Ranges = Map<number, PartitionRange>;

/**
 * Coalesces look-ups of one topic: whoever asks while one is under way shares the next one. A caller never gets a look-up
 * that began before its call, so it sees every record that was acknowledged before.
 */
export class RangeLookups {
  private readonly running = new Map<string, Promise<unknown>>();
  private readonly next = new Map<string, Promise<Ranges>>();

  constructor(private readonly lookUp: (topic: string) => Promise<Ranges>) {}

  ranges(topic: string): Promise<Ranges> {
    const running = this.running.get(topic);
    if (!running) return this.start(topic);
    const waiting = this.next.get(topic);
    if (waiting) return waiting;
    const following = running.then(() => {
      this.next.delete(topic);
      return this.start(topic);
    });
    this.next.set(topic, following);
    return following;
  }

  private start(topic: string): Promise<Ranges> {
    const ranges = this.lookUp(topic);
    const ended = ranges
      .catch(() => undefined)
      .then(() => {
        if (this.running.get(topic) === ended) this.running.delete(topic);
      });
    this.running.set(topic, ended);
    return ranges;
  }
}
