import { FORM_ITEMS_MAX } from '@app/contracts';
import type { DataSource } from 'typeorm';
import type { FormsRepository } from './forms.repository';
import { FormsService } from './forms.service';
import type { FormContent } from './import-form.dto';

/** Two sections, so that neither alone has too many. */
function formOf(items: number): FormContent {
  const all = Array.from({ length: items }, (_, index) => ({ itemId: `i${index}`, prompt: '' }));
  const sections = [all.slice(0, 400), all.slice(400)].map((part, index) => ({
    sectionId: `s${index}`,
    title: '',
    items: part,
  }));
  return { formId: 'form', version: 1, title: '', sections };
}

describe('the import of a form', () => {
  const insert = jest.fn(() => Promise.resolve(true));
  const forms = new FormsService({} as DataSource, { insert } as unknown as FormsRepository);

  test('takes the largest form whose closing fits into one record', async () => {
    expect(await forms.import(formOf(FORM_ITEMS_MAX))).toMatchObject({ formId: 'form', version: 1 });
  });

  test('refuses one item more, before anything is stored', async () => {
    insert.mockClear();
    await expect(forms.import(formOf(FORM_ITEMS_MAX + 1))).rejects.toMatchObject({ code: 'form.too-large' });
    expect(insert).not.toHaveBeenCalled();
  });
});
