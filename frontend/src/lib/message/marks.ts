import { shorten } from '../shorten';
import type { Message } from '../types';
import { contentOf, fieldsOf, isDeleted, labelOf, textOf } from './content';
import { webLink } from './web-link';

export interface AdReferral {
  isAd: boolean;
  headline: string | null;
  body: string | null;
  link: string | null;
  /** Whether the ad shows a picture or a film. It is on Meta's servers and is not loaded. */
  mediaType: string | null;
  greeting: string | null;
}

function shortly(value: unknown): string | null {
  const text = textOf(value);
  return text === null ? null : shorten(text, 1000);
}

export function referralOf(message: Message): AdReferral | null {
  if (!('referral' in contentOf(message))) return null;
  const part = fieldsOf(contentOf(message).referral);
  return {
    isAd: part.source_type !== 'post',
    headline: labelOf(part.headline),
    body: shortly(part.body),
    link: webLink(part.source_url),
    mediaType: textOf(part.media_type),
    greeting: shortly(fieldsOf(part.welcome_message).text),
  };
}

/** Small marks at the top of a bubble. */
export interface Marks {
  forwarded: 'once' | 'often' | null;
  /** The product of the catalogue that the customer asks about. */
  product: string | null;
  /** Who wrote in a group: a name, else a number or id. */
  author: string | null;
  /** The summary by Meta's agent of the conversation before it was handed over. */
  summary: string | null;
  editedAt: string | null;
  isDeleted: boolean;
  origin: Message['origin'];
}

export function marksOf(message: Message): Marks {
  const content = contentOf(message);
  const context = fieldsOf(content.context);
  const group = fieldsOf(content.group);
  return {
    forwarded: context.frequently_forwarded === true ? 'often' : context.forwarded === true ? 'once' : null,
    product: labelOf(fieldsOf(context.referred_product).product_retailer_id),
    author:
      'group' in content && message.direction === 'inbound'
        ? (labelOf(group.name) ?? labelOf(group.from) ?? labelOf(group.from_user_id))
        : null,
    summary: shortly(fieldsOf(fieldsOf(content.conversation_context).summary).text),
    editedAt: textOf(content.edited_at),
    isDeleted: isDeleted(message),
    origin: message.origin,
  };
}
