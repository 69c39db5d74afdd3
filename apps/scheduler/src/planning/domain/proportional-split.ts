/**
 * Splits whole things over places in proportion to their room, largest remainders first; no place gets more than its
 * room. Where there is less room than things, all of it is used.
 */
export function splitProportionally(total: number, room: ArrayLike<number>): Int32Array {
  const shares = Int32Array.from(room);
  const roomInAll = shares.reduce((sum, places) => sum + places, 0);
  if (total >= roomInAll) return shares;
  const remainders: { readonly place: number; readonly remainder: number }[] = [];
  let given = 0;
  for (const [place, places] of shares.entries()) {
    const remainder = (total * places) % roomInAll;
    const share = (total * places - remainder) / roomInAll;
    shares[place] = share;
    given += share;
    if (remainder > 0) remainders.push({ place, remainder });
  }
  remainders.sort((a, b) => b.remainder - a.remainder || a.place - b.place);
  for (const { place } of remainders.slice(0, total - given)) shares[place]! += 1;
  return shares;
}
