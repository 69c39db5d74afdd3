import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';

/** Wrong PINs of one participant before the process makes them wait. */
export const WRONG_PINS_MAX = 5;
/** Long enough that guessing is hopeless, short enough to still sit the session. */
export const WRONG_PIN_WINDOW_MS = 15 * 60_000;
/** People remembered at once; the oldest are forgotten first. 40,000 in one room's worth of mistakes is an attack. */
const REMEMBERED_MAX = 50_000;

/**
 * Slows down guessing, in this process: a limiter that lived in Redis would stop logins when Redis is lost. With n
 * gateways an attacker gets n times the tries, which 10^8 PINs bear.
 */
export class WrongPinLimiter {
  private readonly failures = new Map<string, number[]>();

  constructor(private readonly runtime: Runtime) {}

  /** @throws DomainError `pin.too-many-attempts` */
  assertMayTry(participantNumber: string): void {
    const recent = this.recent(participantNumber);
    if (recent.length < WRONG_PINS_MAX) return;
    const waitMs = recent[0]! + WRONG_PIN_WINDOW_MS - this.runtime.monotonicMs();
    throw new DomainError('pin.too-many-attempts', undefined, {
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    });
  }

  wrong(participantNumber: string): void {
    const recent = [...this.recent(participantNumber), this.runtime.monotonicMs()];
    this.failures.delete(participantNumber);
    this.failures.set(participantNumber, recent);
    if (this.failures.size > REMEMBERED_MAX) this.failures.delete(this.failures.keys().next().value!);
  }

  forget(participantNumber: string): void {
    this.failures.delete(participantNumber);
  }

  private recent(participantNumber: string): number[] {
    const since = this.runtime.monotonicMs() - WRONG_PIN_WINDOW_MS;
    return (this.failures.get(participantNumber) ?? []).filter((at) => at > since);
  }
}
