import { buildEvent } from '@app/contracts';
import { type Runtime, addToOutbox, wakeOutbox } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { withoutRow } from '../csv-cells';
import { lockImports } from '../import-lock';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME, SCHEDULER_SOURCE } from '../scheduler.tokens';
import { type ImportReport, newVersions, reportOf } from '../versioned-records';
import type { AttestationRequest } from './attestation.dto';
import type { GateRuleEntity } from './gate.entity';
import { readGateRules } from './gate-rules.file';
import { GatesRepository } from './gates.repository';
import { GatesService } from './gates.service';

/** Records the gate table and what people vouch for. */
@Injectable()
export class GateTable {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly gates: GatesRepository,
    private readonly service: GatesService,
  ) {}

  rules(): Promise<GateRuleEntity[]> {
    return this.gates.rules(this.dataSource.manager);
  }

  /** A new rule judges at once. */
  async importRules(text: string, account: string): Promise<ImportReport> {
    const rows = readGateRules(text);
    const recording = { recordedBy: account, recordedAt: new Date(this.runtime.nowMs()) };
    const report = await this.dataSource.transaction(async (manager) => {
      await lockImports(manager);
      const versions = newVersions(rows.map(withoutRow), await this.gates.rules(manager), ({ gate }) => gate);
      await this.gates.insertRules(
        manager,
        versions.map((version) => ({ ...version, ...recording })),
      );
      return reportOf(rows, versions.length);
    });
    await this.service.evaluate();
    return report;
  }

  /** Goes to the log and counts once it comes back from there: a replay knows it too. */
  async attest(request: AttestationRequest, actor: string): Promise<{ attestationId: string }> {
    const at = new Date(this.runtime.nowMs()).toISOString();
    const { kind, siteId, passed, reasonCode } = request;
    const imageHash = request.imageHash ?? null;
    // What the same person says of the same site at the same moment is said once.
    const attestationId = hash('sha256', JSON.stringify([kind, siteId, passed, imageHash, reasonCode, actor, at]));
    const data = { attestationId, kind, siteId, passed, imageHash, reasonCode, actor, at };
    const id = `attestation/${attestationId}`;
    const event = buildEvent('attestationRecorded', { id, source: SCHEDULER_SOURCE, subject: siteId, time: at, data });
    await this.dataSource.transaction((manager) => addToOutbox(manager, [{ topic: 'figures', key: siteId, event }]));
    wakeOutbox(this.dataSource);
    return { attestationId };
  }
}
