import { shorten } from '../shorten';
import type { Message } from '../types';

/** Reads `content` before its parts are drawn. It reads with care, since `content` is what Meta sent. */
export type Fields = Record<string, unknown>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
export const numberOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
// Names, titles and labels are a line or two. Of a longer one the beginning is shown.
const LONGEST_LABEL = 300;
export const labelOf = (value: unknown): string | null => {
  const text = textOf(value);
  return text === null ? null : shorten(text, LONGEST_LABEL);
};
/** Reads a number, which Meta also writes as a string. */
export const numericOf = (value: unknown): number | null =>
  numberOf(typeof value === 'string' && value.trim() !== '' ? Number(value) : value);
/** The content that Meta sent. It is an object, unless something went wrong on the way. */
export const contentOf = (message: Pick<Message, 'content'>): Fields => fieldsOf(message.content);
export const fieldsIn = (value: unknown): Fields[] => listOf(value).map(fieldsOf);

/** Whether its sender has deleted it. Nothing of a deleted message is shown. */
export const isDeleted = (message: Message): boolean => 'revoked_at' in contentOf(message);

/** A form's answers came; `formOf` reads them. */
export const isFormAnswer = (message: Message): boolean => 'nfm_reply' in fieldsOf(contentOf(message).interactive);

export const isCallPermission = (message: Message): boolean =>
  'call_permission_reply' in fieldsOf(contentOf(message).interactive);

/** `interactive.type`: “button”, “flow”, “list_reply”, … */
export const interactiveKindOf = (message: Message): string | null => textOf(fieldsOf(contentOf(message).interactive).type);

/** The customer's answer to buttons or a list, as opposed to those that the business sent. */
export const isAnswer = (message: Message): boolean => (interactiveKindOf(message) ?? '').endsWith('_reply');

/** The kind of a message that WhatsApp did not pass on: “poll_creation”, “edit”, … */
export const unsupportedKindOf = (message: Message): string | null =>
  textOf(fieldsOf(contentOf(message).unsupported).type);

export interface Call {
  isMissed: boolean;
  isByBusiness: boolean;
  isOver: boolean;
  seconds: number | null;
}

export function callOf(message: Message): Call | null {
  if (!('call' in contentOf(message))) return null;
  const { event, direction, duration, status } = fieldsOf(contentOf(message).call);
  const seconds = numericOf(duration);
  const isOver = event === 'terminate';
  return {
    isByBusiness: direction === 'BUSINESS_INITIATED',
    isOver,
    isMissed: isOver && (status === 'FAILED' || seconds === null || seconds === 0),
    seconds,
  };
}

/** Who answers the customer has changed. `from` and `to` are Meta's words for the roles, where it says them. */
export function handoverOf(message: Message): { isTaken: boolean; from: string | null; to: string | null } | null {
  if (!('messaging_handovers' in contentOf(message))) return null;
  const part = fieldsOf(contentOf(message).messaging_handovers);
  const isTaken = part.type === 'control_taken';
  const change = fieldsOf(isTaken ? part.control_taken : part.control_passed);
  return {
    isTaken,
    from: textOf(change.previous_owner_role) ?? textOf(change.previous_owner_app_role),
    to: textOf(change.new_owner_role),
  };
}

/** The state of a payment that an order asked for: “captured”, “pending”, “failed”. */
export const paymentStateOf = (message: Message): string | null => textOf(fieldsOf(contentOf(message).payment).status);

/** Which part of a call a file is: a voicemail, a recording or a transcript. The word is our key in `content`. */
export const ofCallOf = (message: Message): string | null =>
  ['voicemail', 'call_recording', 'call_transcript'].find((key) => key in contentOf(message)) ?? null;

/** `system.type`: “user_changed_number”, “user_identity_changed”, … */
export const systemKindOf = (message: Message): string | null => textOf(fieldsOf(contentOf(message).system).type);

export const newNumberOf = (message: Message): string | null => {
  const system = fieldsOf(contentOf(message).system);
  return textOf(system.wa_id) ?? textOf(system.new_wa_id);
};

const LINES = ['system', 'call', 'request_welcome'];

/** Whether a message is about the conversation and not a part of it. It is shown as a line across the thread. */
export const isSystemLine = (message: Message): boolean =>
  LINES.includes(message.message_type) &&
  // A welcome with content is from a customer who came by an ad: their chat opens with it.
  !(message.message_type === 'request_welcome' && Object.keys(contentOf(message)).length > 0);

export const isVoiceNote = (message: Message): boolean => fieldsOf(contentOf(message).audio).voice === true;
