import { newId } from './ids';
import type { Conversation } from './types';

/** A reply for the outbox. It has a key of its own, so that the server stores it once, however often it is tried. */
export const newReply = (conversation: Pick<Conversation, 'id' | 'phone_number_id'>, text: string, replyTo: string | null) => ({
  clientMessageId: newId(),
  conversationId: conversation.id,
  phoneNumberId: conversation.phone_number_id,
  text,
  replyTo,
  createdAt: new Date().toISOString(),
});
