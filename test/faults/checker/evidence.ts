import type { FaultLine, IntentLine, OutcomeLine, RunLine } from '../../load/history/history.format';

/** One sending of an operation: what is missing was never answered. */
export interface Try {
  readonly intent: IntentLine;
  readonly outcome: OutcomeLine | null;
}

/** What the driver did once, with all its repeats. */
export interface Operation {
  readonly op: string;
  readonly kind: IntentLine['kind'];
  readonly tries: readonly Try[];
  /** `ok` if any try was, `fail` only if no try was ok or unknown. */
  readonly outcome: 'ok' | 'fail' | 'unknown';
}

export interface HistoryEvidence {
  readonly run: RunLine | null;
  readonly operations: readonly Operation[];
  readonly faults: readonly FaultLine[];
  /** When the driver ended; null where its history was cut off. */
  readonly endedMs: number | null;
}

/** One record as it stands in the log. */
export interface LogEntry {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
  readonly appendedAtMs: number;
}

/** Reads whole topics of a log from their beginning to the end that they had at the call. */
export interface LogReader {
  /** Topic after topic; entries of one partition come in the order of their offsets. */
  read(topics: readonly string[]): AsyncIterable<LogEntry>;
  /** Next offset of every partition that exists, by topic. */
  ends(topics: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>>;
  close(): Promise<void>;
}

export interface AnswerRow {
  readonly attemptId: string;
  readonly seq: number;
  readonly itemId: string;
  readonly response: unknown;
  readonly answeredAt: string;
  readonly receivedAt: string;
  readonly commitment: string;
  readonly position: number;
}

export type ConflictRow = Omit<AnswerRow, 'answeredAt'>;

export interface CurrentRow {
  readonly attemptId: string;
  readonly itemId: string;
  readonly seq: number;
  readonly response: unknown;
}

export interface AttemptRow {
  readonly attemptId: string;
  readonly sessionId: string;
  readonly status: string;
  readonly deadlineAt: string | null;
  readonly closing: number;
  readonly version: number;
  readonly header: Readonly<Record<string, unknown>>;
}

export interface ClosingRow {
  readonly attemptId: string;
  readonly closing: number;
  readonly closedBy: string;
  readonly root: string;
}

export interface ResultRow {
  readonly attemptId: string;
  readonly closing: number;
  readonly result: Readonly<Record<string, unknown>>;
}

export interface ProgressRow {
  readonly schema: string;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  readonly movedAtMs: number;
}

export interface OutboxRow {
  readonly schema: string;
  readonly eventId: string;
  readonly topic: string;
  readonly isPublished: boolean;
  readonly createdAtMs: number;
  readonly partition: number | null;
  readonly offset: number | null;
}

export interface PackageRow {
  readonly packageId: string;
  readonly version: number;
  readonly hash: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Which agency was assessed with which cluster, from when on. */
export interface MembershipRow {
  readonly agency: string;
  readonly cluster: number;
  /** `YYYY-MM-DD`. */
  readonly effectiveFrom: string;
}

/** Rows that belong to attempts, of all of them or of some. */
export interface AttemptTables {
  readonly answerEvents: readonly AnswerRow[];
  readonly conflicts: readonly ConflictRow[];
  readonly answers: readonly CurrentRow[];
  readonly attempts: readonly AttemptRow[];
  readonly closings: readonly ClosingRow[];
  readonly results: readonly ResultRow[];
}

/** Rows that belong to everybody. */
export interface CommonTables {
  readonly packages: readonly PackageRow[];
  readonly memberships: readonly MembershipRow[];
  readonly progress: readonly ProgressRow[];
  readonly outbox: readonly OutboxRow[];
  /** By the database's clock. */
  readonly takenAtMs: number;
}

/** The tables as they stand, read in one snapshot. */
export type TablesEvidence = AttemptTables & CommonTables;

/** Everything that is judged: what the driver says, what the log holds, what the tables hold. */
export interface Evidence {
  readonly history: HistoryEvidence;
  readonly log: AsyncIterable<LogEntry>;
  readonly tables: TablesEvidence;
  /** Opens commitments where the run's secret is known; without it only their equality is checked. */
  readonly commitmentSecret?: Buffer;
  /** A simulation signs nothing: its receipts are judged by what they name. A real run is never judged like this. */
  readonly isUnsigned?: true;
}
