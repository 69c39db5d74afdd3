import type { AnswerToSend } from '../client/platform.client';
import type { Receipt } from '../client/receipt';

/** What one participant's client knows for certain: what it sent, and what it holds receipts for. */
export class AnswerLedger {
  private readonly sent = new Map<number, AnswerToSend>();
  private readonly received = new Map<number, Receipt[]>();

  /** Before the first byte leaves. */
  record(answers: readonly AnswerToSend[]): void {
    for (const answer of answers) this.sent.set(answer.seq, answer);
  }

  /** @returns the receipts of answers that had one before: repeats that the log took in again */
  acknowledge(receipts: readonly Receipt[]): Receipt[] {
    const repeats = receipts.filter(({ seq }) => this.received.has(seq));
    for (const receipt of receipts) {
      const known = this.received.get(receipt.seq);
      if (known) known.push(receipt);
      else this.received.set(receipt.seq, [receipt]);
    }
    return repeats;
  }

  isAcknowledged(seq: number): boolean {
    return this.received.has(seq);
  }

  /** In the order of `seq`. */
  get acknowledged(): readonly { readonly answer: AnswerToSend; readonly receipts: readonly Receipt[] }[] {
    return [...this.received]
      .sort(([a], [b]) => a - b)
      .map(([seq, receipts]) => ({ answer: this.sent.get(seq)!, receipts }));
  }

  get receipts(): readonly Receipt[] {
    return [...this.received.values()].flat();
  }
}
