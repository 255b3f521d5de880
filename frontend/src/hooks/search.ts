import { useInfiniteQuery } from '@tanstack/react-query';
import { ApiProblem, bodyOf } from '../lib/api';
import { keys } from '../lib/keys';
import type { Asked } from '../lib/search-question';
import { useServices } from './services';

// A search that nobody waits for any more goes on at the server for a moment, and only so many run at once.
const BUSY_TRIES = 5;
const OTHER_TRIES = 2;
const FIRST_WAIT_MS = 500;
const TOO_MANY = 429;

/**
 * What answers a question, page by page; nothing is asked while it is null. Answers belong to their question: another
 * one has none until its own come, and what is on its way for the last is broken off. A question that comes again is
 * asked again, since what has just arrived is found, too.
 */
export function useSearch(asked: Asked | null, limit: number) {
  const { api } = useServices();
  return useInfiniteQuery({
    queryKey: [...keys.searches(), asked, limit],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = { q: '', ...asked, limit, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return bodyOf(api.GET('/api/live-chat/search', { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next_cursor,
    enabled: asked !== null,
    staleTime: 0,
    retry: (failures, error) =>
      error instanceof ApiProblem && error.isTemporary && failures < (error.status === TOO_MANY ? BUSY_TRIES : OTHER_TRIES),
    retryDelay: (failures) => FIRST_WAIT_MS * 2 ** failures,
  });
}
