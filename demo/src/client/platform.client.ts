import { HttpClient } from './http.client';
import type { Receipt } from './receipt';

export interface StaffTokens {
  readonly operations: string;
  readonly analyst: string;
  readonly supervisor: string;
  readonly firstOfficer: string;
  readonly secondOfficer: string;
}

export interface Login {
  readonly attemptId: string;
  readonly token: string;
  readonly epoch: number;
  readonly firstSeq: number;
  readonly sessionId: string;
}

export interface IssuedPin {
  readonly participantNumber: string;
  readonly seat: string;
  readonly pin: string;
}

export interface SealedForm {
  readonly hash: string;
  readonly sealed: { readonly iv: string; readonly ciphertext: string; readonly tag: string };
}

export interface StoredAnswer {
  readonly itemId: string;
  readonly seq: number;
  readonly response: string | null;
  readonly receivedAt: string;
  readonly commitment: string;
  readonly salt: string;
  readonly offset: number;
  readonly verdict: string;
}

export interface AttemptReading {
  readonly status: string;
  readonly closedBy: string | null;
  readonly deadLetters: readonly unknown[];
  readonly conflicts: number;
  readonly answers: readonly StoredAnswer[];
}

export interface ScaleScore {
  readonly scaleId: string;
  readonly score: number;
  readonly maximum: number;
  readonly theta?: number;
  readonly standardError?: number;
  readonly answered: number;
  readonly omitted: number;
  readonly notReached: number;
}

export interface Result {
  readonly attemptId: string;
  readonly sessionId: string;
  readonly agency: string;
  readonly closing: number;
  readonly root: string;
  readonly scales: readonly ScaleScore[];
}

export interface Rescoring {
  readonly rescoringId: string;
  readonly state: 'running' | 'ready' | 'releasing' | 'released';
  readonly published: number;
  readonly digest: string | null;
}

export interface GateEvaluation {
  readonly outcome: 'passed' | 'failed' | 'inconclusive';
  readonly reasonCode: string;
  readonly figures: Readonly<Record<string, number | null>>;
}

export interface Cluster {
  readonly number: number;
  readonly state: string;
  readonly version: number;
  readonly gate: GateEvaluation | null;
}

export interface Counts {
  readonly registered: number;
  readonly attended: number;
  readonly scored: number;
  readonly reconciled: number;
}

export interface Progress {
  readonly total: Counts;
  readonly clusters: readonly (Counts & { readonly cluster: number | null })[];
}

export interface PublishedKey {
  readonly kid: string;
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
}

export type AnswerToSend = Pick<Receipt, 'itemId' | 'seq'> & {
  readonly response: string | null;
  readonly answeredAt: string;
};

const RESCORINGS = '/v1/results/rescorings';

/** The public routes that the demonstration uses, one method each. */
export class PlatformClient {
  constructor(
    readonly http: HttpClient,
    private readonly staff: StaffTokens,
  ) {}

  importCsv(path: string, csv: string): Promise<unknown> {
    return this.http.call({ method: 'POST', path, csv, token: this.staff.operations });
  }

  importForm(form: unknown): Promise<unknown> {
    return this.http.call({ method: 'POST', path: '/v1/forms', json: form, token: this.staff.operations });
  }

  importPackage(content: unknown): Promise<{ inForce: boolean }> {
    return this.http.call({ method: 'POST', path: '/v1/packages', json: content, token: this.staff.analyst });
  }

  /** CSV `participantNumber,analyticsId`. */
  pseudonyms(): Promise<string> {
    return this.http.call({ method: 'GET', path: '/v1/participants/pseudonyms', token: this.staff.operations });
  }

  progress(): Promise<Progress> {
    return this.http.call({ method: 'GET', path: '/v1/progress', token: this.staff.operations });
  }

  clusters(): Promise<Cluster[]> {
    return this.http.call({ method: 'GET', path: '/v1/clusters', token: this.staff.firstOfficer });
  }

  async cluster(number: number): Promise<Cluster> {
    return this.http.call({ method: 'GET', path: `/v1/clusters/${number}`, token: this.staff.firstOfficer });
  }

  prepare(number: number, version: number): Promise<Cluster> {
    const json = { version, reasonCode: 'sites-verified' };
    const path = `/v1/clusters/${number}/preparation`;
    return this.http.call({ method: 'POST', path, json, token: this.staff.firstOfficer });
  }

  /** One officer proposes, another confirms. */
  async decide(number: number, step: 'open' | 'close', reasonCode: string): Promise<Cluster> {
    const { version } = await this.cluster(number);
    const path = `/v1/clusters/${number}`;
    const proposal = { version, step, reasonCode };
    await this.http.call({
      method: 'POST',
      path: `${path}/proposals`,
      json: proposal,
      token: this.staff.firstOfficer,
    });
    const json = { version, step };
    return this.http.call({ method: 'POST', path: `${path}/confirmations`, json, token: this.staff.secondOfficer });
  }

  pins(sessionId: string): Promise<IssuedPin[]> {
    return this.http.call({ method: 'POST', path: `/v1/sessions/${sessionId}/pins`, token: this.staff.supervisor });
  }

  reissuePin(sessionId: string, seat: string): Promise<IssuedPin> {
    const path = `/v1/sessions/${sessionId}/seats/${seat}/pin`;
    return this.http.call({ method: 'POST', path, token: this.staff.supervisor });
  }

  openSession(sessionId: string): Promise<unknown> {
    return this.http.call({ method: 'POST', path: `/v1/sessions/${sessionId}/open`, token: this.staff.supervisor });
  }

  sealSession(sessionId: string): Promise<unknown> {
    return this.http.call({ method: 'POST', path: `/v1/sessions/${sessionId}/seal`, token: this.staff.supervisor });
  }

  logIn(participantNumber: string, pin: string): Promise<Login> {
    return this.http.call({ method: 'POST', path: '/v1/logins', json: { participantNumber, pin } });
  }

  form({ attemptId, token }: Login): Promise<SealedForm> {
    return this.http.call({ method: 'GET', path: `/v1/attempts/${attemptId}/form`, token });
  }

  start({ attemptId, token }: Login): Promise<{ formKey: string; deadline: string | null }> {
    return this.http.call({ method: 'POST', path: `/v1/attempts/${attemptId}/start`, token });
  }

  sendAnswers({ attemptId, token }: Login, answers: readonly AnswerToSend[]): Promise<{ receipts: Receipt[] }> {
    return this.http.call({ method: 'POST', path: `/v1/attempts/${attemptId}/answers`, json: { answers }, token });
  }

  submit({ attemptId, token }: Login): Promise<unknown> {
    return this.http.call({ method: 'POST', path: `/v1/attempts/${attemptId}/submit`, token });
  }

  attempt({ attemptId, token }: Login): Promise<AttemptReading> {
    return this.http.call({ method: 'GET', path: `/v1/attempts/${attemptId}`, token });
  }

  results(sessionId: string, after: string | null): Promise<{ results: Result[]; next: string | null }> {
    const page = after === null ? '' : `&after=${after}`;
    const path = `/v1/results?sessionId=${sessionId}&limit=500${page}`;
    return this.http.call({ method: 'GET', path, token: this.staff.analyst });
  }

  resultHistory(attemptId: string): Promise<{ current: Result; earlier: Result[] }> {
    return this.http.call({ method: 'GET', path: `/v1/results/attempts/${attemptId}`, token: this.staff.analyst });
  }

  beginRescoring({ packageId, version }: { packageId: string; version: number }): Promise<Rescoring> {
    const json = { packageId, version, scope: { kind: 'all', id: 'all' } };
    return this.http.call({ method: 'POST', path: RESCORINGS, json, token: this.staff.analyst });
  }

  rescoring(rescoringId: string): Promise<Rescoring> {
    return this.http.call({ method: 'GET', path: `${RESCORINGS}/${rescoringId}`, token: this.staff.analyst });
  }

  /** An analyst proposes, a rollout officer confirms. */
  async releaseRescoring(rescoringId: string, reasonCode: string): Promise<void> {
    const path = `${RESCORINGS}/${rescoringId}`;
    await this.http.call({
      method: 'POST',
      path: `${path}/proposal`,
      json: { reasonCode },
      token: this.staff.analyst,
    });
    await this.http.call({ method: 'POST', path: `${path}/confirmation`, token: this.staff.firstOfficer });
  }

  keys(): Promise<{ keys: PublishedKey[] }> {
    return this.http.call({ method: 'GET', path: '/v1/keys' });
  }
}
