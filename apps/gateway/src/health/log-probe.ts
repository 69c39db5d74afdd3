import { TOPICS } from '@app/contracts';
import type { EventLog, Runtime } from '@app/messaging';

/** One partition's end tells as much about the log as all of them. */
const PROBED_PARTITION = 0;
/** An acknowledgement of the last seconds says more than a probe, which would only queue behind the next ones. */
const PROOF_VALID_MS = 5_000;

/**
 * Whether the log takes answers. Under load its own acknowledgements say so, and nobody is asked: a probe that waits
 * for its turn would take all gateways out of service at once, at the moment when each is needed most.
 */
export class LogProbe {
  private provenAtMs = -Infinity;

  constructor(
    private readonly log: EventLog,
    private readonly runtime: Runtime,
  ) {}

  /** The log has just acknowledged an append. */
  noteAppended(): void {
    this.provenAtMs = this.runtime.monotonicMs();
  }

  /** Rejects where the log does not answer. */
  async check(): Promise<void> {
    if (this.runtime.monotonicMs() - this.provenAtMs <= PROOF_VALID_MS) return;
    await this.log.ranges(TOPICS.attempts.name, [PROBED_PARTITION]);
  }
}
