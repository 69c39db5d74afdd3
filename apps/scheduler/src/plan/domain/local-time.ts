/** How far any zone's clock has ever been from UTC, rounded up: candidates are looked for in this range. */
const OFFSET_MAX_MS = 26 * 60 * 60 * 1000;

/** The zones of the country are three; the world has some 600 names. */
const CLOCKS_MAX = 1_000;

export type LocalTimeProblem = 'unknown-zone' | 'does-not-exist' | 'occurs-twice';

export type LocalTimeResult =
  { readonly ok: true; readonly epochMs: number } | { readonly ok: false; readonly problem: LocalTimeProblem };

/**
 * The moment at which the clocks of a zone show a date and time.
 *
 * @param date `2022-10-05`
 * @param time `08:00` or `08:00:00`
 * @param timeZone IANA name
 */
export function momentOf(date: string, time: string, timeZone: string): LocalTimeResult {
  const clock = clockOf(timeZone);
  if (!clock) return { ok: false, problem: 'unknown-zone' };
  const wallMs = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}.000Z`);
  // A date such as 30 February parses to another day.
  if (Number.isNaN(wallMs) || !new Date(wallMs).toISOString().startsWith(date)) {
    return { ok: false, problem: 'does-not-exist' };
  }
  const offsets = new Set<number>();
  for (const probeMs of [wallMs - OFFSET_MAX_MS, wallMs, wallMs + OFFSET_MAX_MS]) offsets.add(offsetAt(clock, probeMs));
  const moments = [...offsets].map((offset) => wallMs - offset).filter((ms) => offsetAt(clock, ms) === wallMs - ms);
  const [moment, second] = moments;
  if (moment === undefined) return { ok: false, problem: 'does-not-exist' };
  return second === undefined ? { ok: true, epochMs: moment } : { ok: false, problem: 'occurs-twice' };
}

/** The date that the clocks of a zone show at a moment. */
export function dateAt(epochMs: number, timeZone: string): string {
  return wallClockAt(epochMs, timeZone).date;
}

/** What the clocks of a zone show at a moment: a date and `08:00`. */
export function wallClockAt(epochMs: number, timeZone: string): { readonly date: string; readonly time: string } {
  const clock = clockOf(timeZone);
  if (!clock) throw new RangeError(`unknown time zone ${timeZone}`);
  const shown = new Date(epochMs + offsetAt(clock, epochMs)).toISOString();
  return { date: shown.slice(0, 10), time: shown.slice(11, 16) };
}

/** Making a clock costs a thousand times as much as reading it. */
const clocks = new Map<string, Intl.DateTimeFormat | null>();

function clockOf(timeZone: string): Intl.DateTimeFormat | null {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  // A name that nobody has checked must not fill the memory.
  if (clocks.size >= CLOCKS_MAX) clocks.clear();
  const made = makeClock(timeZone);
  clocks.set(timeZone, made);
  return made;
}

function makeClock(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  } catch {
    return null;
  }
}

function offsetAt(clock: Intl.DateTimeFormat, epochMs: number): number {
  const parts = new Map(clock.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const wallMs = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wallMs - Math.floor(epochMs / 1000) * 1000;
}
