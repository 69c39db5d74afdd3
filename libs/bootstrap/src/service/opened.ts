/** Things that were opened, to be closed in the opposite order; also when a later one could not be opened. */
export class Opened {
  private readonly closings: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.closings.unshift(close);
  }

  async close(): Promise<void> {
    for (const close of this.closings.splice(0)) await close();
  }
}
