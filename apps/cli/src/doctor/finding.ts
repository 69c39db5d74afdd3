import { DomainError } from '@app/contracts';

/** What one look at the set-up has shown. */
export interface Finding {
  readonly subject: string;
  readonly isWell: boolean;
  readonly found: string;
  /** What to do; absent where all is well. */
  readonly mend?: string;
}

/** A part that has not answered by then does not work, whatever it says later. */
const LOOK_TIMEOUT_MS = 20_000;

export function well(subject: string, found: string): Finding {
  return { subject, isWell: true, found };
}

export function unwell(subject: string, found: string, mend: string): Finding {
  return { subject, isWell: false, found, mend };
}

/** Looks at a subject; what is thrown on the way is a finding too. */
export async function look(subject: string, mend: string, find: () => Promise<Finding[]>): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding[]>((resolve) => {
    const found = `no answer within ${LOOK_TIMEOUT_MS / 1_000} s`;
    timer = setTimeout(() => resolve([unwell(subject, found, mend)]), LOOK_TIMEOUT_MS);
  });
  try {
    const looking = Promise.resolve()
      .then(find)
      .catch((error: unknown) => [findingOf(subject, mend, error)]);
    return await Promise.race([looking, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Refusals of our own say better than anybody what to do. */
function findingOf(subject: string, mend: string, error: unknown): Finding {
  if (error instanceof DomainError) return unwell(subject, error.message, error.spec.action);
  return unwell(subject, reasonOf(error), mend);
}

/** Some errors of connections carry a code and no words. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
