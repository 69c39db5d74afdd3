/** A server that answers takes a goodbye in milliseconds; to one behind a black hole nobody has to say it. */
const GOODBYE_TIMEOUT_MS = 2_000;

/** Ends a pool or a client. Resolves also where the server no longer answers: the connection goes with the process. */
export async function endInTime(connections: { end(): Promise<void> }): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GOODBYE_TIMEOUT_MS);
  });
  try {
    await Promise.race([connections.end(), late]);
  } finally {
    clearTimeout(timer);
  }
}
