/**
 * Probabilities of a Rasch pattern given its sum score, from elementary symmetric functions of the item easiness.
 *
 * The functions grow like binomial coefficients and overflow for long tests, so the recursion carries them divided by
 * the binomial coefficient (g_r = gamma_r / C(n, r)): an average of products, which stays near 1 for centred items.
 */
export function meanSymmetricFunctions(easiness: ArrayLike<number>, leftOut: readonly number[] = []): Float64Array {
  let functions = Float64Array.of(1);
  for (let item = 0; item < easiness.length; item++) {
    if (leftOut.includes(item)) continue;
    const count = functions.length;
    const next = new Float64Array(count + 1);
    next[0] = 1;
    for (let score = 1; score <= count; score++) {
      const without = score < count ? ((count - score) / count) * functions[score]! : 0;
      next[score] = without + (score / count) * easiness[item]! * functions[score - 1]!;
    }
    functions = next;
  }
  return functions;
}

/** What is known of the items given each sum score 1..n-1; `n` items. */
export interface ConditionalProbabilities {
  /** ln of the mean symmetric function per score 0..n. */
  readonly logFunctions: Float64Array;
  /** `single[score * n + item]` = P(X_item = 1 | score). */
  readonly single: Float64Array;
  /** `pairs[score][item * n + other]` = P(X_item = X_other = 1 | score). */
  readonly pairs: readonly Float64Array[];
}

/** Cost n^4 / 6: 0.1 s for 60 items, 2 s for 120. */
export function conditionalProbabilities(easiness: Float64Array): ConditionalProbabilities {
  const n = easiness.length;
  const all = meanSymmetricFunctions(easiness);
  const single = new Float64Array((n + 1) * n);
  const pairs = Array.from({ length: n + 1 }, () => new Float64Array(n * n));
  for (let item = 0; item < n; item++) {
    const without = meanSymmetricFunctions(easiness, [item]);
    for (let score = 1; score <= n; score++) {
      const probability = ((score / n) * easiness[item]! * without[score - 1]!) / all[score]!;
      single[score * n + item] = probability;
      pairs[score]![item * n + item] = probability;
    }
    for (let other = 0; other < item; other++) {
      const withoutBoth = meanSymmetricFunctions(easiness, [item, other]);
      for (let score = 2; score <= n; score++) {
        const share = (score * (score - 1)) / (n * (n - 1));
        const joint = (share * easiness[item]! * easiness[other]! * withoutBoth[score - 2]!) / all[score]!;
        pairs[score]![item * n + other] = joint;
        pairs[score]![other * n + item] = joint;
      }
    }
  }
  return { logFunctions: all.map(Math.log), single, pairs };
}
