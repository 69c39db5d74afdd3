import { isTransientDatabaseError } from '@app/database';
import { type BatchTransaction, type EventBatch, type OutboxEvent, type Runtime, systemRuntime } from '@app/messaging';
import type { EntityManager } from 'typeorm';
import type { AttemptNeeds, AttemptRows } from './attempt.store';
import type { FoldedChanges } from './domain/attempt-history';
import type { AttemptState } from './domain/attempt-state';
import { MeetingPoint } from './meeting-point';

/** What one fetch brings reaches the store within a turn or two of the event loop; a fortieth of what a fetch may wait. */
const GATHER_MS = 5;
/** Records of one transaction: its locks are held for tens of milliseconds and not longer. */
const RECORDS_MAX = 2_000;
/** While PostgreSQL works on one, this process folds for the next. Each holds a connection. */
const TRANSACTIONS_MAX = 2;

export type BatchWork = (fresh: EventBatch, rows: AttemptRows) => Promise<void>;
type RowsOf = (manager: EntityManager) => AttemptRows;

interface Waiting {
  readonly batch: EventBatch;
  readonly work: BatchWork;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Applies batches of several partitions that come together in one transaction: with a few answers per partition the
 * statements and the commit cost far more than the answers. Batches that fail together are applied one by one, so that
 * none of them suffers for another.
 */
export class JointBatches {
  private waiting: Waiting[] = [];
  private running = 0;
  private isGathering = false;

  constructor(
    private readonly transaction: BatchTransaction,
    private readonly rowsOf: RowsOf,
    private readonly runtime: Runtime = systemRuntime,
  ) {}

  /** Rejects with what the batch's own work or transaction has thrown. */
  apply(batch: EventBatch, work: BatchWork): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ batch, work, resolve, reject });
      this.gather();
    });
  }

  private gather(): void {
    if (this.isGathering || this.running >= TRANSACTIONS_MAX || this.waiting.length === 0) return;
    this.isGathering = true;
    this.runtime.after(GATHER_MS, () => {
      this.isGathering = false;
      void this.runNext();
    });
  }

  private async runNext(): Promise<void> {
    const members = this.takeNext();
    this.running += 1;
    this.gather();
    await this.applyMembers(members);
    this.running -= 1;
    this.gather();
  }

  /** As many as fit, at least one, each partition once. */
  private takeNext(): Waiting[] {
    const taken = new Map<number, Waiting>();
    let records = 0;
    for (const member of this.waiting) {
      const { partition, events } = member.batch;
      if (taken.has(partition) || (taken.size > 0 && records + events.length > RECORDS_MAX)) continue;
      taken.set(partition, member);
      records += events.length;
    }
    const members = [...taken.values()];
    this.waiting = this.waiting.filter((member) => taken.get(member.batch.partition) !== member);
    return members;
  }

  private async applyMembers(members: readonly Waiting[]): Promise<void> {
    if (members.length === 1) return this.applyAlone(members[0]!);
    try {
      await this.applyTogether(members);
      for (const { resolve } of members) resolve();
    } catch (error) {
      // Nobody's fault: alone, each would wait for the same database again, one after the other.
      if (isTransientDatabaseError(error)) for (const { reject } of members) reject(error);
      // Whose fault it was shows when each is alone; what was applied all the same is left alone.
      else for (const member of members) await this.applyAlone(member);
    }
  }

  private async applyAlone({ batch, work, resolve, reject }: Waiting): Promise<void> {
    await this.transaction.run(batch, (manager, fresh) => work(fresh, this.rowsOf(manager))).then(resolve, reject);
  }

  private async applyTogether(members: readonly Waiting[]): Promise<void> {
    const works = new Map(members.map(({ batch, work }) => [batch.partition, work]));
    const batches = members.map(({ batch }) => batch);
    await this.transaction.runTogether(batches, async (manager, fresh) => {
      const rows = new SharedRows(this.rowsOf(manager), fresh.length);
      await Promise.all(
        fresh.map((batch, member) => rows.lendTo(member, (own) => works.get(batch.partition)!(batch, own))),
      );
    });
  }
}

/** The rows of one transaction for several works: loaded together, saved together. */
class SharedRows {
  private readonly loading: MeetingPoint<AttemptNeeds, Map<string, AttemptState>>;
  private readonly saving: MeetingPoint<{ changes: FoldedChanges; events: readonly OutboxEvent[] }, void>;

  constructor(rows: AttemptRows, members: number) {
    this.loading = new MeetingPoint(members, (needs) => rows.load(joinedNeeds(needs)));
    this.saving = new MeetingPoint(members, (saves) =>
      rows.save(
        joinedChanges(saves.map(({ changes }) => changes)),
        saves.flatMap(({ events }) => events),
      ),
    );
  }

  async lendTo(member: number, work: (rows: AttemptRows) => Promise<void>): Promise<void> {
    await work({
      load: async (needs) => {
        const states = await this.loading.come(member, needs);
        return new Map([...needs.attemptIds, ...needs.wholeIds].map((id) => [id, states.get(id)!]));
      },
      save: (changes, events) => this.saving.come(member, { changes, events }),
    });
    this.loading.leave(member);
    this.saving.leave(member);
  }
}

function joinedNeeds(needs: readonly AttemptNeeds[]): AttemptNeeds {
  return {
    attemptIds: needs.flatMap(({ attemptIds }) => attemptIds),
    wholeIds: needs.flatMap(({ wholeIds }) => wholeIds),
    touched: needs.flatMap(({ touched }) => touched),
  };
}

/** An attempt belongs to one partition, so no two of them change the same. */
function joinedChanges(changes: readonly FoldedChanges[]): FoldedChanges {
  return {
    headers: new Map(changes.flatMap(({ headers }) => [...headers])),
    answers: changes.flatMap(({ answers }) => answers),
    conflicts: changes.flatMap(({ conflicts }) => conflicts),
    current: new Map(changes.flatMap(({ current }) => [...current])),
    rejudged: new Map(changes.flatMap(({ rejudged }) => [...rejudged])),
    closed: changes.flatMap(({ closed }) => closed),
  };
}
