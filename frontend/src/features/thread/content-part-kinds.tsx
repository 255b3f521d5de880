import { CreditCard, DoorOpen, Phone, ShieldQuestion } from 'lucide-react';
import { FramedPart } from '../../components/framed-part';
import { MediaPart } from '../../components/media/media-part';
import { Part, PlacePart, Rows } from '../../components/part-card';
import { fullTime } from '../../lib/format';
import { callPermissionOf, choiceOf, formOf } from '../../lib/message/answers';
import { type Payment, paymentOf } from '../../lib/message/asking';
import { contactsOf } from '../../lib/message/contacts';
import { unsupportedKindOf } from '../../lib/message/content';
import { interactiveOf, isBlank, templateOf } from '../../lib/message/framed';
import { mediaOf } from '../../lib/message/media';
import { orderOf } from '../../lib/message/order';
import { locationOf } from '../../lib/message/place';
import { typeName, unsupportedLine } from '../../lib/message/preview';
import { errorOf, unknownPartOf } from '../../lib/message/unknown';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import { k } from '../../words/kinds-en';
import { ChoicePart, ContactsPart, FormPart, OrderPart } from './content-part-cards';

interface Props {
  message: Message;
  customerName: string;
}

/** What a message holds besides text, by its kind. */
export default function ContentKind({ message, customerName }: Props) {
  const framed = templateOf(message) ?? interactiveOf(message);
  if (framed && !isBlank(framed) && !isNewAnswer(message)) return <FramedPart framed={framed} />;
  if (mediaOf(message))
    return <MediaPart message={message} from={message.direction === 'inbound' ? customerName : t.thread.business} />;
  const place = locationOf(message);
  if (place) return <PlacePart place={place} />;
  const contacts = contactsOf(message);
  if (contacts.length > 0) return <ContactsPart contacts={contacts} />;
  const choice = choiceOf(message);
  if (choice) return <ChoicePart choice={choice} />;
  const form = formOf(message);
  if (form) return <FormPart form={form} />;
  const permission = callPermissionOf(message);
  if (permission) {
    const { isGiven, isPermanent, until } = permission;
    const allowed = isPermanent ? k.callsAllowed : until ? k.callsAllowedUntil(fullTime(until)) : k.callsAllowedOnce;
    const said = isGiven ? allowed : k.callsRefused;
    return <Part icon={<Phone size={20} />} title={t.kinds.callPermission} detail={said} />;
  }
  const order = orderOf(message);
  if (order) return <OrderPart order={order} />;
  if (message.message_type === 'unsupported' || message.message_type === 'unknown')
    return <UnsupportedPart message={message} />;
  const payment = paymentOf(message);
  if (payment) return <PaymentPart payment={payment} title={typeName(message)} />;
  if (message.message_type === 'request_welcome') return <Part icon={<DoorOpen size={20} />} title={t.kinds.welcome} />;
  if (message.text) return null;
  return <UnknownPart message={message} />;
}

function PaymentPart({ payment, title }: { payment: Payment; title: string }) {
  const { sum, refunded, reference, reason } = payment;
  const details = [reference, reason, refunded && k.refunded(refunded)].filter(Boolean).join(' · ');
  return (
    <Part icon={<CreditCard size={20} />} title={sum ? `${title} · ${sum}` : title} detail={details || null} />
  );
}

/** Whether it is an answer of a kind that the page does not know yet: customers send answers, never buttons. */
const isNewAnswer = (message: Message): boolean =>
  message.direction === 'inbound' && message.message_type === 'interactive' && !message.text;

const PHONE_ONLY = 131060;
const TOO_BIG = 131052;

/** A message that WhatsApp did not pass on: its kind, where WhatsApp names it, and what the agent can do about it. */
function UnsupportedPart({ message }: { message: Message }) {
  const error = errorOf(message);
  const isEdit = unsupportedKindOf(message) === 'edit';
  const help =
    error?.code === PHONE_ONLY
      ? k.phoneOnlyHelp
      : error?.code === TOO_BIG
        ? k.tooBigHelp
        : isEdit
          ? k.unsupportedEditHelp
          : k.unsupportedHelp;
  return (
    <Part
      icon={<ShieldQuestion size={20} />}
      title={error?.code === TOO_BIG ? k.tooBig : unsupportedLine(message)}
      detail={message.direction === 'inbound' ? help : t.bubble.unsupportedOutbound}
    />
  );
}

/** A message of a type that did not exist when this page was written: the type's name, and the texts in it. */
function UnknownPart({ message }: { message: Message }) {
  const rows = unknownPartOf(message);
  return (
    <Part
      icon={<ShieldQuestion size={20} />}
      title={typeName(message)}
      detail={rows.length > 0 ? k.unknownHelp : ''}
    >
      {rows.length > 0 && <Rows rows={rows} />}
    </Part>
  );
}
