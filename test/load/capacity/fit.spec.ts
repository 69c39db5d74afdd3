import { readFileSync } from 'node:fs';
import { MODEL_FILE, fitModel, renderModel } from './fit';
import { readMeasurements } from './measured.files';

test('the model of the command line is the fit of the committed measurements', () => {
  expect(readFileSync(MODEL_FILE, 'utf8')).toBe(renderModel(fitModel(readMeasurements())));
});
