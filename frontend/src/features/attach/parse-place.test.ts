import { expect, it } from 'vitest';
import { parsePlace } from './parse-place';

it.each([
  ['18.5204, 73.8567', 18.5204, 73.8567],
  ['-33.9 18.4', -33.9, 18.4],
  ['https://www.google.com/maps/place/X/@18.52,73.85,17z', 18.52, 73.85],
  ['https://www.openstreetmap.org/?mlat=18.52&mlon=73.85#map=16/1/2', 18.52, 73.85],
  ['https://maps.apple.com/?ll=18.52,73.85', 18.52, 73.85],
  ['geo:18.52,73.85', 18.52, 73.85],
])('%s is a place', (text, latitude, longitude) => {
  expect(parsePlace(text)).toEqual({ latitude, longitude });
});

it.each(['', 'Pune', '91, 10', '1', 'https://example.com/1,2'])('%j is none', (text) => {
  expect(parsePlace(text)).toBeNull();
});
