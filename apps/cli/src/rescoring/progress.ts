import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  show(done: number, total: number): void;
  stop(): void;
}

/** A bar on standard error, where it is in nobody's way; none where standard error is no terminal. */
export function createProgress(what: string): Progress {
  const bar = new SingleBar(
    { format: `{bar} {percentage}% {value}/{total} ${what}`, stream: process.stderr, clearOnComplete: true },
    Presets.shades_classic,
  );
  let isShown = false;
  return {
    show(done, total) {
      if (!isShown) bar.start(total, done);
      isShown = true;
      bar.setTotal(total);
      bar.update(done);
    },
    stop() {
      if (isShown) bar.stop();
    },
  };
}
