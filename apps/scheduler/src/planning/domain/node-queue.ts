/** Nodes by distance, nearest first; of equal distances the lower node, so that every run takes the same way. */
export class NodeQueue {
  private readonly nodes: number[] = [];
  private readonly distances: number[] = [];

  get isEmpty(): boolean {
    return this.nodes.length === 0;
  }

  clear(): void {
    this.nodes.length = 0;
    this.distances.length = 0;
  }

  get nearestDistance(): number {
    return this.distances[0]!;
  }

  add(node: number, distance: number): void {
    let place = this.nodes.length;
    this.nodes.push(node);
    this.distances.push(distance);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.isBefore(place, parent)) return;
      this.swap(place, parent);
      place = parent;
    }
  }

  takeNearest(): number {
    const nearest = this.nodes[0]!;
    const lastNode = this.nodes.pop()!;
    const lastDistance = this.distances.pop()!;
    if (this.nodes.length > 0) {
      this.nodes[0] = lastNode;
      this.distances[0] = lastDistance;
      this.sink();
    }
    return nearest;
  }

  private sink(): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.nodes.length) return;
      if (child + 1 < this.nodes.length && this.isBefore(child + 1, child)) child += 1;
      if (!this.isBefore(child, place)) return;
      this.swap(child, place);
      place = child;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const difference = this.distances[a]! - this.distances[b]!;
    return difference < 0 || (difference === 0 && this.nodes[a]! < this.nodes[b]!);
  }

  private swap(a: number, b: number): void {
    const node = this.nodes[a]!;
    const distance = this.distances[a]!;
    this.nodes[a] = this.nodes[b]!;
    this.distances[a] = this.distances[b]!;
    this.nodes[b] = node;
    this.distances[b] = distance;
  }
}
