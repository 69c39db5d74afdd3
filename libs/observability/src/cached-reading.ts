/** A figure that costs a query is read at most so often, however many ask: /metrics is open to everybody in the network. */
const FRESH_MS = 5_000;
/** Longer than any healthy answer; Prometheus gives up on the whole page after 10 s. */
const READING_TIMEOUT_MS = 2_000;

/** The last reading of something that may fail: while it fails there is none, and whoever asks sees just that. */
export class CachedReading<T> {
  private latest: Promise<T | null> | null = null;
  private readAtMs = 0;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  current(): Promise<T | null> {
    const nowMs = this.monotonicMs();
    if (!this.latest || nowMs - this.readAtMs >= FRESH_MS) {
      this.readAtMs = nowMs;
      this.latest = inTime(this.read);
    }
    return this.latest;
  }
}

async function inTime<T>(read: () => Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), READING_TIMEOUT_MS);
  });
  try {
    // A failure is no error here: the outage that causes it is reported by whoever works with that part.
    const reading = Promise.resolve()
      .then(read)
      .catch(() => null);
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}
