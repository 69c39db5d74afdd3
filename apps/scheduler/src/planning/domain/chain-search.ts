import type { Move, SeatPlaces } from './seat-places';

/** What stands in the place of a state before the first. */
const START = -1;

/**
 * Looks for chains of moves. A state says that somebody comes to a place; where the agency's cap has no room on its date,
 * the one who makes way there must be of the same agency and leave the date. Places without a way to a free seat are
 * remembered until seats change, so that many who cannot be seated cost one search.
 */
export class ChainSearch {
  private readonly agencies: number;
  /** By state: `place × (agencies + 1)`, plus 1 + the agency that must leave the date. */
  private readonly seen: Uint8Array;
  private readonly before: Int32Array;
  private readonly comes: Int32Array;
  /** Ways of each profile, nearest first. */
  private readonly ways: readonly (readonly number[])[];

  constructor(private readonly places: SeatPlaces) {
    const { window } = places.room;
    this.agencies = window.agencies.length;
    const states = places.free.length * (this.agencies + 1);
    this.seen = new Uint8Array(states);
    this.before = new Int32Array(states);
    this.comes = new Int32Array(states);
    this.ways = window.profiles.map(({ reach }) =>
      reach.toSorted((a, b) => a.units - b.units || a.lane - b.lane).map(({ lane }) => lane),
    );
  }

  /** Seats have changed: places may have a way again. */
  forget(): void {
    this.seen.fill(0);
  }

  /** The chain that moves the fewest others, level by level; of those the first found, near lanes before far ones. */
  find(person: number): Move[] | null {
    let level: number[] = [];
    let last = this.arrive(person, START, level);
    while (last === null && level.length > 0) {
      last = this.extend(level, level, false);
      const next: number[] = [];
      last ??= this.extend(level, next, true);
      level = next;
    }
    return last === null ? null : this.movesTo(last);
  }

  /**
   * Lets people make way at all places of a level.
   *
   * @param onto where new states go; it may be the level itself, which is then walked on to its new end
   * @param disturbing whether by people who keep their seats otherwise, or by those who are told of a change anyway
   * @returns a state at a free seat
   */
  private extend(level: readonly number[], onto: number[], disturbing: boolean): number | null {
    const { agencyOf } = this.places.room.window;
    for (const state of level) {
      const mustLeave = this.agencyToLeave(state);
      for (const other of this.places.movableAt(this.placeOf(state))) {
        if (this.places.disturbs(other) !== disturbing) continue;
        if (mustLeave !== null && agencyOf[other] !== mustLeave) continue;
        if (this.isInChain(other, state)) continue;
        const last = this.arrive(other, state, onto);
        if (last !== null) return last;
      }
    }
    return null;
  }

  /** Takes a person wherever there is somebody who could make way. @returns a state at a free seat, if there is one */
  private arrive(person: number, from: number, onto: number[]): number | null {
    const { free, awayLeft, room } = this.places;
    const { window } = room;
    const agency = window.agencyOf[person]!;
    const fromPlace = from === START ? null : this.placeOf(from);
    const fromDate = fromPlace === null ? null : this.places.dateOf(fromPlace);
    const mustLeaveDate = from !== START && this.agencyToLeave(from) !== null;
    for (const lane of this.ways[window.profileOf[person]!]!) {
      for (let date = 0; date < window.dates.length; date += 1) {
        const place = lane * window.dates.length + date;
        if (place === fromPlace || (mustLeaveDate && date === fromDate)) continue;
        const hasRoom = date === fromDate || awayLeft[agency]![date]! > 0;
        const state = place * (this.agencies + 1) + (hasRoom ? 0 : agency + 1);
        if (this.seen[state] === 1) continue;
        this.seen[state] = 1;
        this.before[state] = from;
        this.comes[state] = person;
        if (hasRoom && free[place]! > 0) return state;
        onto.push(state);
      }
    }
    return null;
  }

  private placeOf(state: number): number {
    return Math.floor(state / (this.agencies + 1));
  }

  private agencyToLeave(state: number): number | null {
    const agency = (state % (this.agencies + 1)) - 1;
    return agency < 0 ? null : agency;
  }

  private isInChain(person: number, last: number): boolean {
    for (let state = last; state !== START; state = this.before[state]!) if (this.comes[state] === person) return true;
    return false;
  }

  private movesTo(last: number): Move[] {
    const moves: Move[] = [];
    for (let state = last; state !== START; state = this.before[state]!) {
      moves.unshift({ person: this.comes[state]!, to: this.placeOf(state) });
    }
    return moves;
  }
}
