import { type ApiClient, bodyOf } from '../../lib/api';
import { atMostEvery } from '../../lib/at-most-every';
import { onLiveEvent } from '../../lib/event-hub';
import { onLineBack } from '../../lib/line';
import { replaceColleagues, setColleagues, type Viewer } from '../../lib/viewers';

// The stream opens a moment after the page: that is one question, not two.
const ASK_MS = 500;

interface Options {
  api: ApiClient;
  userId: string;
  workspaceIds: readonly string[];
}

/**
 * Keeps who else looks at which conversation, until it is ended. Events tell of changes and are never told again, so
 * the server is asked for all of it once the page has connected.
 */
export function followViewers({ api, userId, workspaceIds }: Options): () => void {
  let asked = 0;
  const toldMeanwhile = new Set<string>();
  const others = (viewers: readonly Viewer[]) => viewers.filter((one) => one.user_id !== userId);
  const load = async () => {
    const now = ++asked;
    toldMeanwhile.clear();
    const viewersIn = (workspace_id: string) =>
      bodyOf(api.GET('/api/live-chat/workspaces/{workspace_id}/viewers', { params: { path: { workspace_id } } }));
    const answers = await Promise.all(workspaceIds.map(viewersIn));
    if (now !== asked) return;
    const all = answers.flatMap((answer) => answer.viewers);
    replaceColleagues(new Map(all.map((one) => [one.conversation_id, others(one.viewers)])), toldMeanwhile);
  };
  // A courtesy: where it fails nothing is said, and it is asked for again with the next connection.
  const asking = atMostEvery(ASK_MS, () => void load().catch(() => undefined));
  asking.ask();
  const stops = [
    onLineBack(asking.ask),
    onLiveEvent('viewers.updated', ({ data }) => {
      const { conversation_id: id, viewers } = data as { conversation_id: string; viewers: Viewer[] };
      toldMeanwhile.add(id);
      setColleagues(id, others(viewers));
    }),
  ];
  return () => {
    asked++;
    asking.stop();
    for (const stop of stops) stop();
    replaceColleagues(new Map(), new Set());
  };
}
