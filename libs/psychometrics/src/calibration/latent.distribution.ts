import { normalQuadrature, type Quadrature } from '../numeric/quadrature';

/** The normal distribution of ability in the calibrated population. */
export interface LatentDistribution {
  mean: number;
  sd: number;
  readonly meanIsFree: boolean;
  readonly sdIsFree: boolean;
}

/** The grid moves and stretches with the distribution: on a fixed one a free variance is biased (by 1e-3 for SD 1.4). */
export function latentQuadrature(latent: LatentDistribution, standard: Quadrature): Quadrature {
  return { nodes: standard.nodes.map((node) => latent.mean + latent.sd * node), weights: standard.weights };
}

export function standardQuadrature(nodes: number, range: number): Quadrature {
  return normalQuadrature({ mean: 0, sd: 1, nodes, range });
}

/** Free latent parameters in the order mean, ln sd. */
export function latentSize(latent: LatentDistribution): number {
  return (latent.meanIsFree ? 1 : 0) + (latent.sdIsFree ? 1 : 0);
}

/** Derivatives of the ln density at theta in the free latent parameters. */
export function latentGradient(latent: LatentDistribution, theta: number): number[] {
  const z = (theta - latent.mean) / latent.sd;
  const gradient: number[] = [];
  if (latent.meanIsFree) gradient.push(z / latent.sd);
  if (latent.sdIsFree) gradient.push(z * z - 1);
  return gradient;
}

/** Second derivatives of the ln density at theta, row-major. */
export function latentHessian(latent: LatentDistribution, theta: number): number[] {
  const z = (theta - latent.mean) / latent.sd;
  const byMean = -1 / latent.sd ** 2;
  const cross = (-2 * z) / latent.sd;
  const bySd = -2 * z * z;
  if (latent.meanIsFree && latent.sdIsFree) return [byMean, cross, cross, bySd];
  if (latent.meanIsFree) return [byMean];
  return latent.sdIsFree ? [bySd] : [];
}
