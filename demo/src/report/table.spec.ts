import { table } from './table';

test('numbers stand to the right, texts to the left', () => {
  expect(
    table(
      ['cluster', 'gate'],
      [
        [1, 'passed'],
        [12, 'no'],
      ],
    ),
  ).toBe(['  cluster  gate', '  -------  ------', '        1  passed', '       12  no'].join('\n'));
});
