import { Activity, Keyboard, LogOut, MessageSquarePlus, Phone, Plug, Search, Settings, Zap } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Avatar } from '../../components/avatar';
import { Dialog } from '../../components/dialog';
import { FoundLine } from '../../components/found-line';
import { useNow, useSettled } from '../../hooks/browser';
import { useConversationList } from '../../hooks/conversations';
import { useMacros } from '../../hooks/macros';
import type { Found } from '../../hooks/place';
import { useSearch } from '../../hooks/search';
import { useServices } from '../../hooks/services';
import { useRights } from '../../hooks/workspace';
import { askMacro, hasMacroPlace } from '../../lib/ask-macro';
import { phone } from '../../lib/format';
import { everything } from '../../lib/list-filter';
import { matchesWords } from '../../lib/match-words';
import { customerName, lineNames, numberName } from '../../lib/names';
import { type Hit, hitsOf } from '../../lib/search-hits';
import { isEnough, type Kind, KINDS } from '../../lib/search-question';
import type { PhoneNumber } from '../../lib/types';
import { isComposing } from '../../lib/typing';
import { t } from '../../words/en';
import { x } from '../../words/macros-en';
import { n } from '../../words/numbers-en';
import { s } from '../../words/search-en';
import { u } from '../../words/user-en';
import styles from './palette.module.css';

export type Command =
  | { kind: 'layer'; layer: 'keyboard' | 'settings' | 'connect' | 'new-chat' }
  | { kind: 'number'; phoneNumberId: string }
  | { kind: 'activity' }
  | { kind: 'search'; words: string }
  | { kind: 'sign-out' };

interface Props {
  number: PhoneNumber;
  numbers: PhoneNumber[];
  onFound: (found: Found) => void;
  onCommand: (command: Command) => void;
  onClose: () => void;
  /** Commands of other features. There may be many: they come when they are typed. */
  more?: readonly (Omit<Choice, 'detail' | 'hit'> & { detail?: string })[];
}

interface Choice {
  key: string;
  icon: ReactNode;
  text: string;
  detail: string | null;
  /** It was found by what was typed, and is drawn so. */
  hit?: Hit;
  choose: () => void;
}

interface Group {
  /** Null: what stands without a heading. */
  heading: string | null;
  choices: Choice[];
}

const SEARCH_MS = 150;
const SHOWN = 8;
/** Of each kind so many are a taste of what there is. */
const FOUND = 5;
const TASTE: Record<Kind, number> = { people: 5, messages: 4, notes: 2 };

/**
 * Go to a conversation or a message, or do something, by typing a part of its name. Two letters are enough to look in
 * all that was said. What was found stands under what it was found by, and under nothing that was typed since.
 */
export default function Palette({ number, numbers, onFound, onCommand, onClose, more = [] }: Props) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  // Enter came before what it is about: it acts as soon as the results belong to the text.
  const entered = useRef(false);
  const { userId } = useServices();
  const { mayHandle } = useRights(number.workspace_id);
  const now = useNow();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const wanted = text.trim();
  const settled = useSettled(wanted, SEARCH_MS);
  const isSearch = isEnough(wanted);
  const search = useSearch(isEnough(settled) ? { q: settled, in: KINDS.join(',') } : null, FOUND);
  const latest = useConversationList(everything(userId, number.phone_number_id, isEnough(settled) ? '' : settled));
  const isBehind = settled !== wanted || (isSearch ? search : latest).isPending;
  const found = isSearch && !isBehind && search.data?.pages[0] ? hitsOf(search.data.pages[0]) : null;

  // Macros are run in the conversation that is open under this. There may be many: they come when they are typed.
  const macros = useMacros(number.workspace_id, hasMacroPlace()).data ?? [];
  const named = wanted === '' ? [] : macros.filter(({ name }) => matchesWords(x.runNamed(name), text)).slice(0, SHOWN);

  const lines = lineNames(numbers);
  const ofHits = (kind: Kind): Choice[] =>
    (found?.[kind] ?? []).slice(0, TASTE[kind]).map((hit) => ({
      key: hit.key,
      icon: null,
      text: '',
      detail: null,
      hit,
      choose: () => onFound(hit.found),
    }));
  const conversations = isSearch || isBehind ? [] : (latest.data?.pages[0]?.conversations ?? []).slice(0, SHOWN);
  const all: Choice = {
    key: 'everything',
    icon: <Search size={18} />,
    text: s.everything,
    detail: null,
    choose: () => onCommand({ kind: 'search', words: wanted }),
  };
  const groups: Group[] = [
    {
      heading: null,
      choices: conversations.map((conversation) => ({
        key: conversation.id,
        icon: <Avatar name={customerName(conversation)} id={conversation.id} size={28} />,
        text: customerName(conversation),
        detail: conversation.customer_name && conversation.customer_phone ? phone(conversation.customer_phone) : null,
        choose: () => onFound({ conversationId: conversation.id }),
      })),
    },
    { heading: s.kinds.people, choices: ofHits('people') },
    {
      heading: null,
      choices: named.map(({ id: macroId, name }) => ({
        key: macroId,
        icon: <Zap size={18} />,
        text: x.runNamed(name),
        detail: null,
        choose: () => {
          onClose();
          askMacro(macroId);
        },
      })),
    },
    {
      heading: found && t.palette.commands,
      choices: [
        ...(wanted === '' ? [] : more)
          .filter((command) => matchesWords(command.text, text))
          .slice(0, SHOWN)
          .map((command) => ({ detail: null, ...command })),
        ...commands(numbers, number, onCommand)
          .filter((command) => mayHandle || command.key !== 'new-chat')
          .filter((command) => matchesWords(command.text, text)),
      ],
    },
    { heading: s.kinds.messages, choices: ofHits('messages') },
    { heading: s.kinds.notes, choices: ofHits('notes') },
    { heading: null, choices: found && KINDS.some((kind) => found[kind].length > 0) ? [all] : [] },
  ].filter((group) => group.choices.length > 0);
  const choices = groups.flatMap((group) => group.choices);
  const at = Math.min(active, choices.length - 1);
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
        {groups.map((group) => (
          <div key={group.choices[0]?.key} role="group" aria-label={group.heading ?? t.palette.results}>
            {group.heading !== null && (
              <p className={styles.heading} aria-hidden>
                {group.heading}
              </p>
            )}
            {group.choices.map((choice) => {
              const index = choices.indexOf(choice);
              return (
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
                  {choice.hit ? (
                    <FoundLine
                      hit={choice.hit}
                      line={numbers.length > 1 ? lines.get(choice.hit.conversation.phone_number_id) : undefined}
                      now={now}
                    />
                  ) : (
                    <>
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
                    </>
                  )}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      {isBehind && isSearch && (
        <p className={styles.none} aria-hidden>
          {s.searching}
        </p>
      )}
      {isSearch && search.isError && <p className={styles.none}>{search.error.message}</p>}
      <p role="status" className={isBehind || choices.length > 0 ? 'sr-only' : styles.none}>
        {isBehind ? '' : choices.length > 0 ? t.palette.count(choices.length) : t.palette.none}
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
    command('search', <Search size={18} />, s.field, { kind: 'search', words: '' }),
    command('activity', <Activity size={18} />, u.menu.activity, { kind: 'activity' }),
    command('settings', <Settings size={18} />, u.settings.heading, { kind: 'layer', layer: 'settings' }),
    command('keyboard', <Keyboard size={18} />, u.menu.keyboard, { kind: 'layer', layer: 'keyboard' }),
    command('connect', <Plug size={18} />, n.heading, { kind: 'layer', layer: 'connect' }),
    command('sign-out', <LogOut size={18} />, t.session.signOut, { kind: 'sign-out' }),
  ];
}
