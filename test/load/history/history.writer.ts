import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { HistoryLine } from './history.format';

const syncToDisk = promisify(fdatasync);

/** The history has to outlive this process at once, and a loss of power only roughly: it proves nothing about power. */
const SYNC_INTERVAL_MS = 1_000;

/**
 * Appends lines to a history file. Many operations begin in the same turn of the event loop, and their lines are handed
 * to the kernel in one write; whoever waits for `written()` goes on only then.
 */
export class HistoryWriter {
  private readonly file: number;
  private readonly syncTimer: NodeJS.Timeout;
  private lines: string[] = [];
  private turn: Promise<void> | null = null;
  private hasUnsynced = false;

  constructor(path: string) {
    this.file = openSync(path, 'a');
    this.syncTimer = setInterval(() => void this.sync(), SYNC_INTERVAL_MS);
    this.syncTimer.unref();
  }

  add(line: HistoryLine): void {
    this.lines.push(`${JSON.stringify(line)}\n`);
    this.turn ??= this.writeAtEndOfTurn();
  }

  /** Resolves when every line added so far has been written, so that the death of this process cannot take it back. */
  written(): Promise<void> {
    return this.turn ?? Promise.resolve();
  }

  async close(): Promise<void> {
    clearInterval(this.syncTimer);
    await this.written();
    await syncToDisk(this.file);
    closeSync(this.file);
  }

  private writeAtEndOfTurn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.writeLines();
        resolve();
      });
    });
  }

  private writeLines(): void {
    const bytes = Buffer.from(this.lines.join(''));
    this.lines = [];
    this.turn = null;
    for (let written = 0; written < bytes.length;) written += writeSync(this.file, bytes, written);
    this.hasUnsynced = true;
  }

  private async sync(): Promise<void> {
    if (!this.hasUnsynced) return;
    this.hasUnsynced = false;
    await syncToDisk(this.file);
  }
}
