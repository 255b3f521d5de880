import { useCallback, useEffect, useMemo } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { LIST_PARAMETERS, type ListChoice, readChoice, writeChoice } from '../lib/list-filter';
import { local } from '../lib/storage';

export const HOME = '/live-chat';
export const ACTIVITY = `${HOME}/activity`;
export const TEAM = `${HOME}/team`;
/** In the place of a number: all that the agent sees. */
export const ALL_NUMBERS = 'all';
const CHOSEN = 'livechat.number';

/** Where the agent is: the address says it all, so that reload, back and a shared link bring it back. */
export interface Place {
  conversationId: string | null;
  /** The message that the thread is opened around. */
  messageId: string | null;
  isActivity: boolean;
  /** One of the places of the workspace's settings. */
  isTeam: boolean;
  /** As the address has it, or as it was chosen last. */
  phoneNumberId: string | null;
  /** As the address has it. */
  namedNumber: string | null;
  openConversation: (id: string | null) => void;
  openMessage: (messageId: string | null) => void;
  openActivity: () => void;
  openTeam: () => void;
  chooseNumber: (phoneNumberId: string) => void;
  /** The number that the open conversation belongs to: the address says it from now on, without a step of its own. */
  correctNumber: (phoneNumberId: string) => void;
}

export function usePlace(): Place {
  const [path, navigate] = useLocation();
  const [search] = useSearchParams();
  const isActivity = path === ACTIVITY;
  const isTeam = path === TEAM || path.startsWith(`${TEAM}/`);
  const match = isActivity || isTeam ? null : /^\/live-chat\/([^/]+)$/.exec(path);
  const conversationId = match?.[1] ? decoded(match[1]) : null;
  const messageId = search.get('m');
  const named = search.get('number');

  useEffect(() => {
    if (named !== null) local.set(CHOSEN, named);
  }, [named]);

  const openConversation = useCallback(
    (id: string | null) => navigate(hrefOf(id === null ? HOME : conversationPath(id), named)),
    [navigate, named],
  );
  const openMessage = useCallback(
    (messageId: string | null) => {
      const place = hrefOf(path, named, messageId);
      // To leave a message is no step of its own on the way back.
      navigate(place, { replace: messageId === null });
    },
    [navigate, named, path],
  );
  const openActivity = useCallback(() => navigate(hrefOf(ACTIVITY, named)), [navigate, named]);
  const openTeam = useCallback(() => navigate(hrefOf(TEAM, named)), [navigate, named]);
  const chooseNumber = useCallback(
    (phoneNumberId: string) => navigate(hrefOf(isActivity ? ACTIVITY : HOME, phoneNumberId)),
    [isActivity, navigate],
  );
  const correctNumber = useCallback(
    (phoneNumberId: string) => navigate(hrefOf(path, phoneNumberId, messageId), { replace: true }),
    [messageId, navigate, path],
  );
  return {
    conversationId,
    messageId,
    isActivity,
    isTeam,
    phoneNumberId: named ?? local.get(CHOSEN),
    namedNumber: named,
    openConversation,
    openMessage,
    openActivity,
    openTeam,
    chooseNumber,
    correctNumber,
  };
}

/** Which list the address asks for, and how to ask for another. */
export function useListChoice(): [ListChoice, (change: Partial<ListChoice>) => void] {
  const [search, setSearch] = useSearchParams();
  const said = search.toString();
  const choice = useMemo(() => readChoice(new URLSearchParams(said)), [said]);
  const change = useCallback(
    (part: Partial<ListChoice>) =>
      setSearch(
        (present) => {
          const others = [...present].filter(([name]) => !(LIST_PARAMETERS as readonly string[]).includes(name));
          return new URLSearchParams([...others, ...writeChoice({ ...readChoice(present), ...part })]);
        },
        // To look at the list in another way is no step of its own on the way back.
        { replace: true },
      ),
    [setSearch],
  );
  return [choice, change];
}

/** A part of the address as it was meant. One that is malformed stands as it is: there is no conversation of that name. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const conversationPath = (id: string): string => `${HOME}/${encodeURIComponent(id)}`;

/** What the address says of the list goes along, wherever in it the agent goes. */
function hrefOf(path: string, phoneNumberId: string | null, messageId: string | null = null): string {
  const present = new URLSearchParams(location.search);
  const query = new URLSearchParams(LIST_PARAMETERS.flatMap((name) => present.getAll(name).map((value) => [name, value])));
  if (phoneNumberId !== null) query.set('number', phoneNumberId);
  if (messageId !== null) query.set('m', messageId);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

/** The address of a conversation on one of our numbers. */
export const conversationHref = (id: string, phoneNumberId: string | null, messageId: string | null = null): string =>
  hrefOf(conversationPath(id), phoneNumberId, messageId);
