import { guarded } from '../../lib/listeners';
import type { Viewer } from '../../lib/viewers';
import type { TabState } from './word';

/** What the agent's tabs tell each other, so that one of them can speak for all. */
export type Talk =
  | { kind: 'tab'; tab: string; state: TabState }
  | { kind: 'gone'; tab: string }
  /** To be answered by everybody: somebody new does not know the others. */
  | { kind: 'who' }
  /** The server's answer to the one that spoke. */
  | { kind: 'colleagues'; conversationId: string; colleagues: readonly Viewer[] };

export interface TabTalk {
  tell: (talk: Talk) => void;
  stop: () => void;
}

/** Where tabs cannot talk to each other, each is alone. */
export function talkToTabs(userId: string, hear: (talk: Talk) => void): TabTalk {
  let channel: BroadcastChannel | null = null;
  try {
    channel = new BroadcastChannel(`livechat.presence.${userId}`);
  } catch {
    return { tell: () => undefined, stop: () => undefined };
  }
  channel.addEventListener('message', (message: MessageEvent<Talk>) => hear(message.data));
  return { tell: (talk) => guarded(() => channel.postMessage(talk)), stop: () => channel.close() };
}
