import { formatLocale } from '../../lib/language';
import { type Fields, fieldsIn, textOf } from '../../lib/message/content';
import type { Framed, ShownButton } from '../../lib/message/framed';

/** One value that a send of a template fills in. `index` counts from 0 within its component. */
export interface TemplateParameter {
  key: string;
  component: string;
  kind: string;
  index: number;
  name: string | null;
  card: number | null;
  example?: unknown;
  required: boolean;
}

/** A template as Meta describes it; `components` under Meta's own names. */
export interface Template {
  id: string;
  name: string;
  language: string;
  status: string;
  category: string | null;
  quality: string | null;
  parameter_format: string;
  components: Fields[];
  parameters: TemplateParameter[];
}

export interface PlaceValue {
  latitude: string;
  longitude: string;
  name: string;
  address: string;
}

/** What the agent has given for a parameter: a text, an uploaded file, or a place. */
export type Value = string | { mediaId: string; filename: string; previewUrl: string | null } | PlaceValue;
export type Values = Readonly<Record<string, Value>>;

const FILES = ['image', 'video', 'document'];
const ASKED = ['text', ...FILES, 'location', 'url_suffix', 'coupon_code', 'limited_time_offer'];

/** The parameters that get a field, in the order of the template; replies and forms have good defaults. */
export const askedFor = (template: Template): TemplateParameter[] =>
  template.parameters.filter((parameter) => ASKED.includes(parameter.kind));

/** Whether everything that it needs can be given here; products of a catalogue cannot. */
export const canBeSent = (template: Template): boolean =>
  template.parameters.every((parameter) => !parameter.required || ASKED.includes(parameter.kind));

export type Flaw = 'missing' | 'address' | 'breaks' | 'spaces' | 'long' | 'degrees' | 'past';

// WhatsApp refuses these in a value (132018).
// The template's own address stands before it: two in a row lead nowhere.
const WHOLE_ADDRESS = /:\/\/|^\s*https?:/i;
const BREAKS = /[\n\r\t]/;
const MANY_SPACES = / {5,}/;
const LONGEST: Record<string, number> = { text: 1024, url_suffix: 2000, coupon_code: 20 };

/** What is wrong with a parameter's value, before it is sent; null where it will do. */
export function flawOf(parameter: TemplateParameter, value: Value | undefined, now: number): Flaw | null {
  if (parameter.kind === 'location') return placeFlaw(value);
  if (typeof value === 'object') return null;
  if (value === undefined || value.trim() === '') return parameter.required ? 'missing' : null;
  if (FILES.includes(parameter.kind)) return 'missing';
  if (parameter.kind === 'limited_time_offer') return Date.parse(value) > now ? null : 'past';
  if (parameter.kind === 'url_suffix' && WHOLE_ADDRESS.test(value)) return 'address';
  if (BREAKS.test(value)) return 'breaks';
  if (MANY_SPACES.test(value) || (parameter.kind === 'url_suffix' && /\s/.test(value))) return 'spaces';
  return value.length > (LONGEST[parameter.kind] ?? Number.POSITIVE_INFINITY) ? 'long' : null;
}

function placeFlaw(value: Value | undefined): Flaw | null {
  if (typeof value !== 'object' || !('latitude' in value)) return 'missing';
  if (value.name.trim() === '' || value.address.trim() === '') return 'missing';
  const isDegree = (text: string, limit: number) => text.trim() !== '' && Math.abs(Number(text)) <= limit;
  return isDegree(value.latitude, 90) && isDegree(value.longitude, 180) ? null : 'degrees';
}

/** `template` of the send call, with what was given in its place. */
export function templatePart(template: Template, values: Values): Fields {
  const parts = componentsFor(template, values, null);
  const cards = template.parameters.map(({ card }) => card).filter((card) => card !== null);
  if (cards.length > 0)
    parts.push({
      type: 'carousel',
      cards: Array.from({ length: Math.max(...cards) + 1 }, (_, card) => ({
        card_index: card,
        components: componentsFor(template, values, card),
      })),
    });
  const components = parts.length > 0 ? { components: parts } : {};
  return { name: template.name, language: { code: template.language }, ...components };
}

function componentsFor(template: Template, values: Values, card: number | null): Fields[] {
  const mine = template.parameters.filter((parameter) => parameter.card === card);
  const parts: Fields[] = [];
  for (const type of ['header', 'body', 'limited_time_offer']) {
    const parameters = mine
      .filter(({ component }) => component === type)
      .flatMap((parameter) => parameterPart(parameter, values[parameter.key]) ?? []);
    if (parameters.length > 0) parts.push({ type, parameters });
  }
  for (const parameter of mine.filter(({ component }) => component === 'button')) {
    const given = values[parameter.key];
    const part = parameterPart(parameter, given);
    if (part) parts.push({ type: 'button', sub_type: SUB_TYPES[parameter.kind], index: String(parameter.index), parameters: [part] });
  }
  return parts;
}

const SUB_TYPES: Record<string, string> = { url_suffix: 'url', coupon_code: 'copy_code', payload: 'quick_reply' };

function parameterPart({ kind, name }: TemplateParameter, value: Value | undefined): Fields | null {
  if (value === undefined || value === '') return null;
  if (typeof value === 'string') {
    if (kind === 'coupon_code') return { type: 'coupon_code', coupon_code: value };
    if (kind === 'limited_time_offer')
      return { type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: Date.parse(value) } };
    return { type: 'text', text: value, ...(name === null ? {} : { parameter_name: name }) };
  }
  if ('latitude' in value) {
    const { latitude, longitude, ...words } = value;
    return { type: 'location', location: { latitude: latitude.trim(), longitude: longitude.trim(), ...words } };
  }
  const filename = kind === 'document' ? { filename: value.filename } : {};
  return { type: kind, [kind]: { media_id: value.mediaId, ...filename } };
}

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

/** How the customer will see it; what is not given yet stands there by its name. */
export function templatePreview(template: Template, values: Values): Framed {
  return { ...partPreview(template, template.components, null, values), cards: cardsPreview(template, values) };
}

const cardsPreview = (template: Template, values: Values): Framed[] =>
  cardsOf(template).map((components, card) => partPreview(template, components, card, values));

/** The components of each card of a carousel. */
const cardsOf = ({ components }: Template): Fields[][] =>
  fieldsIn(components.find(({ type }) => upper(type) === 'CAROUSEL')?.cards).map((card) => fieldsIn(card.components));

/** A template's own components, or those of one of its cards. */
function partPreview(template: Template, components: Fields[], at: number | null, values: Values): Framed {
  const part = (type: string) => components.find((one) => upper(one.type) === type) ?? {};
  const header = part('HEADER');
  const format = (textOf(header.format) ?? 'TEXT').toLowerCase();
  const headerKey = template.parameters.find(
    ({ component, kind, card }) => component === 'header' && kind === format && card === at,
  )?.key;
  const given = headerKey === undefined ? undefined : values[headerKey];
  const file = typeof given === 'object' && 'mediaId' in given ? given : null;
  return {
    name: null,
    headerText: format === 'text' ? textOf(fill(template, 'header', at, textOf(header.text) ?? '', values)) : null,
    headerPlace: format === 'location' ? placeOf(given) : null,
    headerMedia: FILES.includes(format)
      ? { type: format, media: null, filename: file?.filename ?? null, previewUrl: file?.previewUrl ?? null }
      : null,
    body: fill(template, 'body', at, textOf(part('BODY').text) ?? '', values),
    footer: textOf(part('FOOTER').text),
    buttons: fieldsIn(part('BUTTONS').buttons).map((button, index) => shownButton(template, at, button, index, values)),
    sections: [],
    cards: [],
  };
}

/** The address that a link's value is put behind; null where it has none. */
export function fixedPart(template: Template, { kind, card, index }: TemplateParameter): string | null {
  if (kind !== 'url_suffix') return null;
  const components = card === null ? template.components : cardsOf(template)[card];
  const buttons = fieldsIn(components?.find(({ type }) => upper(type) === 'BUTTONS')?.buttons);
  return textOf(buttons[index]?.url)?.split('{{')[0] ?? null;
}

/** What of a text comes after a fixed part, where it begins with that: somebody has pasted the whole address. */
export function behindFixedPart(fixed: string | null, text: string): string {
  if (fixed === null) return text;
  const [known, given] = [comparable(fixed), comparable(text)];
  return known.includes('.') && given.startsWith(known) ? given.slice(known.length) : text;
}

/** Without what makes no difference in an address: its scheme, `www.`, and how its host is written. */
function comparable(address: string): string {
  const bare = address.trim().replace(/^https?:\/\//i, '').replace(/^www\./i, '');
  const host = /^[^/?#]*/.exec(bare)?.[0] ?? '';
  return host.toLowerCase() + bare.slice(host.length);
}

const upper = (value: unknown): string => (textOf(value) ?? '').toUpperCase();

function placeOf(value: Value | undefined): Framed['headerPlace'] {
  if (typeof value !== 'object' || !('latitude' in value)) return null;
  const [latitude, longitude] = [Number(value.latitude), Number(value.longitude)];
  if (Number.isNaN(latitude) || Number.isNaN(longitude)) return null;
  return { name: textOf(value.name), address: textOf(value.address), latitude, longitude };
}

function fill(template: Template, component: string, card: number | null, text: string, values: Values): string {
  const mine = template.parameters.filter((one) => one.component === component && one.card === card);
  const names = mine.map(({ name, index }) => name ?? String(index + 1));
  return text.replace(PLACEHOLDER, (whole, name: string) => {
    const value = values[mine[names.indexOf(name)]?.key ?? ''];
    return typeof value === 'string' && value !== '' ? value : whole;
  });
}

const BUTTONS: Record<string, ShownButton['kind']> = {
  QUICK_REPLY: 'reply',
  URL: 'url',
  PHONE_NUMBER: 'phone',
  VOICE_CALL: 'call',
  COPY_CODE: 'copy',
  OTP: 'copy',
  FLOW: 'form',
  CATALOG: 'product',
  MPM: 'product',
  SPM: 'product',
  REQUEST_CONTACT_INFO: 'contact',
};

function shownButton(template: Template, card: number | null, button: Fields, index: number, values: Values): ShownButton {
  const key = template.parameters.find(
    (one) => one.component === 'button' && one.index === index && one.card === card,
  )?.key;
  const given = key === undefined ? undefined : values[key];
  const value = typeof given === 'string' ? given : '';
  const type = upper(button.type);
  const url = textOf(button.url)?.replace(PLACEHOLDER, (whole) => value || whole) ?? null;
  return {
    kind: BUTTONS[type] ?? 'reply',
    title: textOf(button.text) ?? '',
    detail: type === 'COPY_CODE' ? textOf(value) : (url ?? textOf(button.phone_number)),
  };
}

/** What a field is called: the placeholder's own name, or what stands around it in the text. */
export function contextOf(template: Template, parameter: TemplateParameter): string | null {
  if (parameter.component !== 'body' && parameter.component !== 'header') return null;
  const type = parameter.component.toUpperCase();
  const components = parameter.card === null ? template.components : cardsOf(template)[parameter.card];
  const text = textOf(components?.find((one) => upper(one.type) === type)?.text) ?? '';
  const name = parameter.name ?? String(parameter.index + 1);
  const at = [...text.matchAll(PLACEHOLDER)].find((match) => match[1] === name);
  if (!at) return null;
  const end = at.index + at[0].length;
  const before = text.slice(Math.max(0, at.index - 28), at.index).replace(/^\S*\s(?=.)/, at.index > 28 ? '… ' : '$&');
  const after = text.slice(end, end + 18).replace(/\s\S*$/, text.length > end + 18 ? ' …' : '$&');
  return `${before}▁▁${after}`.replaceAll('\n', ' ').trim();
}

/** Languages by their names in the reader's own language: “English (United States)”. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(formatLocale, { type: 'language' }).of(code.replace('_', '-')) ?? code;
  } catch {
    return code;
  }
}
