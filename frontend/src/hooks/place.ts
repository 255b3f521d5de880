import { useCallback, useEffect, useMemo } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { LIST_PARAMETERS, type ListChoice, readChoice, writeChoice } from '../lib/list-filter';
import { askForField } from '../lib/search-door';
import { local } from '../lib/storage';

export const HOME = '/live-chat';
export const ACTIVITY = `${HOME}/activity`;
export const TEAM = `${HOME}/team`;
/** In the place of a number: all that the agent sees. */
export const ALL_NUMBERS = 'all';
const CHOSEN = 'livechat.number';
/** As `panes.module.css` has it: from here on the list stands beside what is open. */
export const ROOM_FOR_TWO = '(min-width: 720px)';
/** What the address says of the search: the words, and what narrows it. Without words there is no search. */
export const SEARCH_PARAMETERS = ['find', 'in', 'on', 'from', 'to'] as const;

/** Where the agent is: the address says it all, so that reload, back and a shared link bring it back. */
export interface Place {
  conversationId: string | null;
  /** The message that the thread is opened around. */
  messageId: string | null;
  /** In place of a message: the note that the thread is opened at. */
  noteId: string | null;
  isActivity: boolean;
  /** One of the places of the workspace's settings. */
  isTeam: boolean;
  /** As the address has it, or as it was chosen last. */
  phoneNumberId: string | null;
  /** As the address has it. */
  namedNumber: string | null;
  openConversation: (id: string | null) => void;
  openMessage: (messageId: string | null) => void;
  /** Opens a conversation at what was found in it. */
  openFound: (found: Found) => void;
  openActivity: () => void;
  openTeam: () => void;
  chooseNumber: (phoneNumberId: string) => void;
  /** The number that the open conversation belongs to: the address says it from now on, without a step of its own. */
  correctNumber: (phoneNumberId: string) => void;
}

/** What was found: a conversation, or a message or note of it. */
export interface Found {
  conversationId: string;
  messageId?: string;
  noteId?: string;
}

export function usePlace(): Place {
  const [path, navigate] = useLocation();
  const [search] = useSearchParams();
  const isActivity = path === ACTIVITY;
  const isTeam = path === TEAM || path.startsWith(`${TEAM}/`);
  const conversationId = conversationIn(path);
  const messageId = search.get('m');
  const noteId = search.get('note');
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
      const place = hrefOf(path, named, { messageId });
      // To leave a message is no step of its own on the way back.
      navigate(place, { replace: messageId === null });
    },
    [navigate, named, path],
  );
  const openFound = useCallback((found: Found) => navigate(foundHref(found, named)), [navigate, named]);
  const openActivity = useCallback(() => navigate(hrefOf(ACTIVITY, named)), [navigate, named]);
  const openTeam = useCallback(() => navigate(hrefOf(TEAM, named)), [navigate, named]);
  const chooseNumber = useCallback(
    (phoneNumberId: string) => navigate(hrefOf(isActivity ? ACTIVITY : HOME, phoneNumberId)),
    [isActivity, navigate],
  );
  const correctNumber = useCallback(
    (phoneNumberId: string) => navigate(hrefOf(path, phoneNumberId, { messageId, noteId }), { replace: true }),
    [messageId, navigate, noteId, path],
  );
  return {
    conversationId,
    messageId,
    noteId,
    isActivity,
    isTeam,
    phoneNumberId: named ?? local.get(CHOSEN),
    namedNumber: named,
    openConversation,
    openMessage,
    openFound,
    openActivity,
    openTeam,
    chooseNumber,
    correctNumber,
  };
}

/** Opens the search in the list's column, or beside what is open where there is room for both; null closes it. */
export function useSearchDoor(): [isOpen: boolean, open: (words: string | null) => void] {
  const [path, navigate] = useLocation();
  const [search] = useSearchParams();
  const open = useCallback(
    (words: string | null) => {
      const query = new URLSearchParams(location.search);
      // What was narrowed goes along with other words, and goes with them.
      for (const name of SEARCH_PARAMETERS) if (words === null || name === 'find') query.delete(name);
      if (words !== null) query.set('find', words);
      const isBeside = conversationIn(path) !== null && matchMedia(ROOM_FOR_TWO).matches;
      const place = isBeside || words === null ? path : HOME;
      if (words !== null) askForField();
      if (place !== path) for (const name of ['m', 'note']) query.delete(name);
      navigate(query.size === 0 ? place : `${place}?${query.toString()}`);
    },
    [navigate, path],
  );
  return [search.has('find'), open];
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

function conversationIn(path: string): string | null {
  const id = path === ACTIVITY || path === TEAM ? undefined : /^\/live-chat\/([^/]+)$/.exec(path)?.[1];
  return id === undefined ? null : decoded(id);
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

/** What the address says of the list and of the search goes along, wherever in them the agent goes. */
function hrefOf(path: string, phoneNumberId: string | null, at: { messageId?: string | null; noteId?: string | null } = {}): string {
  const present = new URLSearchParams(location.search);
  const kept = [...LIST_PARAMETERS, ...SEARCH_PARAMETERS];
  const query = new URLSearchParams(kept.flatMap((name) => present.getAll(name).map((value) => [name, value])));
  if (phoneNumberId !== null) query.set('number', phoneNumberId);
  if (at.messageId) query.set('m', at.messageId);
  if (at.noteId) query.set('note', at.noteId);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

/** The address of a conversation on one of our numbers. */
export const conversationHref = (id: string, phoneNumberId: string | null, messageId: string | null = null): string =>
  hrefOf(conversationPath(id), phoneNumberId, { messageId });

/** The address of what was found. */
export const foundHref = ({ conversationId, ...at }: Found, phoneNumberId: string | null): string =>
  hrefOf(conversationPath(conversationId), phoneNumberId, at);
