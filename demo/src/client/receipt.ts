/** What the gateway says about an answer that the log holds (docs/receipts.md). */
export interface Receipt {
  readonly attemptId: string;
  readonly itemId: string;
  readonly seq: number;
  readonly commitment: string;
  readonly partition: number;
  readonly offset: number;
  readonly receivedAt: string;
  readonly kid: string;
  readonly signature: string;
}
