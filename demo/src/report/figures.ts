import type { PlayObserver } from '../play/play-observer';

/** Numbers gathered while respondents play. */
export class Figures {
  readonly acknowledgedByCluster = new Map<number, number>();
  readonly latenciesMs: number[] = [];
  unknownOutcomes = 0;
  discardedRepeats = 0;
  requestsNotTaken = 0;

  get acknowledged(): number {
    return [...this.acknowledgedByCluster.values()].reduce((sum, count) => sum + count, 0);
  }

  addAcknowledged(cluster: number, answers: number, latencyMs: number): void {
    this.acknowledgedByCluster.set(cluster, (this.acknowledgedByCluster.get(cluster) ?? 0) + answers);
    for (let answer = 0; answer < answers; answer++) this.latenciesMs.push(latencyMs);
  }

  /** @returns the latency below which this share of acknowledgements lies; null before the first */
  latencyMs(share: number): number | null {
    if (this.latenciesMs.length === 0) return null;
    const sorted = this.latenciesMs.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  }
}

/** Lines of one kind that are printed as they are; the rest is only counted, so that the screen stays readable. */
const LINES_PER_KIND_MAX = 5;

export interface Lines {
  line(text: string): void;
}

/** Counts what happens and says the first of each kind aloud. */
export class ReportingObserver implements PlayObserver {
  private readonly printed = new Map<string, number>();

  constructor(
    private readonly figures: Figures,
    private readonly lines: Lines,
    private readonly onFinished: (cluster: number) => void,
  ) {}

  acknowledged(cluster: number, answers: number, latencyMs: number): void {
    this.figures.addAcknowledged(cluster, answers, latencyMs);
  }

  outcomeUnknown(cluster: number, who: string, what: string, reason: string): void {
    this.figures.unknownOutcomes++;
    this.say('unknown outcomes', `  ? cluster ${cluster}, ${who}: outcome of ${what} unknown (${reason}); sent again`);
  }

  notTaken(cluster: number, what: string, reason: string): void {
    this.figures.requestsNotTaken++;
    this.say(`refused: ${reason}`, `  - cluster ${cluster}: ${what} not taken (${reason}); sent again`);
  }

  repeatDiscarded(
    cluster: number,
    who: string,
    { seq, partition, offset }: Parameters<PlayObserver['repeatDiscarded']>[2],
  ): void {
    this.figures.discardedRepeats++;
    this.say(
      'discarded repeats',
      `  = cluster ${cluster}, ${who}: repeat of answer ${seq} recorded at ${partition}/${offset} and discarded`,
    );
  }

  finished(cluster: number): void {
    this.onFinished(cluster);
  }

  private say(kind: string, text: string): void {
    const printed = (this.printed.get(kind) ?? 0) + 1;
    this.printed.set(kind, printed);
    if (printed <= LINES_PER_KIND_MAX) this.lines.line(text);
    if (printed === LINES_PER_KIND_MAX) this.lines.line(`    (more ${kind} are counted, not printed)`);
  }
}
