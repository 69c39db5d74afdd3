import type { HttpTarget } from './http.connection';

/** The gateways as one candidate sees them: its own, and the next one where that does not answer. */
export class GatewayRing {
  private readonly targets: readonly HttpTarget[];

  constructor(
    private readonly urls: readonly string[],
    private at: number,
  ) {
    this.targets = urls.map((url) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) }));
    this.at %= urls.length;
  }

  get url(): string {
    return this.urls[this.at]!;
  }

  get target(): HttpTarget {
    return this.targets[this.at]!;
  }

  /** Goes on to the next one, which is the same where there is one only. */
  next(): HttpTarget {
    this.at = (this.at + 1) % this.urls.length;
    return this.target;
  }
}
