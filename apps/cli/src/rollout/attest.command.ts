import { type Command, Option } from 'commander';
import type { CommandContext, CommandSurroundings } from '../command-context';
import { action } from '../command-group';

interface AttestOptions {
  readonly kind: 'rehearsal' | 'image-hash';
  readonly failed?: true;
  readonly imageHash?: string;
  readonly reason: string;
}

/** Adds `rollout attest`: gates that no process can answer rest on what people saw. */
export function addAttestCommand(rollout: Command, surroundings: CommandSurroundings): void {
  rollout
    .command('attest')
    .description('vouch for what was seen at sites: a rehearsal, or the one hash that every seat reported')
    .argument('<sites...>', 'ids of the sites')
    .addOption(new Option('--kind <kind>', 'what was seen').choices(['rehearsal', 'image-hash']).makeOptionMandatory())
    .option('--failed', 'it was not as it should be')
    .option('--image-hash <sha256>', 'with image-hash: what the seats reported')
    .requiredOption('--reason <code>', 'why you can say so, as a code, such as seen-by-me')
    .action(action(surroundings, attest));
}

async function attest(context: CommandContext, sites: readonly string[], options: AttestOptions): Promise<void> {
  const { kind, failed = false, imageHash, reason: reasonCode } = options;
  const recorded: { siteId: string; attestationId: string }[] = [];
  for (const siteId of sites) {
    const body = { kind, siteId, passed: !failed, imageHash, reasonCode };
    const { attestationId } = await context.api().post<{ attestationId: string }>('/v1/clusters/attestations', body);
    recorded.push({ siteId, attestationId });
  }
  const rows = recorded.map(({ siteId, attestationId }) => [siteId, kind, failed ? 'failed' : 'passed', attestationId]);
  context.console.table(recorded, ['site', 'kind', 'outcome', 'attestation'], rows, 'No site was named.');
}
