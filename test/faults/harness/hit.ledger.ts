/** A moment at which the fault certainly struck: a signal that a living process was sent, a reply that a proxy cut. */
export interface Hit {
  readonly atMs: number;
  readonly detail: string;
}

/** Where kills and proxies write down what they have done; a row without hits under load has shown nothing. */
export class HitLedger {
  private readonly hits: Hit[] = [];

  add(hit: Hit): void {
    this.hits.push(hit);
  }

  get all(): readonly Hit[] {
    return this.hits;
  }

  between(fromMs: number, untilMs: number): readonly Hit[] {
    return this.hits.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs);
  }
}
