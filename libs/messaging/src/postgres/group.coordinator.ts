import { isTransientDatabaseError } from '@app/database';
import type { Runtime } from '../log/runtime';
import type { GroupRepository } from './group.repository';
import type { GroupSubscription } from './group.subscription';
import { PacedLoop } from './paced-loop';

/** While a share is not complete, somebody is about to give a partition back. */
const SETTLING_INTERVAL_MS = 100;
/** Renewals per lease: several may fail before a lease is lost. */
const BEATS_PER_LEASE = 10;
/** Failures in a row that no repetition can be expected to cure. */
const HOPELESS_FAILURES_MAX = 5;

/** Keeps all members of this process alive with one statement per beat, and the partitions shared out evenly. */
export class GroupCoordinator {
  private readonly loop: PacedLoop;
  private hopelessFailures = 0;

  constructor(
    private readonly groups: GroupRepository,
    private readonly subscriptions: ReadonlySet<GroupSubscription>,
    private readonly runtime: Runtime,
    leaseMs: number,
  ) {
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
      this.hopelessFailures = 0;
      return complete;
    } catch (error) {
      if (!isTransientDatabaseError(error)) this.noteHopeless(error as Error);
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

  private noteHopeless(error: Error): void {
    this.hopelessFailures += 1;
    if (this.hopelessFailures !== HOPELESS_FAILURES_MAX) return;
    for (const subscription of this.subscriptions) subscription.fail(error);
  }
}
