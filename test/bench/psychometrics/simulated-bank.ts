import {
  createRandomStream,
  type GradedItem,
  type ParameterSet,
  type RandomStream,
  type ResponseMatrix,
  type ThreeParameterItem,
} from '@app/psychometrics';

/** The size that the goals are stated for. */
export const PERSONS = 60_000;
export const ITEMS = 120;
const SEED = 20_261_122;

export interface Bench {
  readonly set: ParameterSet;
  readonly responses: ResponseMatrix;
}

function normal(stream: RandomStream): number {
  return Math.sqrt(-2 * Math.log(1 - stream.next())) * Math.cos(2 * Math.PI * stream.next());
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** a ~ U(0.6, 2), b ~ N(0, 1), c ~ U(0.1, 0.25), theta ~ N(0, 1). */
export function simulateThreeParameter(): Bench {
  const stream = createRandomStream(SEED);
  const items = Array.from({ length: ITEMS }, (_, index): ThreeParameterItem => ({
    itemId: `q${index + 1}`,
    model: '3PL',
    a: 0.6 + 1.4 * stream.next(),
    b: normal(stream),
    c: 0.1 + 0.15 * stream.next(),
  }));
  const draw = (item: ThreeParameterItem, theta: number): number =>
    stream.next() < item.c + (1 - item.c) * sigmoid(item.a * (theta - item.b)) ? 1 : 0;
  return { set: { D: 1, items }, responses: simulate(items, stream, draw) };
}

/** Five categories: a ~ U(0.6, 2), boundaries around -1.5, -0.5, 0.5, 1.5. */
export function simulateGraded(): Bench {
  const stream = createRandomStream(SEED + 1);
  const items = Array.from({ length: ITEMS }, (_, index): GradedItem => ({
    itemId: `q${index + 1}`,
    model: 'GRM',
    a: 0.6 + 1.4 * stream.next(),
    b: [-1.5, -0.5, 0.5, 1.5].map((center) => center + 0.3 * normal(stream)).sort((left, right) => left - right),
  }));
  const draw = (item: GradedItem, theta: number): number => {
    const level = stream.next();
    return item.b.filter((boundary) => level < sigmoid(item.a * (theta - boundary))).length;
  };
  return { set: { D: 1, items }, responses: simulate(items, stream, draw) };
}

function simulate<Item>(
  items: readonly Item[],
  stream: RandomStream,
  draw: (item: Item, theta: number) => number,
): ResponseMatrix {
  const scores = new Int8Array(PERSONS * ITEMS);
  for (let person = 0; person < PERSONS; person++) {
    const theta = normal(stream);
    for (let item = 0; item < ITEMS; item++) scores[person * ITEMS + item] = draw(items[item]!, theta);
  }
  return { persons: PERSONS, items: ITEMS, scores };
}
