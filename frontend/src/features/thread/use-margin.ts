import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useServices } from '../../hooks/services';
import { bodyOf } from '../../lib/api';
import { onLiveEvent } from '../../lib/event-hub';
import type { Change, Message, Note } from '../../lib/types';
import { threadKeys } from './keys';
import { type MarginData, type MarginEntry, type MarginPage, type MarginSide, marginOf, putMargin, within } from './margin';

const PAGE = 100;

interface Span {
  messages: readonly Message[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** The message or note that the thread was opened around; null: it was opened at its end. */
  aroundId: string | null;
}

/**
 * What the team did and wrote between these messages. It is loaded as far as they are, from the thread's end or from
 * the place that it was opened at, and follows events. Messages do not wait for it.
 */
export function useMargin(conversationId: string, { messages, hasOlder, hasNewer, aroundId }: Span): MarginEntry[] {
  const { api } = useServices();
  const client = useQueryClient();
  const { data, hasNextPage, hasPreviousPage, isFetching, isError, fetchNextPage, fetchPreviousPage } = useInfiniteQuery({
    queryKey: threadKeys.margin(conversationId, aroundId),
    initialPageParam: (aroundId === null ? {} : { around: aroundId }) as MarginSide,
    queryFn: async ({ pageParam, signal }): Promise<MarginPage> => {
      const page = await bodyOf(
        api.GET('/api/live-chat/conversations/{conversation_id}/timeline', {
          params: {
            path: { conversation_id: conversationId },
            query: { limit: PAGE, ...pageParam },
          },
          signal,
        }),
      );
      const [first, last] = [page.entries[0], page.entries.at(-1)];
      const entries = page.entries.flatMap(({ id, at, note, change }): MarginEntry[] =>
        note ? [{ kind: 'note', id, at, note }] : change ? [{ kind: 'change', id, at, change }] : [],
      );
      return {
        entries,
        first: first ? { id: first.id, at: first.at } : null,
        last: last ? { id: last.id, at: last.at } : null,
        hasBefore: page.has_before,
        hasAfter: page.has_after,
      };
    },
    getNextPageParam: (page): MarginSide | null => (page.hasBefore && page.first ? { before: page.first.id } : null),
    getPreviousPageParam: (page): MarginSide | null => (page.hasAfter && page.last ? { after: page.last.id } : null),
  });

  const from = hasOlder ? (messages[0]?.timestamp ?? null) : null;
  const to = hasNewer ? (messages.at(-1)?.timestamp ?? null) : null;
  const loadedFrom = data?.pages.at(-1)?.first?.at;
  const loadedTo = data?.pages[0]?.last?.at;
  const isFree = !isFetching && !isError;
  const isBehind = isFree && hasNextPage && loadedFrom !== undefined && (from === null || loadedFrom > from);
  const isShort = isFree && hasPreviousPage && loadedTo !== undefined && (to === null || loadedTo < to);
  useEffect(() => {
    if (isBehind) void fetchNextPage();
    else if (isShort) void fetchPreviousPage();
  }, [isBehind, isShort, fetchNextPage, fetchPreviousPage]);

  // What is told while an answer is on its way may have come behind its writing: it is put into the answer again.
  const told = useRef<(MarginEntry & { of: string })[]>([]);
  const put = useCallback(
    (entry: MarginEntry & { of: string }) => {
      if (entry.of !== conversationId) return;
      client.setQueryData<MarginData>(threadKeys.margin(conversationId, aroundId), (known) => known && putMargin(known, entry));
    },
    [aroundId, client, conversationId],
  );
  useEffect(() => {
    if (!isFetching) for (const entry of told.current.splice(0)) put(entry);
  }, [isFetching, put]);

  useEffect(() => {
    const tell = (entry: MarginEntry & { of: string }) => {
      if (client.getQueryState(threadKeys.margin(conversationId, aroundId))?.fetchStatus !== 'idle') told.current.push(entry);
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
  }, [aroundId, client, conversationId, put]);
  return useMemo(() => within(marginOf(data?.pages), from, to), [data, from, to]);
}
