import { awayCounts } from './plan-outcome';
import type { PlanningWindow } from './planning-window';
import { type Seating, UNPLACED, seatsTaken } from './seat-dealing';

/** What may change while people without a seat are seated. */
export interface DisplacementRoom {
  readonly window: PlanningWindow;
  /** Where people sat before anything was lost. */
  readonly base: Seating;
  readonly isOpen: (session: number) => boolean;
  /** Sessions whose people keep their seats. */
  readonly isNear: (session: number) => boolean;
  readonly isDisplaced: (person: number) => boolean;
}

/** A person goes to a place: to the seat of the next person of the chain, the last one to a free seat. */
export interface Move {
  readonly person: number;
  readonly to: number;
}

/** Seats by lane and date, while people move: place `lane × dates + date`. */
export class SeatPlaces {
  readonly free: Int32Array;
  readonly awayLeft: readonly Int32Array[];
  private readonly taken: readonly Set<number>[];
  /** People who may be moved, by place. */
  private readonly movable: number[][];
  /** One of each kind of them, where that was asked for since the last change. */
  private readonly kinds: (readonly number[] | null)[];

  constructor(
    readonly room: DisplacementRoom,
    private readonly seating: Seating,
  ) {
    const { window } = room;
    this.taken = seatsTaken(window, seating);
    this.free = new Int32Array(window.lanes.length * window.dates.length);
    this.movable = Array.from(this.free, () => []);
    this.kinds = Array.from(this.free, () => null);
    const away = awayCounts(window, seating);
    this.awayLeft = window.agencies.map(({ awayMax }, agency) => away[agency]!.map((count) => awayMax - count));
    for (const session of window.problem.sessions.keys()) {
      if (room.isOpen(session)) this.free[this.placeOf(session)]! += this.freeIn(session);
    }
    seating.sessionOf.forEach((session, person) => {
      if (session !== UNPLACED && this.isMovable(person)) this.movable[this.placeOf(session)]!.push(person);
    });
  }

  hasFreeSeat(): boolean {
    return this.free.some((seats) => seats > 0);
  }

  dateOf(place: number): number {
    return place % this.room.window.dates.length;
  }

  /** People at a place who may be moved, one of each kind: who is alike need not be tried twice. */
  movableAt(place: number): readonly number[] {
    const known = this.kinds[place];
    if (known) return known;
    const { agencyOf, profileOf } = this.room.window;
    const seen = new Set<string>();
    const kinds = this.movable[place]!.filter((person) => {
      const kind = `${agencyOf[person]!} ${profileOf[person]!} ${this.disturbs(person)}`;
      const isNew = !seen.has(kind);
      seen.add(kind);
      return isNew;
    });
    this.kinds[place] = kinds;
    return kinds;
  }

  /** Whether moving a person means one more who is told of a change. */
  disturbs(person: number): boolean {
    const { isDisplaced, base } = this.room;
    return !isDisplaced(person) && this.seating.sessionOf[person] === base.sessionOf[person];
  }

  keepsCaps(chain: readonly Move[]): boolean {
    const { agencyOf, dateOf, dates } = this.room.window;
    const changes = new Map<number, number>();
    const add = (person: number, date: number, change: number): void => {
      const key = agencyOf[person]! * dates.length + date;
      changes.set(key, (changes.get(key) ?? 0) + change);
    };
    for (const { person, to } of chain) {
      add(person, this.dateOf(to), 1);
      const from = this.seating.sessionOf[person]!;
      if (from !== UNPLACED) add(person, dateOf[from]!, -1);
    }
    return [...changes].every(
      ([key, change]) => change <= 0 || this.awayLeft[Math.floor(key / dates.length)]![key % dates.length]! >= change,
    );
  }

  follow(chain: readonly Move[]): void {
    const vacated = chain.slice(1).map(({ person }) => ({
      session: this.seating.sessionOf[person]!,
      seat: this.seating.seatOf[person]!,
    }));
    for (const { person } of chain) this.leave(person);
    for (const [index, { person, to }] of chain.entries()) {
      const { session, seat } = vacated[index] ?? this.freeSeatAt(to);
      this.take(person, session, seat);
    }
  }

  /** A later chain may have freed the seat that somebody left in an earlier one. */
  sendHome(): void {
    const { base, isDisplaced } = this.room;
    this.seating.sessionOf.forEach((session, person) => {
      const home = base.sessionOf[person]!;
      if (session === home || session === UNPLACED || home === UNPLACED || isDisplaced(person)) return;
      const seat = base.seatOf[person]!;
      if (this.taken[home]!.has(seat) || !this.keepsCaps([{ person, to: this.placeOf(home) }])) return;
      this.leave(person);
      this.take(person, home, seat);
    });
  }

  private placeOf(session: number): number {
    const { laneOf, dateOf, dates } = this.room.window;
    return laneOf[session]! * dates.length + dateOf[session]!;
  }

  private freeIn(session: number): number {
    return Math.max(0, this.room.window.usableSeats[session]! - this.taken[session]!.size);
  }

  private isMovable(person: number): boolean {
    const session = this.seating.sessionOf[person]!;
    const { isOpen, isNear, isDisplaced } = this.room;
    return isOpen(session) && (isDisplaced(person) || !isNear(session));
  }

  private freeSeatAt(place: number): { readonly session: number; readonly seat: number } {
    const { window, isOpen } = this.room;
    const date = this.dateOf(place);
    const sessions = window.sessionsAt[(place - date) / window.dates.length]![date]!.filter(isOpen);
    const session = sessions.reduce((best, other) => (this.freeIn(other) > this.freeIn(best) ? other : best));
    let seat = 1;
    while (this.taken[session]!.has(seat)) seat += 1;
    return { session, seat };
  }

  private leave(person: number): void {
    const session = this.seating.sessionOf[person]!;
    if (session === UNPLACED) return;
    const place = this.placeOf(session);
    this.taken[session]!.delete(this.seating.seatOf[person]!);
    this.movable[place] = this.movable[place]!.filter((other) => other !== person);
    this.changed(person, place, 1);
    this.seating.sessionOf[person] = UNPLACED;
    this.seating.seatOf[person] = 0;
  }

  private take(person: number, session: number, seat: number): void {
    const place = this.placeOf(session);
    this.seating.sessionOf[person] = session;
    this.seating.seatOf[person] = seat;
    this.taken[session]!.add(seat);
    this.movable[place]!.push(person);
    this.changed(person, place, -1);
  }

  private changed(person: number, place: number, seats: number): void {
    this.free[place]! += seats;
    this.kinds[place] = null;
    this.awayLeft[this.room.window.agencyOf[person]!]![this.dateOf(place)]! += seats;
  }
}
