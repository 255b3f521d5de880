import { t } from '../../words/en';
import { duration, phone } from '../format';
import { lookUp } from '../lookup';
import { plainText } from '../markup/marks';
import { cut, shorten } from '../shorten';
import type { Message } from '../types';
import {
  callOf,
  handoverOf,
  interactiveKindOf,
  isAnswer,
  isCallPermission,
  isDeleted,
  isFormAnswer,
  isVoiceNote,
  newNumberOf,
  ofCallOf,
  paymentStateOf,
  systemKindOf,
  unsupportedKindOf,
} from './content';

// A line of a list shows some sixty characters, a quote or a notification two hundred. No more of a text is read.
const SHOWN = 240;
const READ = 2 * SHOWN;

/**
 * A message in one line. Every type has a name, so that no row is ever blank. Lists, titles and notifications use it,
 * where nothing may fail: a message that cannot be read is named as such.
 */
export function preview(message: Message): string {
  try {
    return shorten(lineOf(message), SHOWN);
  } catch {
    return t.typeName('unknown');
  }
}

/** The beginning of a text without its marks. */
export function plainStart(text: string): string {
  const start = cut(text.trimStart(), READ);
  return shorten(plainText(start), start.length < text.length ? SHOWN : READ);
}

function lineOf(message: Message): string {
  if (isDeleted(message)) return t.kinds.deleted(message.direction === 'outbound');
  const text = message.text ? plainStart(message.text) : '';
  switch (message.message_type) {
    case 'text':
      return text || typeName(message);
    case 'system':
      return systemLine(message) || text || typeName(message);
    case 'call':
      return callLine(message);
    case 'request_welcome':
      return t.kinds.welcome;
    case 'unsupported':
    case 'unknown':
      return unsupportedLine(message);
    case 'button':
      return text || typeName(message);
    default:
      return text === '' ? typeName(message) : `${typeName(message)} · ${text}`;
  }
}

/** What kind of message it is, in a word or two. */
export function typeName(message: Message): string {
  const named = lookUp(t.kinds.ofCall, ofCallOf(message)) ?? lookUp(t.kinds.payments, paymentStateOf(message));
  if (named) return named;
  if (isVoiceNote(message)) return t.voiceNote;
  if (message.message_type !== 'interactive') return t.typeName(message.message_type);
  if (isFormAnswer(message)) return t.kinds.form;
  if (isCallPermission(message)) return t.kinds.callPermission;
  if (isAnswer(message)) return t.typeName('interactive');
  return lookUp(t.kinds.interactiveKinds, interactiveKindOf(message)) ?? t.kinds.interactive;
}

/** A message that WhatsApp did not pass on, by its kind where WhatsApp tells it. */
export function unsupportedLine(message: Message): string {
  return lookUp(t.kinds.unsupportedKinds, unsupportedKindOf(message)) ?? t.typeName('unsupported');
}

function callLine(message: Message): string {
  const call = callOf(message);
  if (!call) return t.typeName('call');
  if (call.isMissed) return call.isByBusiness ? t.kinds.callUnanswered : t.kinds.callMissed;
  const length = call.seconds === null ? '' : ` · ${duration(call.seconds)}`;
  return `${call.isByBusiness ? t.kinds.callOut : t.kinds.callIn}${length}`;
}

/** An event in the page's words, or in Meta's if the page does not know it. */
function systemLine(message: Message): string | null {
  const handover = handoverOf(message);
  if (handover) {
    const { isTaken, from, to } = handover;
    const [giver, taker] = [lookUp(t.kinds.roles, from), lookUp(t.kinds.roles, to)];
    const isToAgent = to === 'ai_agent' || to === 'meta_business_agent';
    const what =
      isTaken || isToAgent ? t.kinds.handoverTaken(taker ?? t.kinds.someoneElse) : t.kinds.handedToYou(giver ?? null);
    return message.text ? `${what} ${plainStart(message.text)}` : what;
  }
  switch (systemKindOf(message)) {
    case 'user_changed_number':
    case 'customer_changed_number': {
      const number = newNumberOf(message);
      return number === null ? null : t.kinds.numberChanged(phone(number));
    }
    case 'user_changed_user_id':
      return t.kinds.userIdChanged;
    case 'user_identity_changed':
    case 'customer_identity_changed':
      return t.kinds.identityChanged;
    default:
      return null;
  }
}
