import type { Runtime } from '../log/runtime';

/** Waits for a promise that does not reject, but no longer than this. @returns whether it has settled */
export function settledWithin(promise: Promise<unknown>, timeoutMs: number, runtime: Runtime): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = runtime.after(timeoutMs, () => resolve(false));
    void promise.then(() => {
      cancel();
      resolve(true);
    });
  });
}
