import { ChainSearch } from './chain-search';
import { type DisplacementRoom, SeatPlaces } from './seat-places';
import type { Seating } from './seat-dealing';

/**
 * Seats people one by one, each by the chain of moves that takes the fewest others from their seats: the person takes a
 * seat, whoever had it takes another, until a free seat is reached. Nobody loses a seat without getting one, and no move
 * breaks an agency's cap. Whoever cannot be seated so stays without a seat.
 */
export function seatByMoving(room: DisplacementRoom, seating: Seating, people: readonly number[]): void {
  const places = new SeatPlaces(room, seating);
  const search = new ChainSearch(places);
  for (const person of people) {
    if (!places.hasFreeSeat()) break;
    const chain = search.find(person);
    // Two moves of one chain may want the same last room under a cap; such a chain is given up.
    if (chain && places.keepsCaps(chain)) {
      places.follow(chain);
      search.forget();
    }
  }
  places.sendHome();
}
