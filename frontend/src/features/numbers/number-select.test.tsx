// @vitest-environment jsdom
import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { aNumber } from '../../testing/fake-server';
import { NumberSelect } from './number-select';

it('runs the way of the chosen name, whatever the first option is', () => {
  const arabic = { ...aNumber, phone_number_id: '101', verified_name: '2 مخبز آشا' };
  const shown = (value: string) => {
    const { unmount } = render(
      <NumberSelect numbers={[aNumber, arabic]} value={value} onChange={() => {}} onConnect={() => {}} />,
    );
    const way = screen.getByRole('combobox').getAttribute('dir');
    unmount();
    return way;
  };
  expect([shown(aNumber.phone_number_id), shown('101')]).toEqual(['ltr', 'rtl']);
});
