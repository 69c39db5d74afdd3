import { createDecipheriv } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attendee } from '../cast/cast';
import type { Step } from '../cast/script';
import type { Refused } from '../client/http.client';
import type { AnswerToSend, AttemptReading, Login, PlatformClient } from '../client/platform.client';
import type { Receipt } from '../client/receipt';
import { AnswerLedger } from './answer-ledger';
import { type Caller, persist } from './persistent-request';

/** Time to read an item, much shortened. */
const THINK_MS_MAX = 60;

/** One participant at a seat: logs in, starts, answers as scripted, and submits or lets the time run out. */
export class AttemptPlayer {
  readonly ledger = new AnswerLedger();
  /** What kept this participant from going on; null where nothing did. */
  failure: string | null = null;
  private nextSeq: number;

  constructor(
    readonly attendee: Attendee,
    readonly login: Login,
    private readonly platform: PlatformClient,
    private readonly caller: Caller,
    private readonly itemIds: readonly string[],
  ) {
    this.nextSeq = login.firstSeq;
  }

  /** One participant who cannot go on is a finding of the report; the others go on. */
  async play(): Promise<void> {
    try {
      await this.sit();
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.caller.observer.finished(this.caller.cluster);
  }

  /** Everything that the system holds of this attempt. */
  read(): Promise<AttemptReading> {
    return persist('reading', this.caller, () => this.platform.attempt(this.login));
  }

  private async sit(): Promise<void> {
    await this.openForm();
    for (const step of this.attendee.script) {
      await this.take(step);
      // Who runs out of time has none to lose; the others read on.
      if (!this.attendee.runsOutOfTime) await sleep(Math.random() * THINK_MS_MAX);
    }
    if (!this.attendee.runsOutOfTime) {
      await persist('submit', this.caller, () => this.platform.submit(this.login));
    }
  }

  /** The form comes sealed; only the start gives the key. */
  private async openForm(): Promise<void> {
    const { sealed } = await persist('form', this.caller, () => this.platform.form(this.login));
    const { formKey } = await persist('start', this.caller, () => this.platform.start(this.login));
    const decipher = createDecipheriv('aes-256-gcm', fromBase64(formKey), fromBase64(sealed.iv));
    decipher.setAuthTag(fromBase64(sealed.tag));
    const text = Buffer.concat([decipher.update(fromBase64(sealed.ciphertext)), decipher.final()]).toString('utf8');
    const form = JSON.parse(text) as { sections: { items: { itemId: string }[] }[] };
    const itemIds = form.sections.flatMap(({ items }) => items.map(({ itemId }) => itemId));
    if (itemIds.join() !== this.itemIds.join()) throw new Error('the form has other items than were imported');
  }

  private async take(step: Step): Promise<void> {
    const answers = step.answers.map(({ itemId, response }) => this.numbered(itemId, response));
    this.ledger.record(answers);
    if (step.twiceAtOnce) await Promise.all([this.send(answers), this.send(answers)]);
    else await this.send(answers);
    if (step.repeated) await this.send(answers);
  }

  private numbered(itemId: string, response: string | null): AnswerToSend {
    return { itemId, seq: this.nextSeq++, response, answeredAt: new Date().toISOString() };
  }

  private async send(answers: readonly AnswerToSend[]): Promise<void> {
    const startedAtMs = performance.now();
    let left = answers;
    const settle = ({ document }: Refused) => {
      const receipts = receiptsIn(document);
      this.acknowledge(receipts, startedAtMs);
      const settled = new Set(receipts.map(({ seq }) => seq));
      left = left.filter(({ seq }) => !settled.has(seq));
    };
    const what = `answer ${answers[0]!.seq}`;
    const { receipts } = await persist(what, this.caller, () => this.platform.sendAnswers(this.login, left), settle);
    this.acknowledge(receipts, startedAtMs);
  }

  private acknowledge(receipts: readonly Receipt[], startedAtMs: number): void {
    const { cluster, who, observer } = this.caller;
    const repeats = this.ledger.acknowledge(receipts);
    for (const receipt of repeats) observer.repeatDiscarded(cluster, who, receipt);
    const latencyMs = performance.now() - startedAtMs;
    observer.acknowledged(cluster, receipts.length - repeats.length, latencyMs);
  }
}

/** A refused request may have been taken in part: its document carries the receipts of that part. */
function receiptsIn(document: Record<string, unknown>): Receipt[] {
  return Array.isArray(document.receipts) ? (document.receipts as Receipt[]) : [];
}

function fromBase64(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
