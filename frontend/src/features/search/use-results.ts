import { useMemo } from 'react';
import { useSearch } from '../../hooks/search';
import { type Hit, hitsOf } from '../../lib/search-hits';
import { askedOf, type Kind, type Question } from '../../lib/search-question';

const PAGE = 25;
/** Of people and notes so many stand above the messages. */
const HEAD = 3;

export interface Group {
  kind: Kind;
  hits: Hit[];
  /** There are more of them than stand here. */
  isCut: boolean;
}

/**
 * What answers the question, the newest first. Where everything is asked for, the first people and notes stand above
 * the messages, which come page by page; each kind alone comes so, too.
 */
export function useResults(question: Question, isBehind: boolean) {
  const { kind } = question;
  const main = kind ?? 'messages';
  const list = useSearch(isBehind ? null : askedOf(question, [main]), PAGE);
  const head = useSearch(isBehind || kind !== null ? null : askedOf(question, ['people', 'notes']), HEAD + 1);
  const groups = useMemo((): Group[] => {
    const found = list.data?.pages.flatMap((page) => hitsOf(page)[main]) ?? [];
    const firsts = kind === null ? head.data?.pages[0] : undefined;
    const above = firsts ? hitsOf(firsts) : null;
    const heads = (['people', 'notes'] as const).map((one) => {
      const hits = above?.[one] ?? [];
      return { kind: one, hits: hits.slice(0, HEAD), isCut: hits.length > HEAD };
    });
    return [...heads, { kind: main, hits: unique(found), isCut: false }].filter(({ hits }) => hits.length > 0);
  }, [kind, main, head.data, list.data]);

  const isAsked = !isBehind && askedOf(question, ['messages']) !== null;
  const isPending = list.isPending || (kind === null && head.isPending);
  const error = list.data ? null : list.error;
  const headError = kind !== null || head.data ? null : head.error;
  // As the first answers have it: pages that come later are not told again.
  const first = list.data?.pages[0];
  const firstCount =
    first && !isPending
      ? hitsOf(first)[main].length + groups.reduce((sum, group) => sum + (group.kind === main ? 0 : group.hits.length), 0)
      : null;
  const headPartial = kind === null && (head.data?.pages[0]?.partial ?? false);
  return {
    groups,
    isAsked,
    isPending,
    error: error ?? headError,
    told: firstCount === null ? null : { count: firstCount, isAll: first?.next_cursor === null && groups.every(({ isCut }) => !isCut) },
    isPartial: headPartial || (list.data?.pages.at(-1)?.partial ?? false),
    list,
    retry: () => {
      if (list.isError) void list.refetch();
      if (head.isError) void head.refetch();
    },
  };
}

/** A message may come with two pages, where others have arrived meanwhile. */
const unique = (hits: Hit[]): Hit[] => [...new Map(hits.map((hit) => [hit.key, hit])).values()];
