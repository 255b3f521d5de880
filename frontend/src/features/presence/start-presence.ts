import { type ApiClient, ApiProblem, bodyOf } from '../../lib/api';
import { onLiveEvent } from '../../lib/event-hub';
import { newId } from '../../lib/ids';
import { isLeading, subscribeLeading } from '../../lib/leading';
import { onLineBack } from '../../lib/line';
import { setColleagues, type Viewer } from '../../lib/viewers';
import { lastWriting, onWriting } from '../../lib/writing';
import { BEAT_MS, NotSaid, Speaker } from './speaker';
import { type Talk, talkToTabs } from './tab-talk';
import { IDLE_MS, type TabState, type Word, wordOf } from './word';

// Who pauses for longer is thinking, or has gone on to something else.
export const TYPING_MS = 6000;
// Tabs say again what they are: the one that speaks for them may be hidden, and its own timers then hardly run.
const REPORT_MS = 20_000;
// Of a tab that says nothing for so long nobody knows any more. A hidden one's timers may run once a minute.
const SILENT_MS = 80_000;
// What is touched all the time is told as often.
const TOUCH_MS = 5000;
const TOUCHES = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

interface Options {
  api: ApiClient;
  userId: string;
  onSignedOut: () => void;
}

export interface Presence {
  /** The conversation that is open in this tab. */
  view: (conversationId: string | null) => void;
  stop: () => void;
}

/**
 * Tells the server that the agent is there, what they look at and whether they write. Of the tabs of a browser one
 * speaks for all. Nobody says that they are gone: that is what silence means.
 */
export function startPresence({ api, userId, onSignedOut }: Options): Presence {
  const tab = newId();
  const others = new Map<string, { state: TabState; heardAt: number }>();
  let open: string | null = null;
  let usedAt = Date.now();
  let hasLeft = false;
  let reported = { key: '', at: 0 };
  let typingEnd: ReturnType<typeof setTimeout> | undefined;
  /** The conversations of which events have told since the server was asked last. */
  const toldMeanwhile = new Set<string>();

  const own = (): TabState => {
    const viewing = document.visibilityState === 'visible' ? open : null;
    const { conversationId, at } = lastWriting();
    return { viewing, typing: conversationId === viewing && Date.now() - at < TYPING_MS, usedAt };
  };
  const word = (): Word => {
    const now = Date.now();
    const heard = [...others.values()].filter(({ heardAt }) => now - heardAt < SILENT_MS).map(({ state }) => state);
    return wordOf(hasLeft ? heard : [own(), ...heard], now);
  };
  const ask = async (said: Word, keepalive = false): Promise<readonly Viewer[]> =>
    (await bodyOf(api.POST('/api/live-chat/presence', { body: said, keepalive }))).viewers;

  const speaker = new Speaker({
    word,
    post: async (said) => {
      toldMeanwhile.clear();
      try {
        const viewers = await ask(said).catch((error: unknown) => askWithout(said, error));
        if (said.viewing === null || toldMeanwhile.has(said.viewing)) return;
        const colleagues = viewers.filter((one) => one.user_id !== userId);
        setColleagues(said.viewing, colleagues);
        talk.tell({ kind: 'colleagues', conversationId: said.viewing, colleagues });
      } catch (error) {
        const problem = error instanceof ApiProblem ? error : null;
        if (problem?.status === 401) onSignedOut();
        throw new NotSaid(problem?.isRefusal || problem?.status === 401 ? BEAT_MS : (problem?.retryAfterS ?? 0) * 1000);
      }
    },
  });
  /** They may no longer see what stands open here. They are there all the same. */
  const askWithout = (said: Word, error: unknown) => {
    if (said.viewing === null || !(error instanceof ApiProblem && error.isRefusal)) throw error;
    return ask({ ...said, viewing: null, typing: false });
  };

  const speak = () => {
    if (isLeading()) speaker.look();
  };
  const report = () => {
    const state = own();
    reported = { key: JSON.stringify([state.viewing, state.typing]), at: Date.now() };
    if (!hasLeft) talk.tell({ kind: 'tab', tab, state });
    speak();
  };
  const reportChange = () => {
    const state = own();
    if (reported.key !== JSON.stringify([state.viewing, state.typing]) || Date.now() - reported.at > TOUCH_MS) report();
  };
  const hear = (heard: Talk) => {
    if (heard.kind === 'who') return report();
    if (heard.kind === 'colleagues') return setColleagues(heard.conversationId, heard.colleagues);
    if (heard.kind === 'gone') others.delete(heard.tab);
    else others.set(heard.tab, { state: heard.state, heardAt: Date.now() });
    speak();
  };
  const talk = talkToTabs(userId, hear);

  const touch = () => {
    const wasGone = Date.now() - usedAt >= IDLE_MS;
    usedAt = Date.now();
    if (wasGone) report();
    else reportChange();
  };
  const onWritten = () => {
    clearTimeout(typingEnd);
    typingEnd = setTimeout(reportChange, TYPING_MS + 1);
    reportChange();
  };
  /** Who closes the page looks at nothing any more; that they are gone the server notices. */
  const leave = () => {
    hasLeft = true;
    talk.tell({ kind: 'gone', tab });
    const { last } = speaker;
    const rest = word();
    if (isLeading() && last !== null && last.viewing !== null && last.viewing !== rest.viewing)
      ask({ ...rest, state: last.state }, true).catch(() => undefined);
  };
  const onLook = () => {
    if (document.visibilityState === 'visible') usedAt = Date.now();
    report();
  };
  const comeBack = () => {
    hasLeft = false;
    onLook();
  };

  for (const name of TOUCHES) window.addEventListener(name, touch, { passive: true, capture: true });
  document.addEventListener('visibilitychange', onLook);
  window.addEventListener('focus', onLook);
  window.addEventListener('pagehide', leave);
  window.addEventListener('pageshow', comeBack);
  const timer = setInterval(report, REPORT_MS);
  const stops = [
    subscribeLeading(speak),
    onWriting(onWritten),
    onLineBack(() => {
      if (isLeading()) speaker.repeat();
    }),
    onLiveEvent('viewers.updated', ({ data }) => toldMeanwhile.add(String(data?.conversation_id))),
  ];
  talk.tell({ kind: 'who' });
  report();
  return {
    view: (conversationId) => {
      open = conversationId;
      usedAt = Date.now();
      reportChange();
    },
    stop: () => {
      leave();
      speaker.stop();
      clearInterval(timer);
      clearTimeout(typingEnd);
      for (const stop of stops) stop();
      for (const name of TOUCHES) window.removeEventListener(name, touch, { capture: true });
      document.removeEventListener('visibilitychange', onLook);
      window.removeEventListener('focus', onLook);
      window.removeEventListener('pagehide', leave);
      window.removeEventListener('pageshow', comeBack);
      talk.stop();
    },
  };
}
