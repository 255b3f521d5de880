import type { Message } from '../types';
import { contentOf, fieldsOf, labelOf, numericOf } from './content';
import { webLink } from './web-link';

export interface Place {
  name: string | null;
  address: string | null;
  latitude: number;
  longitude: number;
  /** The place's own page, where the customer sent one. */
  link?: string | null;
}

export const locationOf = (message: Message): Place | null => placeOf(contentOf(message).location);

export function placeOf(value: unknown): Place | null {
  const part = fieldsOf(value);
  const [latitude, longitude] = [numericOf(part.latitude), numericOf(part.longitude)];
  if (latitude === null || longitude === null) return null;
  return { name: labelOf(part.name), address: labelOf(part.address), latitude, longitude, link: webLink(part.url) };
}
