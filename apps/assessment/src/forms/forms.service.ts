import { createHash } from 'node:crypto';
import { DomainError, FORM_ITEMS_MAX } from '@app/contracts';
import type { DataSource } from 'typeorm';
import type { FormsRepository } from './forms.repository';
import type { FormContent } from './import-form.dto';

export class FormsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly forms: FormsRepository,
  ) {}

  /**
   * Stores a form version. The same content again changes nothing.
   * @returns SHA-256 of the form's canonical JSON, hexadecimal
   * @throws DomainError `request.invalid` (an item or section twice), `form.too-large`, `form.version-exists`
   */
  async import(form: FormContent): Promise<{ formId: string; version: number; hash: string }> {
    assertDistinct(form);
    assertCanClose(form);
    const hash = createHash('sha256')
      .update(JSON.stringify(canonical(form)))
      .digest('hex');
    if (!(await this.forms.insert(this.dataSource.manager, form, hash))) throw new DomainError('form.version-exists');
    return { formId: form.formId, version: form.version, hash };
  }
}

function assertDistinct(form: FormContent): void {
  const ids = [
    ...form.sections.map((section) => ({ at: 'sectionId', id: section.sectionId })),
    ...form.sections.flatMap((section) => section.items.map((item) => ({ at: 'itemId', id: item.itemId }))),
  ];
  const seen = new Set<string>();
  const problems = ids.flatMap(({ at, id }) => {
    const key = `${at} ${id}`;
    if (seen.has(key)) return [{ at: `${at} ${id}`, message: 'stands twice in the form' }];
    seen.add(key);
    return [];
  });
  if (problems.length > 0) throw new DomainError('request.invalid', undefined, { problems });
}

/** Every attempt has to close, however long its answers are: what could not is refused before anybody sits it. */
function assertCanClose({ sections }: FormContent): void {
  const items = sections.reduce((sum, section) => sum + section.items.length, 0);
  if (items <= FORM_ITEMS_MAX) return;
  throw new DomainError('form.too-large', `The form has ${items} items; at most ${FORM_ITEMS_MAX}.`);
}

/** Fields in a fixed order, so that the hash does not depend on how the file was written. */
function canonical(form: FormContent): unknown {
  return [
    form.formId,
    form.version,
    form.title,
    form.sections.map((section) => [
      section.sectionId,
      section.title,
      section.items.map((item) => [
        item.itemId,
        item.prompt,
        (item.options ?? []).map((option) => [option.optionId, option.text]),
      ]),
    ]),
  ];
}
