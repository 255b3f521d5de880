import { lookUp } from '../lookup';
import type { Message } from '../types';
import { orderStateOf, orderToPayOf } from './asking';
import { contentOf, type Fields, fieldsIn, fieldsOf, labelOf, textOf } from './content';
import { type MediaPart, mediaPart } from './media';
import { type Place, placeOf } from './place';

export interface ShownButton {
  kind:
    | 'reply'
    | 'url'
    | 'phone'
    | 'copy'
    | 'list'
    | 'location'
    | 'contact'
    | 'form'
    | 'product'
    | 'call'
    | 'address'
    | 'pay';
  title: string;
  detail: string | null;
}

/** A message with more than text, as the customer saw it: header, body, footer and buttons. */
export interface Framed {
  name: string | null;
  headerText: string | null;
  headerPlace: Place | null;
  headerMedia: { type: string; media: MediaPart | null; filename: string | null; previewUrl?: string | null } | null;
  body: string | null;
  footer: string | null;
  buttons: ShownButton[];
  sections: { title: string | null; rows: { title: string; description: string | null }[] }[];
  /** The cards of a template that has several. */
  cards: Framed[];
}

const FILES = ['image', 'video', 'document'];

/** `content` is the message's. A file at the message's top stands there as its `media`. */
function headerOf(value: unknown, content: Fields): Pick<Framed, 'headerText' | 'headerPlace' | 'headerMedia'> {
  const header = fieldsOf(value);
  const type = (textOf(header.type) ?? textOf(header.format) ?? '').toLowerCase();
  const isFile = FILES.includes(type);
  const file = isFile ? fieldsOf(header[type]) : {};
  const media = 'media' in content ? mediaPart(content.media) : null;
  return {
    headerText: type === 'text' || type === '' ? labelOf(header.text) : null,
    headerPlace: type === 'location' ? placeOf(header.location) : null,
    headerMedia: isFile ? { type, media, filename: labelOf(file.filename) } : null,
  };
}

/** The buttons, list or request that the business sent; null for the customer's answer to one. */
export function interactiveOf(message: Pick<Message, 'content'>): Framed | null {
  const part = contentOf(message).interactive;
  const { type, header, body, footer, action } = fieldsOf(part);
  if (part === undefined || typeof type !== 'string' || type.endsWith('_reply')) return null;
  const act = fieldsOf(action);
  const parameters = fieldsOf(act.parameters);
  const one = (kind: ShownButton['kind'], title: unknown, detail: unknown = null): ShownButton[] => [
    { kind, title: labelOf(title) ?? '', detail: labelOf(detail) },
  ];
  const buttons: Record<string, () => ShownButton[]> = {
    button: () => fieldsIn(act.buttons).flatMap((item) => one('reply', fieldsOf(item.reply).title)),
    list: () => one('list', act.button),
    cta_url: () => one('url', parameters.display_text, parameters.url),
    flow: () => one('form', parameters.flow_cta),
    location_request_message: () => one('location', null),
    request_contact_info: () => one('contact', null),
    call_permission_request: () => one('call', null),
    product: () => one('product', null, act.product_retailer_id),
    product_list: () => one('product', null),
    catalog_message: () => one('product', null),
    address_message: () => one('address', null),
    order_details: () => one('pay', null),
    voice_call: () => one('phone', parameters.display_text),
  };
  const orders: Record<string, () => Framed['sections']> = {
    order_details: () => orderToPayOf(parameters),
    order_status: () => orderStateOf(parameters),
  };
  const sections =
    type === 'list' || type === 'product_list'
      ? fieldsIn(act.sections).map((section) => ({
          title: labelOf(section.title),
          rows: [...fieldsIn(section.rows), ...fieldsIn(section.product_items)].map((row) => ({
            title: labelOf(row.title) ?? labelOf(row.product_retailer_id) ?? '',
            description: labelOf(row.description),
          })),
        }))
      : (lookUp(orders, type)?.() ?? []);
  return {
    name: null,
    ...headerOf(header, contentOf(message)),
    body: textOf(fieldsOf(body).text),
    footer: labelOf(fieldsOf(footer).text),
    buttons: lookUp(buttons, type)?.() ?? [],
    sections,
    cards: type === 'carousel' ? fieldsIn(act.cards).flatMap((card) => cardOf(card) ?? []) : [],
  };
}

/** A card is a small message of its own, with its file at its header. */
function cardOf(card: Fields): Framed | null {
  if (card.type === 'carousel') return null;
  const { media } = fieldsOf(card.header);
  return interactiveOf({ content: { interactive: card, ...(media === undefined ? {} : { media }) } });
}

/** Whether the message has nothing to show. */
export const isBlank = ({ name, headerText, headerPlace, headerMedia, body, footer, buttons, sections, cards }: Framed): boolean =>
  !(name || headerText || headerPlace || headerMedia || body || footer || buttons.length > 0 || cards.length > 0) &&
  sections.every((section) => section.rows.length === 0);

const TEMPLATE_BUTTONS: Record<string, ShownButton['kind']> = {
  quick_reply: 'reply',
  url: 'url',
  phone_number: 'phone',
  copy_code: 'copy',
  otp: 'copy',
  flow: 'form',
  catalog: 'product',
  mpm: 'product',
  spm: 'product',
  voice_call: 'call',
  request_contact_info: 'contact',
};

/** A template as the customer saw it, or only its name if it was sent by another program. */
export function templateOf(message: Message): Framed | null {
  const part = contentOf(message).template;
  if (part === undefined) return null;
  const rendered = fieldsOf(contentOf(message).rendered);
  const shownTemplate = renderedOf(rendered, contentOf(message));
  return {
    ...shownTemplate,
    name: labelOf(fieldsOf(part).name),
    body: shownTemplate.body ?? message.text,
    // Each card's file stands at its own header.
    cards: fieldsIn(rendered.cards).map((card) => renderedOf(card, fieldsOf(card.header))),
  };
}

function renderedOf(rendered: Fields, content: Fields): Framed {
  const text = (value: unknown) => textOf(value) ?? textOf(fieldsOf(value).text);
  return {
    name: null,
    ...headerOf(rendered.header, content),
    body: text(rendered.body),
    footer: labelOf(text(rendered.footer)),
    buttons: fieldsIn(rendered.buttons).map((button) => ({
      kind: lookUp(TEMPLATE_BUTTONS, textOf(button.type)?.toLowerCase()) ?? 'reply',
      title: labelOf(button.text) ?? labelOf(button.title) ?? '',
      detail: labelOf(button.url) ?? labelOf(button.phone_number) ?? labelOf(button.coupon_code),
    })),
    sections: [],
    cards: [],
  };
}
