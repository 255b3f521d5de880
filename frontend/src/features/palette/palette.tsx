import { Activity, Keyboard, LogOut, MessageSquarePlus, Phone, Plug, Settings } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Avatar } from '../../components/avatar';
import { Dialog } from '../../components/dialog';
import { useSettled } from '../../hooks/browser';
import { useConversationList } from '../../hooks/conversations';
import { useServices } from '../../hooks/services';
import { useRights } from '../../hooks/workspace';
import { phone } from '../../lib/format';
import { everything } from '../../lib/list-filter';
import { matchesWords } from '../../lib/match-words';
import { customerName, numberName } from '../../lib/names';
import { typedDigits } from '../../lib/phone';
import type { PhoneNumber } from '../../lib/types';
import { isComposing } from '../../lib/typing';
import { t } from '../../words/en';
import { n } from '../../words/numbers-en';
import { u } from '../../words/user-en';
import styles from './palette.module.css';

export type Command =
  | { kind: 'layer'; layer: 'keyboard' | 'settings' | 'connect' | 'new-chat' }
  | { kind: 'number'; phoneNumberId: string }
  | { kind: 'activity' }
  | { kind: 'sign-out' };

interface Props {
  number: PhoneNumber;
  numbers: PhoneNumber[];
  onConversation: (id: string) => void;
  onCommand: (command: Command) => void;
  onClose: () => void;
}

interface Choice {
  key: string;
  icon: ReactNode;
  text: string;
  detail: string | null;
  choose: () => void;
}

const SEARCH_MS = 150;
const SHOWN = 8;

/** Go to a conversation or do something, by typing a part of its name. */
export default function Palette({ number, numbers, onConversation, onCommand, onClose }: Props) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  // Enter came before what it is about: it acts as soon as the results belong to the text.
  const entered = useRef(false);
  const { userId } = useServices();
  const { mayHandle } = useRights(number.workspace_id);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  // A number is looked for by its digits, however it was written.
  const wanted = typedDigits(text) ?? text.trim();
  const search = useSettled(wanted, SEARCH_MS);
  const found = useConversationList(everything(userId, number.phone_number_id, search));
  const conversations = (found.data?.pages[0]?.conversations ?? []).slice(0, SHOWN);
  const choices: Choice[] = [
    ...conversations.map((conversation) => ({
      key: conversation.id,
      icon: <Avatar name={customerName(conversation)} id={conversation.id} size={28} />,
      text: customerName(conversation),
      detail: conversation.customer_name && conversation.customer_phone ? phone(conversation.customer_phone) : null,
      choose: () => onConversation(conversation.id),
    })),
    ...commands(numbers, number, onCommand)
      .filter((command) => mayHandle || command.key !== 'new-chat')
      .filter((command) => matchesWords(command.text, text)),
  ];
  const at = Math.min(active, choices.length - 1);
  const isBehind = search !== wanted || found.isPending;
  useEffect(() => {
    if (!entered.current || isBehind) return;
    entered.current = false;
    choices[at]?.choose();
  });
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [at]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === 'ArrowDown') setActive((at + 1) % choices.length);
    else if (event.key === 'ArrowUp') setActive((at - 1 + choices.length) % choices.length);
    else if (event.key === 'Enter' && isBehind) entered.current = true;
    else if (event.key === 'Enter') choices[at]?.choose();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog shape="palette" label={t.palette.open} onClose={onClose}>
      <input
        type="text"
        role="combobox"
        className={styles.input}
        aria-label={t.palette.open}
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={choices.length > 0 ? `${id}-${at}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        placeholder={t.palette.placeholder}
        maxLength={100}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
          entered.current = false;
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={`${id}-list`} role="listbox" aria-label={t.palette.results} className={styles.list}>
        {choices.map((choice, index) => (
          // The field has the focus and the keys.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={choice.key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={styles.choice}
            onClick={choice.choose}
            onPointerMove={() => setActive(index)}
          >
            <span className={styles.icon} aria-hidden>
              {choice.icon}
            </span>
            <span className={styles.text}>
              <bdi>{choice.text}</bdi>
            </span>
            {choice.detail && (
              <bdi dir="ltr" className={styles.detail}>
                {choice.detail}
              </bdi>
            )}
          </div>
        ))}
      </div>
      <p role="status" className={choices.length > 0 ? 'sr-only' : styles.none}>
        {choices.length > 0 ? t.palette.count(choices.length) : t.palette.none}
      </p>
    </Dialog>
  );
}

function commands(numbers: PhoneNumber[], number: PhoneNumber, onCommand: (command: Command) => void): Choice[] {
  const command = (key: string, icon: ReactNode, text: string, what: Command): Choice => ({
    key,
    icon,
    text,
    detail: null,
    choose: () => onCommand(what),
  });
  return [
    command('new-chat', <MessageSquarePlus size={18} />, t.newChat.open, { kind: 'layer', layer: 'new-chat' }),
    ...numbers
      .filter((other) => other.phone_number_id !== number.phone_number_id)
      .map((other) =>
        command(other.phone_number_id, <Phone size={18} />, t.palette.showNumber(numberName(other)), {
          kind: 'number',
          phoneNumberId: other.phone_number_id,
        }),
      ),
    command('activity', <Activity size={18} />, u.menu.activity, { kind: 'activity' }),
    command('settings', <Settings size={18} />, u.settings.heading, { kind: 'layer', layer: 'settings' }),
    command('keyboard', <Keyboard size={18} />, u.menu.keyboard, { kind: 'layer', layer: 'keyboard' }),
    command('connect', <Plug size={18} />, n.heading, { kind: 'layer', layer: 'connect' }),
    command('sign-out', <LogOut size={18} />, t.session.signOut, { kind: 'sign-out' }),
  ];
}
