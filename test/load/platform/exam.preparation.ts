import type { Assignment } from '../driver/candidate';
import type { StaffTokens } from './load.platform';
import { StaffClient, until } from './staff.client';

/** A hall; the plan allows far more, but a supervisor does not. */
const SESSION_SEATS = 500;
/** Small enough that each file is published within the time that an import waits for it. */
const ROSTER_ROWS = 2_000;
const SERIALS = 999;
const ITEMS = 45;
const FORM = { formId: 'load-form', version: 1 };
const PREPARATION_TIMEOUT_MS = 300_000;
const IMPORT_DATE = '2022-01-01';
const REASON_CODE = 'load-test';

/** From the first plan to the first login: sessions and seats are planned, PINs printed, drivers started. */
const PREPARATION_SECONDS_MIN = 10;
const PREPARATION_SECONDS_MAX = 15;
const PREPARED_PER_SECOND = 100;

/** How long before the first login so many people have to be planned; PINs end with the start of their session. */
export function preparationSecondsFor(candidates: number): number {
  return Math.min(PREPARATION_SECONDS_MAX, PREPARATION_SECONDS_MIN + candidates / PREPARED_PER_SECOND);
}

export interface ExamOptions {
  readonly candidates: number;
  /** From now until the sessions start, within which everybody has to log in. */
  readonly leadSeconds: number;
  readonly durationSeconds: number;
}

export interface Exam {
  readonly itemIds: readonly string[];
  readonly sessionIds: readonly string[];
  readonly startsAtMs: number;
  readonly assignments: readonly Assignment[];
}

/** Everything that stands before the first login: cluster, agency, form, package, people, sessions, seats, PINs. */
export class ExamPreparation {
  constructor(
    private readonly client: StaffClient,
    private readonly staff: StaffTokens,
  ) {}

  async prepare(options: ExamOptions): Promise<Exam> {
    const { candidates } = options;
    const itemIds = Array.from({ length: ITEMS }, (_, index) => `item-${index + 1}`);
    await this.openCluster();
    await this.importMaterial(itemIds);
    await this.registerPeople(candidates);
    const sessionIds = Array.from({ length: Math.ceil(candidates / SESSION_SEATS) }, (_, index) => `load-${index + 1}`);
    // Whole seconds, as the plan's file carries them.
    const startsAtMs = Math.ceil(Date.now() / 1_000 + options.leadSeconds) * 1_000;
    await this.planSessions(sessionIds, startsAtMs, options.durationSeconds);
    await this.assignSeats();
    const assignments: Assignment[] = [];
    for (const [index, sessionId] of sessionIds.entries()) {
      const seats = Math.min(SESSION_SEATS, candidates - index * SESSION_SEATS);
      assignments.push(...(await this.issuePins(sessionId, seats)));
    }
    return { itemIds, sessionIds, startsAtMs, assignments };
  }

  private async openCluster(): Promise<void> {
    const { operations, firstOfficer, secondOfficer } = this.staff;
    const clusters = `number,name,criteria,effectiveFrom,author,source\n1,Klaster 1,load,${IMPORT_DATE},load,load\n`;
    const agencies =
      'code,name_id,abbreviation,kind,cluster,source,note\nbkn,Badan Kepegawaian Negara,BKN,lpnk,1,load,\n';
    await this.importFile('/v1/clusters', clusters, operations);
    await this.importFile(`/v1/agencies?effectiveFrom=${IMPORT_DATE}&author=load`, agencies, operations);
    const path = '/v1/clusters/1';
    const decide = async (token: string, route: string, json: object) => {
      const { version } = await this.client.call<{ version: number }>({ method: 'GET', path, token });
      await this.client.call({ method: 'POST', path: path + route, token, json: { version, ...json } });
    };
    await decide(firstOfficer, '/preparation', { reasonCode: REASON_CODE });
    await decide(firstOfficer, '/proposals', { step: 'open', reasonCode: REASON_CODE });
    await decide(secondOfficer, '/confirmations', { step: 'open' });
  }

  private async importMaterial(itemIds: readonly string[]): Promise<void> {
    const { operations, analyst } = this.staff;
    const items = itemIds.map((itemId) => ({ itemId, prompt: itemId }));
    const form = { ...FORM, title: 'Load', sections: [{ sectionId: 'one', title: 'One', items }] };
    const content = {
      packageId: 'load-sum',
      version: 1,
      form: FORM,
      estimator: 'sum',
      items: itemIds.map((itemId) => ({ itemId, key: 'A' })),
      scales: [{ scaleId: 'all', itemIds }],
    };
    await this.client.call({ method: 'POST', path: '/v1/forms', json: form, token: operations });
    await this.client.call({ method: 'POST', path: '/v1/packages', json: content, token: analyst });
  }

  private async registerPeople(candidates: number): Promise<void> {
    const { operations } = this.staff;
    for (let first = 0; first < candidates; first += ROSTER_ROWS) {
      const count = Math.min(ROSTER_ROWS, candidates - first);
      const people = Array.from({ length: count }, (_, index) => rosterRow(first + index));
      const csv = ['participantNumber,name,nip,agency', ...people].join('\n');
      await this.importFile('/v1/participants/import', csv, operations);
    }
    await until('the scheduler knows everybody', PREPARATION_TIMEOUT_MS, async () => {
      const progress = await this.client.call<{ total: { registered: number } }>({
        method: 'GET',
        path: '/v1/progress',
        token: operations,
      });
      return progress.total.registered === candidates;
    });
  }

  private async planSessions(
    sessionIds: readonly string[],
    startsAtMs: number,
    durationSeconds: number,
  ): Promise<void> {
    const [date, time] = new Date(startsAtMs).toISOString().split('T') as [string, string];
    const rows = sessionIds.map((sessionId) => {
      const when = `${date},${time.slice(0, 8)},Etc/UTC,${durationSeconds}`;
      return `${sessionId},1,site-1,room-1,${when},${SESSION_SEATS},${FORM.formId},${FORM.version},0`;
    });
    const header =
      'sessionId,cluster,siteId,room,date,startsAt,timeZone,durationSeconds,seats,formId,formVersion,pinClosesMinutesBefore';
    await this.importFile('/v1/plan/sessions', [header, ...rows, ''].join('\n'), this.staff.operations);
  }

  private async assignSeats(): Promise<void> {
    const { operations: token } = this.staff;
    const csv = await this.client.call<string>({ method: 'GET', path: '/v1/participants/pseudonyms', token });
    const [, ...people] = csv.trim().split('\n');
    const rows = people.map((line, index) => {
      const sessionId = `load-${Math.floor(index / SESSION_SEATS) + 1}`;
      return `${sessionId},a${(index % SESSION_SEATS) + 1},${line.split(',')[1]}`;
    });
    await this.importFile('/v1/plan/seats', ['sessionId,seat,analyticsId', ...rows, ''].join('\n'), token);
  }

  /** The plan reaches the assessment service through the log, so its seats may not all be there at once. */
  private issuePins(sessionId: string, seats: number): Promise<Assignment[]> {
    const path = `/v1/sessions/${sessionId}/pins`;
    return until(`${seats} PINs of ${sessionId}`, PREPARATION_TIMEOUT_MS, async () => {
      const request = { method: 'POST', path, token: this.staff.supervisor } as const;
      const pins = await this.client.call<Omit<Assignment, 'sessionId'>[]>(request).catch(nothingYet);
      return pins.length === seats && pins.map((one) => ({ ...one, sessionId }));
    });
  }

  private async importFile(path: string, csv: string, token: string): Promise<void> {
    await this.client.call({ method: 'POST', path, csv, token });
  }
}

function nothingYet(error: Error): never[] {
  if (error.message.includes('session.unknown')) return [];
  throw error;
}

/** A person whose NIP is built right and belongs to nobody. */
function rosterRow(index: number): string {
  const bornOn = new Date(Date.UTC(1960, 0, 1 + Math.floor(index / SERIALS)));
  const birthDate = bornOn.toISOString().slice(0, 10).replaceAll('-', '');
  const serial = String((index % SERIALS) + 1).padStart(3, '0');
  return `L-${String(index + 1).padStart(6, '0')},Peserta Beban ${index + 1},${birthDate}2005011${serial},bkn`;
}
