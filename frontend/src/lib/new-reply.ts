import { newId } from './ids';
import type { Conversation } from './types';

/** A reply as the outbox takes it, under a key of its own: however often it is tried, the server stores it once. */
export const newReply = (conversation: Pick<Conversation, 'id' | 'phone_number_id'>, text: string, replyTo: string | null) => ({
  clientMessageId: newId(),
  conversationId: conversation.id,
  phoneNumberId: conversation.phone_number_id,
  text,
  replyTo,
  createdAt: new Date().toISOString(),
});
