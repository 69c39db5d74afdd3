import { type CsvRow, cellAt, invalidFile, parseCsv } from '@app/bootstrap';
import { DomainError, type EventName, type Problem, buildEvent, isoTime } from '@app/contracts';
import type { OutboxEvent, Runtime } from '@app/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { ASSESSMENT_SOURCE } from '../assessment.tokens';
import type { ControlEventPublisher } from '../control-events.publisher';
import type { IdentityVault } from '../secrets/identity-vault';
import { normalizeNip } from './nip';
import type {
  ParticipantsRepository,
  RosterCodes,
  SealedParticipant,
  StoredParticipant,
} from './participants.repository';

/** One file holds a year's target twice over; a larger roster comes in several files. */
export const ROSTER_ROWS_MAX = 50_000;

const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const COLUMNS = {
  participantNumber: { pattern: /^[A-Za-z0-9-]{4,32}$/, expected: '4 to 32 letters, digits or hyphens', unique: true },
  name: { pattern: /^[^\p{Cc}]{1,200}$/u },
  nip: { pattern: /^[0-9 ]{18,22}$/, expected: 'a NIP of 18 digits' },
  agency: { pattern: CODE },
  jobLevel: { pattern: CODE, required: false },
  performance: { pattern: CODE, required: false },
  dutyRegion: { pattern: CODE, required: false },
  education: { pattern: CODE, required: false },
  retirementYear: { pattern: /^(19|20|21)\d{2}$/, required: false },
};

interface RosterRow extends RosterCodes {
  readonly row: number;
  readonly participantNumber: string;
  readonly name: string;
  readonly nip: string;
  readonly analyticsId: string;
}

export interface ImportedRoster {
  readonly registered: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** Who takes part. The roster events that leave this service carry a pseudonym and codes. */
export class ParticipantsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly participants: ParticipantsRepository,
    private readonly publisher: ControlEventPublisher,
    private readonly vault: IdentityVault,
    private readonly runtime: Runtime,
  ) {}

  /**
   * Registers the people of a CSV file; known people are brought up to date. All or nothing.
   * @throws DomainError `file.invalid` naming rows and columns, never their values
   */
  async import(csv: string): Promise<ImportedRoster> {
    const rows = this.rowsOf(parseCsv(csv, { columns: COLUMNS, maxRows: ROSTER_ROWS_MAX }));
    assertDistinct(rows);
    return this.publisher.publish(async (manager) => {
      const known = await this.knownTo(manager, rows);
      const changes = rows.flatMap((row) => this.changeOf(row, known.get(row.analyticsId)));
      await this.participants.upsert(
        manager,
        changes.map(({ person }) => person),
      );
      const registered = changes.filter(({ name }) => name === 'participantRegistered').length;
      const result = { registered, changed: changes.length - registered, unchanged: rows.length - changes.length };
      return { events: changes.map(({ name, person }) => this.rosterEvent(name, person)), result };
    });
  }

  /** @throws DomainError `participant.unknown` */
  async withdraw(participantNumber: string, reasonCode: string): Promise<void> {
    await this.publisher.publish(async (manager) => {
      const at = isoTime(this.runtime.nowMs());
      const withdrawn = await this.participants.withdraw(manager, participantNumber, at);
      if (!withdrawn) throw new DomainError('participant.unknown');
      return {
        events: [
          eventOf('participantWithdrawn', withdrawn.analyticsId, withdrawn.version, at, { ...withdrawn, reasonCode }),
        ],
        result: undefined,
      };
    });
  }

  pseudonyms(): Promise<{ participantNumber: string; analyticsId: string }[]> {
    return this.participants.pseudonyms(this.dataSource.manager);
  }

  private rowsOf(rows: readonly CsvRow<keyof typeof COLUMNS>[]): RosterRow[] {
    const problems: Problem[] = [];
    const people = rows.map(({ row, values }) => {
      const nip = normalizeNip(values.nip);
      if (!nip) problems.push({ at: cellAt(row, 'nip'), message: 'is not built like a NIP' });
      return {
        row,
        participantNumber: values.participantNumber,
        name: values.name,
        nip: nip ?? '',
        analyticsId: this.vault.analyticsIdOf(nip ?? ''),
        agency: values.agency,
        jobLevel: values.jobLevel || null,
        performance: values.performance || null,
        dutyRegion: values.dutyRegion || null,
        education: values.education || null,
        retirementYear: values.retirementYear ? Number(values.retirementYear) : null,
      };
    });
    if (problems.length > 0) throw invalidFile(problems);
    return people;
  }

  /** The stored people of the file's rows. A number or NIP that belongs to somebody else is refused. */
  private async knownTo(manager: EntityManager, rows: readonly RosterRow[]): Promise<Map<string, StoredParticipant>> {
    const stored = await this.participants.related(
      manager,
      rows.map((row) => row.analyticsId),
      rows.map((row) => row.participantNumber),
    );
    const byId = new Map(stored.map((person) => [person.analyticsId, person]));
    const byNumber = new Map(stored.map((person) => [person.participantNumber, person]));
    const problems = rows.flatMap((row): Problem[] => {
      const sameNip = byId.get(row.analyticsId);
      if (sameNip && sameNip.participantNumber !== row.participantNumber)
        return [{ at: cellAt(row.row, 'nip'), message: 'is registered under another participant number' }];
      const sameNumber = byNumber.get(row.participantNumber);
      if (sameNumber && sameNumber.analyticsId !== row.analyticsId)
        return [{ at: cellAt(row.row, 'participantNumber'), message: 'belongs to another person' }];
      return [];
    });
    if (problems.length > 0) throw invalidFile(problems);
    return byId;
  }

  private changeOf(
    row: RosterRow,
    known: StoredParticipant | undefined,
  ): { name: EventName; person: SealedParticipant }[] {
    if (known && !known.withdrawnAt && sameCodes(row, known) && this.nameOf(known) === row.name) return [];
    const person: SealedParticipant = {
      analyticsId: row.analyticsId,
      participantNumber: row.participantNumber,
      nameSealed: this.vault.seal(placeOfName(row.analyticsId), row.name),
      nipSealed: this.vault.seal(`participants.nip.${row.analyticsId}`, row.nip),
      nipIndex: this.vault.nipIndex(row.nip),
      version: (known?.version ?? 0) + 1,
      ...codesOf(row),
    };
    return [{ name: known && !known.withdrawnAt ? 'participantChanged' : 'participantRegistered', person }];
  }

  private nameOf({ analyticsId, nameSealed }: StoredParticipant): string {
    return this.vault.open(placeOfName(analyticsId), nameSealed);
  }

  private rosterEvent(name: EventName, person: SealedParticipant): OutboxEvent {
    const { analyticsId, version } = person;
    return eventOf(name, analyticsId, version, isoTime(this.runtime.nowMs()), {
      analyticsId,
      version,
      ...codesOf(person),
    });
  }
}

function placeOfName(analyticsId: string): string {
  return `participants.name.${analyticsId}`;
}

function eventOf(name: EventName, analyticsId: string, version: number, time: string, data: object): OutboxEvent {
  const event = buildEvent(name, {
    id: `${analyticsId}/roster/${version}`,
    source: ASSESSMENT_SOURCE,
    subject: analyticsId,
    time,
    data,
  });
  return { topic: 'roster', key: analyticsId, event };
}

function codesOf({ agency, jobLevel, performance, dutyRegion, education, retirementYear }: RosterCodes): RosterCodes {
  return { agency, jobLevel, performance, dutyRegion, education, retirementYear };
}

function sameCodes(a: RosterCodes, b: RosterCodes): boolean {
  return JSON.stringify(codesOf(a)) === JSON.stringify(codesOf(b));
}

function assertDistinct(rows: readonly RosterRow[]): void {
  const first = new Map<string, number>();
  const problems = rows.flatMap(({ row, nip }): Problem[] => {
    const earlier = first.get(nip);
    if (earlier === undefined) first.set(nip, row);
    return earlier === undefined ? [] : [{ at: cellAt(row, 'nip'), message: `stands in row ${earlier} already` }];
  });
  if (problems.length > 0) throw invalidFile(problems);
}
