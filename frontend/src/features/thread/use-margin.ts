import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { onLiveEvent } from '../../lib/event-hub';
import type { Change, Message, Note } from '../../lib/types';
import { threadKeys } from './keys';
import { type MarginData, type MarginEntry, type MarginPage, marginOf, putMargin, within } from './margin';

const PAGE = 100;

/**
 * What the team did and wrote between these messages. It is loaded as far back as they are, and follows events. Messages
 * do not wait for it.
 */
export function useMargin(conversationId: string, messages: readonly Message[], hasOlder: boolean, hasNewer: boolean): MarginEntry[] {
  const { api } = useServices();
  const client = useQueryClient();
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = useInfiniteQuery({
    queryKey: threadKeys.margin(conversationId),
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }): Promise<MarginPage> => {
      const page = await bodyOf(
        api.GET('/api/live-chat/conversations/{conversation_id}/timeline', {
          params: {
            path: { conversation_id: conversationId },
            query: { limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) },
          },
          signal,
        }),
      );
      const [first] = page.entries;
      const entries = page.entries.flatMap(({ id, at, note, change }): MarginEntry[] =>
        note ? [{ kind: 'note', id, at, note }] : change ? [{ kind: 'change', id, at, change }] : [],
      );
      return { entries, first: first ? { id: first.id, at: first.at } : null, hasBefore: page.has_before };
    },
    getNextPageParam: (page) => (page.hasBefore ? (page.first?.id ?? null) : null),
  });

  const from = hasOlder ? (messages[0]?.timestamp ?? null) : null;
  const to = hasNewer ? (messages.at(-1)?.timestamp ?? null) : null;
  const loadedFrom = data?.pages.at(-1)?.first?.at;
  const isBehind = hasNextPage && !isFetching && !isError && loadedFrom !== undefined && (from === null || loadedFrom > from);
  useEffect(() => {
    if (isBehind) void fetchNextPage();
  }, [isBehind, fetchNextPage]);

  // What is told while an answer is on its way may have come behind its writing: it is put into the answer again.
  const told = useRef<(MarginEntry & { of: string })[]>([]);
  const put = useCallback(
    (entry: MarginEntry & { of: string }) => {
      if (entry.of !== conversationId) return;
      client.setQueryData<MarginData>(threadKeys.margin(conversationId), (known) => known && putMargin(known, entry));
    },
    [client, conversationId],
  );
  useEffect(() => {
    if (!isFetching) for (const entry of told.current.splice(0)) put(entry);
  }, [isFetching, put]);

  useEffect(() => {
    const tell = (entry: MarginEntry & { of: string }) => {
      if (client.getQueryState(threadKeys.margin(conversationId))?.fetchStatus !== 'idle') told.current.push(entry);
      put(entry);
    };
    const putNote = (note: Note) => tell({ kind: 'note', id: note.id, at: note.created_at, note, of: note.conversation_id });
    const ends = [
      onLiveEvent('change.created', ({ data: told }) => {
        const change = told?.change as Change;
        tell({ kind: 'change', id: change.id, at: change.at, change, of: change.conversation_id });
      }),
      onLiveEvent('note.created', ({ data: told }) => putNote(told?.note as Note)),
      onLiveEvent('note.updated', ({ data: told }) => putNote(told?.note as Note)),
    ];
    return () => ends.forEach((end) => end());
  }, [client, conversationId, put]);
  return useMemo(() => within(marginOf(data?.pages), from, to), [data, from, to]);
}
