/** Soon enough that nobody waits long for the restart, and a system call that costs nothing. */
const LOOK_INTERVAL_MS = 1_000;

/**
 * The services take a database that is away for an outage and wait for its return. The embedded one does not return by
 * itself: when its process has ended, this one ends as well, so that whoever supervises it starts both anew.
 *
 * @returns stops watching
 */
export function watchDatabase(pid: number, onFatal: (error: Error) => void): () => Promise<void> {
  const timer = setInterval(() => {
    if (isRunning(pid)) return;
    clearInterval(timer);
    onFatal(new Error(`the embedded PostgreSQL (process ${pid}) has ended`));
  }, LOOK_INTERVAL_MS);
  return async () => clearInterval(timer);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another account's process, as when root runs it, may not be signalled but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
