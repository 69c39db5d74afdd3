/** 1 / (1 + e^-z) without overflow: exact limits 0 and 1, relative accuracy kept on the small side. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const exponential = Math.exp(z);
  return exponential / (1 + exponential);
}

/** ln sigmoid(z), accurate where the sigmoid itself would round to 0 or 1. */
export function logSigmoid(z: number): number {
  return z > 0 ? -Math.log1p(Math.exp(-z)) : z - Math.log1p(Math.exp(z));
}

/** ln(1 - e^-x) for x > 0, by the branch that does not cancel (Mächler 2012, "Accurately computing log(1 - exp(-|a|))"). */
export function logOneMinusExp(x: number): number {
  return x <= Math.LN2 ? Math.log(-Math.expm1(-x)) : Math.log1p(-Math.exp(-x));
}
