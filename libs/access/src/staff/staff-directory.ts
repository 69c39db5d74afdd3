import { DomainError, PROCESS_CONNECTIONS } from '@app/contracts';
import { createDataSource, migrate } from '@app/database';
import type { DataSource } from 'typeorm';
import { CreateStaffToken1763700000000 } from '../migrations/1763700000000-create-staff-token';
import { type Role, isRole } from './roles';
import type { Staff } from './staff';
import { StaffTokenEntity } from './staff-token.entity';
import { ACCOUNT, accountOf, createStaffToken, hashOf } from './staff-token';

/** A revoked token works this much longer at most; staff pages make several requests a second. */
export const STAFF_CACHE_MS = 2_000;
/** Actor of steps that a gate takes by itself; no person may act under that name. */
const GATE_ACTOR = 'gate';
/** More accounts than act within two seconds anywhere; the oldest goes first. */
export const STAFF_CACHE_ENTRIES_MAX = 1_000;

export interface NewStaff {
  readonly account: string;
  readonly roles: readonly Role[];
  readonly sessions: readonly string[] | 'all';
}

export interface StaffListing extends Staff {
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

interface StaffRow {
  readonly account: string;
  readonly roles: string[];
  readonly sessions: string[] | null;
  readonly created_at: Date;
  readonly revoked_at: Date | null;
}

/** The staff tokens of schema `staff`: only their hashes are stored. */
export class StaffDirectory {
  private readonly cache = new Map<string, { readonly staff: Staff; readonly untilMs: number }>();

  private constructor(
    readonly dataSource: DataSource,
    private readonly nowMs: () => number,
  ) {}

  static async open(options: { readonly url: string; readonly nowMs?: () => number }): Promise<StaffDirectory> {
    const dataSource = createDataSource({
      url: options.url,
      schema: 'staff',
      entities: [StaffTokenEntity],
      migrations: [CreateStaffToken1763700000000],
      poolSize: PROCESS_CONNECTIONS.assessment.staff,
      applicationName: 'petabakat staff',
    });
    await migrate(dataSource);
    return new StaffDirectory(dataSource, options.nowMs ?? Date.now);
  }

  /** Whose token it is, or null for one that was never issued, was revoked or is malformed. */
  async find(token: string): Promise<Staff | null> {
    if (accountOf(token) === null) return null;
    const hash = hashOf(token);
    const cached = this.cache.get(hash);
    if (cached && cached.untilMs > this.nowMs()) return cached.staff;
    const [row] = await this.dataSource.query<StaffRow[]>(
      'SELECT account, roles, sessions FROM staff_token WHERE token_hash = $1 AND revoked_at IS NULL',
      [hash],
    );
    this.cache.delete(hash);
    if (!row) return null;
    const staff = staffOf(row);
    this.remember(hash, staff);
    return staff;
  }

  /** Issues the token of a new account. It is shown this once and cannot be read again. */
  async add(staff: NewStaff): Promise<string> {
    assertValid(staff);
    const token = createStaffToken(staff.account);
    const inserted = await this.dataSource.query<unknown[]>(
      `INSERT INTO staff_token (account, roles, sessions, token_hash)
       VALUES ($1, $2, $3, $4)
       ON CONFLICT (account) WHERE revoked_at IS NULL DO NOTHING
       RETURNING id`,
      [staff.account, staff.roles, staff.sessions === 'all' ? null : staff.sessions, hashOf(token)],
    );
    if (inserted.length === 0) throw new DomainError('staff.account-exists');
    return token;
  }

  /** Accounts in order of name; revoked tokens only where they are asked for. */
  async list(options: { readonly revoked: boolean } = { revoked: false }): Promise<StaffListing[]> {
    const rows = await this.dataSource.query<StaffRow[]>(
      `SELECT account, roles, sessions, created_at, revoked_at
       FROM staff_token
       WHERE $1 OR revoked_at IS NULL
       ORDER BY account, id`,
      [options.revoked],
    );
    return rows.map((row) => ({
      ...staffOf(row),
      createdAt: row.created_at.toISOString(),
      revokedAt: row.revoked_at?.toISOString() ?? null,
    }));
  }

  /** The account's token stops working everywhere within two seconds. */
  async revoke(account: string): Promise<void> {
    // TypeORM answers an UPDATE with the rows and their count.
    const [, revoked] = await this.dataSource.query<[unknown[], number]>(
      'UPDATE staff_token SET revoked_at = now() WHERE account = $1 AND revoked_at IS NULL',
      [account],
    );
    if (revoked === 0) throw new DomainError('staff.unknown-account');
    this.cache.clear();
  }

  async ping(): Promise<void> {
    await this.dataSource.query('SELECT 1');
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private remember(hash: string, staff: Staff): void {
    const [oldest] = this.cache.keys();
    if (oldest !== undefined && this.cache.size >= STAFF_CACHE_ENTRIES_MAX) this.cache.delete(oldest);
    this.cache.set(hash, { staff, untilMs: this.nowMs() + STAFF_CACHE_MS });
  }
}

function assertValid({ account, roles, sessions }: NewStaff): void {
  const problems = [];
  if (!ACCOUNT.test(account)) {
    problems.push({ at: 'account', message: 'must be 1 to 64 of a-z, 0-9, dot, hyphen, underscore and colon' });
  }
  if (account === GATE_ACTOR) problems.push({ at: 'account', message: 'is what events call a decision of a gate' });
  if (roles.length === 0 || !roles.every(isRole)) problems.push({ at: 'roles', message: 'must name known roles' });
  if (sessions !== 'all' && sessions.length === 0) problems.push({ at: 'sessions', message: 'must name sessions' });
  if (problems.length > 0) throw new DomainError('request.invalid', undefined, { problems });
}

function staffOf(row: Pick<StaffRow, 'account' | 'roles' | 'sessions'>): Staff {
  return { account: row.account, roles: row.roles.filter(isRole), sessions: row.sessions ?? 'all' };
}
