import { type AttemptLoggedIn, DomainError } from '@app/contracts';
import type { EntityManager } from 'typeorm';
import type { FormContent } from './import-form.dto';

export class FormsRepository {
  /** @returns false where this version exists with other content */
  async insert(manager: EntityManager, form: FormContent, hash: string): Promise<boolean> {
    await manager.query(
      'INSERT INTO forms (form_id, version, hash, content) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [form.formId, form.version, hash, JSON.stringify(form)],
    );
    const [row] = await manager.query<[{ hash: string }]>(
      'SELECT hash FROM forms WHERE form_id = $1 AND version = $2',
      [form.formId, form.version],
    );
    return row.hash === hash;
  }

  /** @throws DomainError `form.unknown` */
  async content(
    manager: EntityManager,
    formId: string,
    version: number,
  ): Promise<{ content: FormContent; hash: string }> {
    const rows = await manager.query<{ content: FormContent; hash: string }[]>(
      'SELECT content, hash FROM forms WHERE form_id = $1 AND version = $2',
      [formId, version],
    );
    if (!rows[0]) throw new DomainError('form.unknown');
    return rows[0];
  }

  /** What events say of a form: its sections' item ids, no text. */
  async reference(manager: EntityManager, formId: string, version: number): Promise<AttemptLoggedIn['form']> {
    const { content, hash } = await this.content(manager, formId, version);
    const sections = content.sections.map(({ sectionId, items }) => ({
      sectionId,
      itemIds: items.map(({ itemId }) => itemId),
    }));
    return { formId, version, hash, sections };
  }
}
