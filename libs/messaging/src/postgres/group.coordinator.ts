import type { Runtime } from '../log/runtime';
import { FailureWatch } from './failure.watch';
import type { GroupRepository } from './group.repository';
import type { GroupSubscription } from './group.subscription';
import { PacedLoop } from './paced-loop';

/** While a share is not complete, somebody is about to give a partition back. */
const SETTLING_INTERVAL_MS = 100;
/** Renewals per lease: several may fail before a lease is lost. */
const BEATS_PER_LEASE = 10;

/** Keeps all members of this process alive with one statement per beat, and the partitions shared out evenly. */
export class GroupCoordinator {
  private readonly loop: PacedLoop;
  private readonly failures: FailureWatch;

  constructor(
    private readonly groups: GroupRepository,
    private readonly subscriptions: ReadonlySet<GroupSubscription>,
    private readonly runtime: Runtime,
    leaseMs: number,
  ) {
    this.failures = new FailureWatch((error) => {
      for (const subscription of subscriptions) subscription.fail(error);
    });
    const intervalMs = leaseMs / BEATS_PER_LEASE;
    this.loop = new PacedLoop(runtime, async () =>
      (await this.beatSafely()) ? intervalMs : Math.min(intervalMs, SETTLING_INTERVAL_MS),
    );
  }

  /** Beats now: a subscription came or went. */
  wake(): void {
    this.loop.wake();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  private async beatSafely(): Promise<boolean> {
    try {
      const complete = await this.beat();
      this.failures.noteSuccess();
      return complete;
    } catch (error) {
      this.failures.noteFailure(error);
      return true;
    }
  }

  /** @returns whether every member has its share */
  private async beat(): Promise<boolean> {
    const active = [...this.subscriptions];
    for (const subscription of active) if (subscription.id === null) await subscription.join();
    const memberIds = active.flatMap(({ id }) => id ?? []);
    if (memberIds.length === 0) return true;
    const sentAtMs = this.runtime.monotonicMs();
    const holdings = await this.groups.renew(memberIds);
    let complete = true;
    for (const subscription of active) {
      const own = holdings.filter(({ memberId }) => memberId === subscription.id);
      if (subscription.isStopping) continue;
      if (own.length > 0) complete = (await subscription.settle(own, sentAtMs)) && complete;
      else {
        subscription.expire();
        complete = false;
      }
    }
    return complete;
  }
}
