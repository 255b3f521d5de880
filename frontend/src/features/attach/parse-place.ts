export interface Coordinates {
  latitude: number;
  longitude: number;
}

const NUMBER = String.raw`[-+]?\d{1,3}(?:\.\d+)?`;
// The forms of map sites: …@18.52,73.85,…, ?mlat=18.52&mlon=73.85, ?q=18.52,73.85, #map=16/18.52/73.85.
const FORMS = [
  new RegExp(`[?&]mlat=(${NUMBER})&mlon=(${NUMBER})`),
  new RegExp(`!3d(${NUMBER})!4d(${NUMBER})`),
  new RegExp(`@(${NUMBER}),(${NUMBER})`),
  new RegExp(`[?&](?:q|query|ll|destination|daddr)=(?:loc:)?(${NUMBER})(?:,|%2C)\\s*(${NUMBER})`),
  new RegExp(`#map=\\d+/(${NUMBER})/(${NUMBER})`),
  new RegExp(`^geo:(${NUMBER}),(${NUMBER})`),
  new RegExp(`^\\s*(${NUMBER})\\s*[,;\\s]\\s*(${NUMBER})\\s*$`),
];

/** A place in two numbers or in the link of a map; null where there is none. */
export function parsePlace(text: string): Coordinates | null {
  for (const form of FORMS) {
    const match = form.exec(text);
    if (!match) continue;
    const [latitude, longitude] = [Number(match[1]), Number(match[2])];
    if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { latitude, longitude };
  }
  return null;
}
