import { phone } from './format';
import { preview, typeName } from './message/preview';
import { partsOf } from './note-body';
import type { Kind } from './search-question';
import type { Span } from './snippet';
import type { Conversation, Message, Note, SearchPage } from './types';

/** One thing that was found, as a list shows it and opens it. */
export interface Hit {
  kind: Kind;
  key: string;
  conversation: Conversation;
  at: string | null;
  /** Where it leads. */
  found: { conversationId: string; messageId?: string; noteId?: string };
  text: string;
  spans: readonly Span[];
  /** What stands before the text: which kind of message it is, where that is not plain. */
  what: string | null;
  /** Who wrote it: the customer, somebody of ours, or by name; null: nobody, of people. */
  by: 'customer' | 'us' | { name: string | null } | null;
}

/** What a page has found, by kind. */
export function hitsOf(page: SearchPage): Record<Kind, Hit[]> {
  return {
    people: page.people.map(ofPerson),
    messages: page.messages.map(({ message, conversation, spans }) => ofMessage(message, conversation, spans)),
    notes: page.notes.map(({ note, conversation, spans }) => ofNote(note, conversation, spans)),
  };
}

function ofPerson(conversation: Conversation): Hit {
  const { id, customer_name, customer_username, customer_phone, last_message_time } = conversation;
  const digits = customer_phone && phone(customer_phone);
  const username = customer_username && `@${customer_username}`;
  // Whichever of the three the name is not.
  const others = customer_name ? [digits, username] : customer_username ? [digits] : [];
  return {
    kind: 'people',
    key: `person ${id}`,
    conversation,
    at: last_message_time,
    found: { conversationId: id },
    text: others.filter(Boolean).join(' · '),
    spans: [],
    what: null,
    by: null,
  };
}

const PLAIN: readonly string[] = ['text', 'button'];

function ofMessage(message: Message, conversation: Conversation, spans: readonly Span[]): Hit {
  // Where the words stand in a file's name or a card, the message is named as lists name it.
  const isInText = spans.length > 0 && message.text !== null;
  return {
    kind: 'messages',
    key: `message ${message.id}`,
    conversation,
    at: message.timestamp,
    found: { conversationId: conversation.id, messageId: message.id },
    text: isInText ? (message.text ?? '') : preview(message),
    spans: isInText ? spans : [],
    what: isInText && !PLAIN.includes(message.message_type) ? typeName(message) : null,
    by: message.direction === 'inbound' ? 'customer' : 'us',
  };
}

function ofNote(note: Note, conversation: Conversation, spans: readonly Span[]): Hit {
  return {
    kind: 'notes',
    key: `note ${note.id}`,
    conversation,
    at: note.created_at,
    found: { conversationId: conversation.id, noteId: note.id },
    ...shownNote(note, spans),
    what: null,
    by: { name: note.author.name },
  };
}

/** A note as it is read, with the names of those who are mentioned, and where in it the words stand then. */
export function shownNote({ body, mentions }: Note, spans: readonly Span[]): { text: string; spans: Span[] } {
  let text = '';
  const moved: Span[] = [];
  for (const part of partsOf(body ?? '', mentions)) {
    const shift = text.length - part.from;
    const end = part.from + part.text.length;
    // The id of somebody who is mentioned is nothing that was written.
    for (const [from = 0, to = 0] of part.isMention ? [] : spans)
      if (from < end && to > part.from) moved.push([Math.max(from, part.from) + shift, Math.min(to, end) + shift]);
    text += part.text;
  }
  return { text, spans: moved };
}
