import { expect, test } from 'vitest';
import vectors from '../../../tests/phone_numbers.json';
import { readPhone, typedDigits } from './phone';

test.each(vectors.read)('$given is read', ({ given, digits }) => {
  expect(readPhone(given)).toBe(digits);
  expect(typedDigits(given)).toBe(digits);
});

test.each(vectors.refused)('$given is refused', ({ given }) => {
  expect(readPhone(given)).toBeNull();
});
